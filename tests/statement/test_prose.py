import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.statement.prose import MASK, formulas, prices, prose
from sure_math.text import split_drawings


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Let $x=3.$ Find $x^2$.", f"Let {MASK}. Find {MASK} ."),
        (r"Let \(x\) and \[y=1,\] be", f"Let {MASK} and {MASK}, be"),
        (r"So \begin{align*}x&=1\end{align*}find", f"So {MASK} find"),
        ("$(1)$ Find $x$", f"(1) Find {MASK}"),
        ("$(1)3+4$; $(2)5$", f"(1) {MASK} ; (2) {MASK}"),
        (r"$\textbf{(A)}\ 4\qquad\textbf{(B)}\ 8$", f"(A) {MASK} (B) {MASK}"),
        ("**(a)** one<br>[b](b)[/b] two", "(a) one (b) two"),
        (r"\begin{enumerate}\item[(i)] one\end{enumerate}", "(i) one"),
        ("[asy] draw(); [/asy] Find", "Find"),
        ("[asy] draw(); Find", "[asy] draw(); Find"),
        ("It costs $5 a day and $x$ is small", f"It costs $5 a day and {MASK} is small"),
    ],
)
def test_formulas_are_masked_and_marks_stay(text, read):
    assert " ".join(prose(text).split()) == read


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("She has $5 and gets $2 back.", 2),
        ("He pays 5$ and she pays 7$.", 2),
        ("$1, 2, \\ldots, n$ and $3$", 0),
        ("$3 \\times 4$ dollars", 0),
        ("$5/hour for 3 hours", 1),
        ("$.50 for each of $x$ apples", 1),
        ("$1,200 is more than $ 3 $", 1),
        ("$x for each ticket and $4 for parking", 2),
        ("$$5$$ and $5 more", 1),
    ],
)
def test_prices(text, number):
    assert len(prices(text)) == number


def test_formulas_are_found_with_their_delimiters():
    found, left_open = formulas("a $x$ b $$y$$ c $z")
    assert [(each.opening, each.content) for each in found] == [("$", "x"), ("$$", "y")]
    assert left_open == "$"


@given(st.text(alphabet="$\\()[]{}a1 .asy/"))
def test_reading_any_text_ends(text):
    assert isinstance(prose(text), str)
    assert prices(text) <= {place for place, char in enumerate(text) if char == "$"}
    assert len(split_drawings(text)[0]) <= len(text)
