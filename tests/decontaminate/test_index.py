"""Candidates: what makes one, that its measures are right, and that nothing else matters."""

import pickle
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.decontaminate.index import BATCH, Candidate, ItemIndex
from sure_math.decontaminate.items import Item, read_items
from tests.decontaminate.pairs import authored
from tests.hash_seeds import outputs


def index(*texts: str, name: str = "set") -> ItemIndex:
    return ItemIndex([Item(name, str(i), text) for i, text in enumerate(texts)])


def only(found: ItemIndex, problem: str) -> Candidate:
    ((candidate,),) = found.candidates([problem])
    return candidate


def grams(text: str, n: int) -> set[tuple[str, ...]]:
    tokens = re.findall("[a-z0-9]+", unicodedata.normalize("NFKC", text).lower())
    return {tuple(tokens[i : i + n]) for i in range(max(len(tokens) - n + 1, 1))} - {()}


def run_of(a: str, b: str) -> int:
    """Longest run of tokens in common, if there is one of 8."""
    longest, n = 0, 8
    while grams(a, n) & grams(b, n) and len(a) >= n:
        longest, n = n, n + 1
    return longest


WORDS = ["a", "bb", "1", "2", "12", "x", "y", "find", "sum", "of"]
TEXT = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


@settings(deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=4), st.lists(TEXT, min_size=1, max_size=4))
def test_measures_are_those_of_the_definitions(items: list[str], problems: list[str]) -> None:
    for problem, found in zip(problems, index(*items).candidates(problems), strict=True):
        for one in found:
            ours, theirs = grams(problem, 3), grams(one.item.problem, 3)
            both = len(ours & theirs)
            overlap = one.overlap
            assert overlap.jaccard == pytest.approx(both / max(len(ours | theirs), 1))
            assert overlap.covered == pytest.approx(both / max(len(theirs), 1))
            assert overlap.covering == pytest.approx(both / max(len(ours), 1))
            words = grams(problem, 1), grams(one.item.problem, 1)
            together = len(words[0] | words[1])
            assert overlap.words == pytest.approx(len(words[0] & words[1]) / max(together, 1))
        close = {
            one
            for one in range(len(items))
            if grams(problem, 3)
            and len(grams(problem, 3) & grams(items[one], 3))
            >= 0.15 * len(grams(problem, 3) | grams(items[one], 3))
        }
        assert close <= {int(one.item.item) for one in found}


