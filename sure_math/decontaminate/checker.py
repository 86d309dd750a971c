"""Checks problems against evaluation sets: candidates, then rules, then a judge where they differ.

The judge is shown every open pair in both orders. "The same" twice blocks, "not the same" twice
keeps; if the orders disagree, the text rules' own verdict stands. What cannot be read counts as
"the same": a problem lost is cheaper than a benchmark item learnt.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from sure_math.answers.equivalence import verdict_on
from sure_math.decontaminate.index import Candidate, ItemIndex
from sure_math.decontaminate.items import Item
from sure_math.decontaminate.rules import Decision, Rule, decide

Judge = Callable[[Sequence[tuple[str, str]]], Sequence[bool | None]]
"""Whether the two texts of each pair, shown in this order, state one problem; None: unreadable."""


@dataclass(frozen=True)
class Checked:
    """A problem to check; `answer` is None where none is known (evolved problems)."""

    problem_id: str
    problem: str
    answer: str | None = None


@dataclass(frozen=True)
class Finding:
    """An item that a problem is, or nearly is."""

    item: Item
    rule: Rule
    score: float
    """Similarity in [0, 1]."""
    forward: bool | None
    """The judge's verdict, problem first: the same? None: not asked, or unreadable."""
    reverse: bool | None
    """The same with the item first."""
    decision: Literal["blocked", "kept"]


class Checker:
    """Findings of many problems at once."""

    def __init__(self, index: ItemIndex, judge: Judge | None = None) -> None:
        self._index = index
        self._judge = judge

    def check(self, problems: Sequence[Checked]) -> dict[str, list[Finding]]:
        """Findings by problem id, in the order of the items; ids without a finding are left out.

        They depend neither on the order of the problems nor on what else is checked.

        Raises:
            Whatever the judge raises.
        """
        unique = list(dict.fromkeys(problems))
        found = self._index.candidates([one.problem for one in unique])
        pairs = [
            (problem, candidate, decide(candidate, _agree(problem, candidate)))
            for problem, candidates in zip(unique, found, strict=True)
            for candidate in candidates
        ]
        pairs = [pair for pair in pairs if pair[2].blocked or pair[2].ask]
        verdicts = self._ask([(p.problem, c.item.problem) for p, c, d in pairs if d.ask])
        findings: dict[str, list[Finding]] = {}
        for problem, candidate, decision in pairs:
            texts = (problem.problem, candidate.item.problem)
            asked = verdicts.get(texts) if decision.ask else None
            finding = _finding(candidate.item, decision, asked)
            findings.setdefault(problem.problem_id, []).append(finding)
        return findings

    def _ask(
        self, pairs: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], tuple[bool | None, bool | None]]:
        """The judge's verdicts in both orders; empty without a judge."""
        if self._judge is None or not pairs:
            return {}
        unique = sorted(set(pairs))
        said = self._judge([*unique, *((b, a) for a, b in unique)])
        return dict(zip(unique, zip(said, said[len(unique) :], strict=False), strict=True))


def _finding(
    item: Item, decision: Decision, asked: tuple[bool | None, bool | None] | None
) -> Finding:
    if asked is None:
        verdict: Literal["blocked", "kept"] = "blocked" if decision.blocked else "kept"
        return Finding(item, decision.rule, decision.score, None, None, verdict)
    same = {one is not False for one in asked}
    blocked = decision.blocked if len(same) == 2 else same == {True}
    return Finding(item, "judge", decision.score, *asked, "blocked" if blocked else "kept")


def _agree(problem: Checked, candidate: Candidate) -> bool | None:
    if candidate.exact or problem.answer is None or candidate.item.answer is None:
        return None
    return answers_agree(problem.answer, candidate.item.answer)


def answers_agree(a: str, b: str) -> bool | None:
    """Whether two final answers are equal; None if that cannot be told."""
    verdict = verdict_on(a, b)
    return None if verdict == "undecided" else verdict == "equal"
