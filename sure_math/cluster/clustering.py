"""Answers to clusters of equal meaning.

Answers with one key are one class at no cost. Class representatives are then compared in sorted
order, each with the first member of every cluster so far, stopping at the first hit: cheap tiers
for all of them first, the judge only for pairs that are still open. A judge's yes must survive the
swapped order. The result does not depend on the order of the responses.

`clustering` is a generator of judge questions, so a caller can advance many problems side by side
and send each round of questions as one batch.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Literal

from sure_math.answers.equivalence import Comparison, Tier, compare, shared_checker
from sure_math.answers.problem import problem_keys
from sure_math.cluster.union_find import UnionFind

MISSING = -1
"""Cluster id of a response without a final answer."""

Compare = Callable[[str, str], Comparison]
MergeTier = Tier | Literal["judge"]


@dataclass(frozen=True)
class Question:
    """For the judge: do these two answers, as the model wrote them, mean the same?"""

    a: str
    b: str


@dataclass(frozen=True)
class Merge:
    """Two answer strings that were joined, and the tier that joined them."""

    a: str
    b: str
    tier: MergeTier


@dataclass(frozen=True)
class Judgement:
    """What the judge said about a pair."""

    a: str
    b: str
    forward: bool | None
    """Verdict on (a, b); None: unparseable, which counts as no."""
    reverse: bool | None
    """Verdict on (b, a), asked only after a yes; None: not asked, or unparseable (a no)."""
    equal: bool
    """The verdict that counts: yes in both orders."""


@dataclass(frozen=True)
class Clustering:
    """The clusters of one problem's responses, and how they came about."""

    cluster_ids: tuple[int, ...]
    """One per response: 0, 1, ... by first appearance; MISSING without an answer."""
    merges: tuple[Merge, ...]
    judgements: tuple[Judgement, ...]
    conflicts: int
    """Pairs with a negative verdict (judge or plain numbers) that still share a cluster."""


Judging = Generator[Question, bool | None, Clustering]


def clustering(
    answers: Sequence[str | None],
    compare: Compare,
    *,
    use_judge: bool = True,
    paper: bool = False,
) -> Judging:
    """Cluster the answers of one problem; yields judge questions, returns a `Clustering`.

    Args:
        answers: the final answer of each response, None where there is none.
        compare: the tiers before the judge, on the keys of `problem_keys`; for example
            `functools.partial(equivalence.compare, symbolic=checker)`.
        use_judge: False leaves open pairs apart and asks nothing.
        paper: the paper's rule instead: exact strings, then the judge on every pair, Union-Find.

    Yields:
        a `Question`; send its verdict: True, False, or None for one that could not be read.
    """
    state = _State(answers, paper)
    if not paper:
        founders = state.merge_by_tiers(compare)
        if use_judge:
            yield from state.judge_founders(founders)
    elif use_judge:
        for i, j in combinations(range(len(state.keys)), 2):
            yield from state.judge(i, j)
    return state.result(answers)


def cluster_answers(
    answers: Sequence[str | None], judge: Callable[[str, str], bool] | None = None
) -> list[int]:
    """Cluster id of every answer, 0, 1, ... by first appearance; -1 for None.

    Args:
        judge: decides pairs that notation and algebra leave open; without one they stay apart.
    """
    steps = clustering(
        answers, partial(compare, symbolic=shared_checker()), use_judge=judge is not None
    )
    verdict: bool | None = None
    while True:
        try:
            question = next(steps) if verdict is None else steps.send(verdict)
        except StopIteration as done:
            result: Clustering = done.value
            return list(result.cluster_ids)
        assert judge is not None
        verdict = bool(judge(question.a, question.b))


class _State:
    """One problem being clustered: its distinct keys in sorted order, and what is known of them."""

    def __init__(self, answers: Sequence[str | None], paper: bool) -> None:
        distinct = sorted({answer for answer in answers if answer is not None})
        self.key_of = {a: a for a in distinct} if paper else problem_keys(distinct)
        self.keys = sorted(set(self.key_of.values()))
        self.merges: list[Merge] = []
        self.judgements: list[Judgement] = []
        self.unequal: set[tuple[int, int]] = set()
        self.sets = UnionFind(len(self.keys))
        self.answer: dict[str, str] = {}
        for answer in sorted(distinct, key=lambda a: (len(a), a)):
            first = self.answer.setdefault(self.key_of[answer], answer)
            if first != answer:
                self.merges.append(Merge(first, answer, "canonical"))

    def merge_by_tiers(self, compare: Compare) -> list[int]:
        """Merge what the cheap tiers call equal; the first member of every cluster."""
        founders: list[int] = []
        for i, key in enumerate(self.keys):
            for founder in founders:
                comparison = compare(self.keys[founder], key)
                if comparison.verdict == "equal":
                    self._merge(founder, i, comparison.tier)
                    break
                if comparison.verdict == "different":
                    self.unequal.add((founder, i))
            else:
                founders.append(i)
        return founders

    def judge_founders(self, founders: Sequence[int]) -> Generator[Question, bool | None, None]:
        """Ask the judge about pairs of clusters that are still open."""
        first: list[int] = []
        for i in founders:
            for founder in first:
                if (founder, i) not in self.unequal and (yield from self.judge(founder, i)):
                    break
            else:
                first.append(i)

    def judge(self, i: int, j: int) -> Generator[Question, bool | None, bool]:
        """Ask about two keys, in both orders after a yes, and act on the verdict."""
        a, b = self.answer[self.keys[i]], self.answer[self.keys[j]]
        forward = yield Question(a, b)
        reverse = (yield Question(b, a)) if forward else None
        equal = bool(forward and reverse)
        self.judgements.append(Judgement(a, b, forward, reverse, equal))
        if equal:
            self._merge(i, j, "judge")
        else:
            self.unequal.add((i, j))
        return equal

    def result(self, answers: Sequence[str | None]) -> Clustering:
        """The clustering of the responses as far as it is decided."""
        index = {key: i for i, key in enumerate(self.keys)}
        roots = [
            None if answer is None else self.sets.find(index[self.key_of[answer]])
            for answer in answers
        ]
        numbers: dict[int, int] = {}
        ids = [MISSING if r is None else numbers.setdefault(r, len(numbers)) for r in roots]
        conflicts = sum(self.sets.connected(i, j) for i, j in self.unequal)
        return Clustering(tuple(ids), tuple(self.merges), tuple(self.judgements), conflicts)

    def _merge(self, i: int, j: int, tier: MergeTier) -> None:
        self.sets.union(i, j)
        self.merges.append(Merge(self.answer[self.keys[i]], self.answer[self.keys[j]], tier))
