import pytest

from sure_math.statement.enumeration import enumerations


@pytest.mark.parametrize(
    ("text", "style", "items"),
    [
        ("Let f. (a) one (b) two", "lower", ("one", "two")),
        ("1. one\n2. two\n3. three", "digit", ("one", "two", "three")),
        ("(i) one; (ii) two", "roman", ("one;", "two")),
        ("(I) one (II) two", "Roman", ("one", "two")),
        ("x\nA) one\nB) two", "upper", ("one", "two")),
        ("A. 1 B. 2 C. 3", "upper", ("1", "2", "3")),
        ("Part A: one Part B: two", "upper", ("one", "two")),
        ("a/ one\nb/ two", "lower", ("one", "two")),
        ("① one ② two", "circled", ("one", "two")),
        ("- one\n- two", "bullet", ("one", "two")),
        (r"\begin{enumerate}\item one \item two\end{enumerate}", "bullet", ("one", "two")),
    ],
)
def test_items_in_their_order(text, style, items):
    found = [each for each in enumerations(text) if each.style == style]
    assert [each.items for each in found] == [items]


@pytest.mark.parametrize(
    "text",
    ["f(1) and f(2)", "(a) only", "(b) two (a) one", "the point (1, 2)", "It is 1.5 or 2.5."],
)
def test_what_is_no_enumeration(text):
    assert list(enumerations(text)) == []


def test_a_list_may_start_again():
    found = list(enumerations("(1) x; (2) y. So: (1) Find p. (2) Find q."))
    assert [each.items for each in found] == [
        ("x;", "y. So: (1) Find p. (2) Find q."),
        ("Find p.", "Find q."),
    ]