def test_nothing_depends_on_what_else_is_looked_up() -> None:
    texts = [pair.item for pair in authored()]
    problems = [pair.problem for pair in authored()]
    found = index(*texts)
    together = found.candidates(problems)
    assert together == [found.candidates([problem])[0] for problem in problems]
    assert together[::-1] == found.candidates(problems[::-1])
    many = found.candidates(problems[:3] * (BATCH // 3 + 2))
    assert many[-3:] == many[:3] == together[:3]


def test_a_batch_in_which_everything_meets_everything_is_looked_up_in_parts() -> None:
    """Over four million grams in common, and no text is like another but for three copies."""
    stock = "In how many ways can we choose the numbers so that they all are even, if "
    rest = " ".join(f"{{0}}{one}{other}" for one in "abcdefgh" for other in "abcdefgh")
    items = [stock + rest.format(f"i{n}") for n in range(200)]
    problems = [stock + rest.format(f"p{n}") for n in range(BATCH)]
    places = (0, BATCH // 2, BATCH - 1)
    for place, number in zip(places, (7, 70, 170), strict=True):
        problems[place] = items[number]
    found = index(*items).candidates(problems)
    assert [place for place, candidates in enumerate(found) if candidates] == [*places]
    assert [found[place][0].item.item for place in places] == ["7", "70", "170"]


def test_items_may_come_in_any_order() -> None:
    items = [Item("set", str(i), pair.item) for i, pair in enumerate(authored())]
    problems = [pair.problem for pair in authored()]
    forward = ItemIndex(items).candidates(problems)
    backward = ItemIndex(items[::-1]).candidates(problems)
    assert [set(found) for found in forward] == [set(found) for found in backward]


def test_a_copy_is_exact_whatever_its_notation() -> None:
    found = index(r"Find $\dfrac{1}{2} + 3$.")
    assert only(found, r"find  \(\frac12+3\)").exact
    assert copies(found, r"find  \(\frac12+3\)") == list(found.items)
    assert not copies(found, "Find 1/2 + 4")


def copies(found: ItemIndex, problem: str) -> list[Item]:
    return [candidate.item for candidate in found.candidates([problem])[0] if candidate.exact]


def test_a_short_item_is_found_inside_a_longer_problem() -> None:
    found = index(r"Compute $\binom{11}{4}$.")
    problem = (
        "A club elects four of its eleven members. Compute $\\binom{11}{4}$ to count the ways."
    )
    assert only(found, problem).overlap.covered == 1.0
    assert index("Find 7!").candidates(["Find 7! ways to arrange the books on the shelf."]) == [[]]


def test_the_same_numbers_and_some_words_make_a_candidate() -> None:
    found = index("Omar has 48 dates and gives 17 of them to each of 2 friends.")
    problem = "Each of 2 friends of Omar gets 17 dates; he has 48 at first."
    assert only(found, problem).numbers == "same"
    assert found.candidates([problem.replace("17", "19")]) == [[]]


def test_runs_leave_out_stock_phrases() -> None:
    stock = "where m and n are relatively prime positive integers and find the value of m plus n"
    items = [f"{name} of a {shape}, {stock}" for name, shape in (
        ("The area", "square"), ("The volume", "ball"), ("The height", "tower"))]  # fmt: skip
    problem = f"The price of a {'very ' * 3}old car, {stock}"
    assert {one.overlap.run for one in index(*items).candidates([problem])[0]} == {0}
    assert only(index(items[0]), problem).overlap.run == run_of(items[0], problem) >= 13


def test_two_wordings_in_two_sets_are_no_stock_phrase() -> None:
    text = (
        "Find the least number of moves that a knight needs to visit all squares of a 5 by 6 board."
    )
    items = [Item(name, "1", text) for name in ("one", "two", "three")]
    (found,) = ItemIndex(items).candidates([f"On holiday: {text}"])
    assert {one.overlap.run for one in found} == {20}


def test_drawings_count_by_their_numbers_only() -> None:
    text = (
        "What is the area of the shaded triangle in the drawing, in square units? [asy] {} [/asy]"
    )
    found = index(text.format("draw((0,0)--(3,4));"))
    assert only(found, text.format("label(3,4); draw((0,0));")).same_drawing
    assert not only(found, text.format("draw((0,0)--(3,5));")).same_drawing
    assert only(found, text.split("[asy]")[0]).same_drawing


def test_numbers_are_compared_as_multisets() -> None:
    found = index("Add the numbers 3, 5 and 5 and divide by 40 to get the mean price.")
    text = "Add the numbers {} and divide by 40 to get the mean price."
    said = {
        "5, 3 and five": "same",
        "3, 5, 5 and 6": "more",
        "3 and 5": "fewer",
        "3, 5, 6": "other",
    }
    assert {only(found, text.format(key)).numbers for key in said} == set(said.values())
    assert all(only(found, text.format(key)).numbers == value for key, value in said.items())


def test_an_index_may_be_empty() -> None:
    assert index().candidates(["Find 1 + 1.", ""]) == [[], []]
    assert index("", "Find 1 + 1.").candidates([]) == []
    assert index().names == ()


def test_an_index_can_be_sent_to_another_process() -> None:
    found = index("Find the sum of 3, 5 and 12.")
    sent: ItemIndex = pickle.loads(pickle.dumps(found))
    problem = ["Find the sum of 12, 5 and 3."]
    assert sent.candidates(problem) == found.candidates(problem) != [[]]


def test_rows_of_the_table_become_items() -> None:
    rows = [
        {"evaluation_set": name, "item": "1", "problem": "p", "answer": None} for name in ("b", "a")
    ]
    assert read_items(rows) == (Item("a", "1", "p"), Item("b", "1", "p"))
    assert ItemIndex(read_items(rows)).names == ("a", "b")


def test_the_hash_seed_does_not_matter() -> None:
    code = (
        "from tests.decontaminate.pairs import authored, check;"
        "print([one and (one.item.item, one.rule, one.score) for one in check(authored())])"
    )
    said = outputs(code, "1", "2")
    assert len(said) == 1
