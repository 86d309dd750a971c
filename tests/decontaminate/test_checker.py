"""Findings: rules, a judge for what they leave open, and nothing else."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.decontaminate.checker import Checked, Checker, Judge, answers_agree
from sure_math.decontaminate.index import ItemIndex
from sure_math.decontaminate.items import Item
from tests.decontaminate.pairs import authored

ITEM = Item(
    "bench", "7", "Tina is 4 years older than Ruben. In 6 years the sum of their ages will be 58. "
    "How old is Ruben now?", "21",
)  # fmt: skip
COPY = Checked("copy", ITEM.problem.replace(".", " ."))
REWORDED = Checked("reworded", ITEM.problem.replace("Tina", "Olga").replace("Ruben", "Ivo"))
SISTER = Checked("sister", ITEM.problem.replace("58", "62"))
FAR = Checked("far", "How many legs do 4 dogs have?")


class Said:
    """A judge that gives the verdicts it was made with, and remembers what it was shown."""

    def __init__(self, forward: bool | None, reverse: bool | None) -> None:
        self.shown: list[tuple[str, str]] = []
        self._verdicts = {True: forward, False: reverse}

    def __call__(self, questions: Sequence[tuple[str, str]]) -> list[bool | None]:
        self.shown += questions
        return [self._verdicts[second == ITEM.problem] for _, second in questions]


def check(judge: Judge | None, *problems: Checked) -> dict[str, tuple[str, str]]:
    found = Checker(ItemIndex([ITEM]), judge).check(problems)
    return {name: (one.rule, one.decision) for name, (one,) in found.items()}


def test_without_a_judge_the_rules_decide() -> None:
    assert check(None, COPY, REWORDED, SISTER, FAR) == {
        "copy": ("exact", "blocked"),
        "reworded": ("wording", "blocked"),
        "sister": ("similar", "kept"),
    }


FARM = (
    "A farmer has 13 cows and 7 goats on a meadow that lies behind the old mill near the river in "
    "the valley. Every cow gives 9 litres of milk a day and every goat gives 2 litres of milk a "
    "day. How much milk do they give in 3 days?"
)


def test_a_copy_with_other_people_and_places_is_one_without_answers_too() -> None:
    copies = [
        FARM.replace("farmer", "peasant"),
        FARM.replace("farmer", "peasant").replace("mill", "school"),
    ]
    sisters = [
        FARM.replace("13 cows", "14 cows"),
        FARM.replace("farmer", "peasant").replace("milk do they give", "money do they earn"),
    ]
    problems = [Checked(text, text) for text in (*copies, *sisters)]
    found = Checker(ItemIndex([Item("bench", "1", FARM, "417")])).check(problems)
    assert [[one.decision for one in found[text]] for text in copies] == [["blocked"]] * 2
    assert not [one for text in sisters for one in found[text] if one.decision == "blocked"]


@pytest.mark.parametrize(
    ("forward", "reverse", "reworded", "sister"),
    [
        (True, True, "blocked", "blocked"),
        (False, False, "kept", "kept"),
        (True, False, "blocked", "kept"),  # the orders disagree: what the rules say
        (False, True, "blocked", "kept"),
        (None, True, "blocked", "blocked"),  # unreadable counts as the same
        (None, None, "blocked", "blocked"),
        (None, False, "blocked", "kept"),
    ],
)
def test_a_judge_decides_what_is_open(
    forward: bool | None, reverse: bool | None, reworded: str, sister: str
) -> None:
    judge = Said(forward, reverse)
    found = Checker(ItemIndex([ITEM]), judge).check([COPY, REWORDED, SISTER, FAR])
    assert {name: one.decision for name, (one,) in found.items()} == {
        "copy": "blocked",
        "reworded": reworded,
        "sister": sister,
    }
    assert [one.rule for (one,) in found.values()] == ["exact", "judge", "judge"]
    assert [(one.forward, one.reverse) for (one,) in found.values()] == [
        (None, None),
        (forward, reverse),
        (forward, reverse),
    ]
    texts = {REWORDED.problem, SISTER.problem}
    assert set(judge.shown) == {(text, ITEM.problem) for text in texts} | {
        (ITEM.problem, text) for text in texts
    }
    assert len(judge.shown) == 4


def test_a_judge_is_not_asked_about_copies() -> None:
    judge = Said(False, False)
    assert check(judge, COPY, FAR) == {"copy": ("exact", "blocked")}
    assert judge.shown == []


def test_answers_decide_between_a_rewording_and_a_sister() -> None:
    text = ITEM.problem.replace("How old is Ruben now?", "What is Ruben's age now?")
    equal, different = Checked("equal", text, "21"), Checked("different", text, "25")
    assert check(None, equal, different) == {
        "equal": ("answer", "blocked"),
        "different": ("similar", "kept"),
    }


def test_a_problem_that_comes_twice_is_found_once() -> None:
    assert check(None, COPY, REWORDED, COPY) == check(None, COPY, REWORDED)


def test_one_text_may_stand_in_several_benchmarks() -> None:
    items = [ITEM, Item("other", "1", ITEM.problem)]
    (found,) = Checker(ItemIndex(items)).check([COPY]).values()
    assert [(one.item.evaluation_set, one.score) for one in found] == [("bench", 1), ("other", 1)]


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(12)))
def test_findings_do_not_depend_on_order(order: list[int]) -> None:
    pairs = authored()[:12]
    problems = [Checked(str(i), pair.problem, pair.answer) for i, pair in enumerate(pairs)]
    items = [Item("set", str(i), pair.item, pair.item_answer) for i, pair in enumerate(pairs)]
    shuffled = Checker(ItemIndex(items)).check([problems[i] for i in order])
    assert shuffled == Checker(ItemIndex(items)).check(problems)


@pytest.mark.parametrize(
    ("a", "b", "agree"),
    [
        ("21", "21", True),
        (r"\frac{1}{2}", "0.5", True),
        (r"3\text{ boxes}", "3", True),
        ("21", "22", False),
        ("(3,-4)", "a circle", None),
    ],
)
def test_answers_are_compared_by_value(a: str, b: str, agree: bool | None) -> None:
    assert answers_agree(a, b) is agree
    assert answers_agree(b, a) is agree


ODD = ["[asy]", "[/asy]", "\\frac", "12", ",", ".5", "one ", " hundred", "\x1e", "²", "\ud800"]
PIECES = st.lists(st.sampled_from(ODD), max_size=12).map("".join)


@settings(deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=40)), min_size=1, max_size=4))
def test_any_text_can_be_checked(texts: list[str]) -> None:
    items = [Item("set", str(i), text) for i, text in enumerate(texts)]
    found = Checker(ItemIndex(items)).check([Checked(str(i), t) for i, t in enumerate(texts)])
    for i, text in enumerate(texts):
        same = [one for one in found[str(i)] if one.item.problem == text]
        assert [one.rule for one in same] == ["exact"] * texts.count(text)
