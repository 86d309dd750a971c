"""Pairs of a benchmark item and a problem, labelled: one problem reworded, or two problems.

`pairs.jsonl` was written for these tests when the rules had been set on real rows; what it taught
(names, long numbers) went into them afterwards. Its sisters differ in one thing that matters: a
number, the question, a function, a sign, who does what; some share an answer.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sure_math.decontaminate.checker import Checked, Checker, Finding
from sure_math.decontaminate.index import ItemIndex
from sure_math.decontaminate.items import Item

AUTHORED = Path(__file__).parent / "pairs.jsonl"


@dataclass(frozen=True)
class Pair:
    """A problem beside the item it may be."""

    same: bool
    kind: str
    item: str
    item_answer: str
    problem: str
    answer: str | None


def authored() -> list[Pair]:
    """The committed pairs."""
    return [Pair(**json.loads(line)) for line in AUTHORED.read_text("utf-8").splitlines()]


def check(pairs: Sequence[Pair], *, answers: bool = True) -> list[Finding | None]:
    """What the checker, without a judge, finds for each pair."""
    items = sorted({(pair.item, pair.item_answer) for pair in pairs})
    index = ItemIndex([Item("set", str(i), *item) for i, item in enumerate(items)])
    problems = [
        Checked(str(i), pair.problem, pair.answer if answers else None)
        for i, pair in enumerate(pairs)
    ]
    findings = Checker(index).check(problems)
    return [
        next((one for one in findings.get(str(i), ()) if one.item.problem == pair.item), None)
        for i, pair in enumerate(pairs)
    ]


def counts(pairs: Sequence[Pair], *, answers: bool = True) -> tuple[int, int]:
    """(leaks blocked, sisters blocked)."""
    blocked = [
        pair.same
        for pair, finding in zip(pairs, check(pairs, answers=answers), strict=True)
        if finding is not None and finding.decision == "blocked"
    ]
    return sum(blocked), len(blocked) - sum(blocked)
