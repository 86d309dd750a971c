"""Answers to clusters of equal meaning.

Answers with one key are one class at no cost. Keys are then taken in sorted order and compared
with the clusters so far, stopping at the first hit: by the cheap tiers for all of them first, then,
cluster with cluster, by the judge where the tiers leave a pair open. Under single linkage the first
member speaks for its cluster; under complete linkage every pair of members must be equal. A judge's
yes must survive the swapped order. The result does not depend on the order of the responses.

A pair that some verdict calls different can still end up in one cluster (a = b, a = c, b != c):
those conflicts are found by comparing all pairs of a cluster with the tiers, and by asking the
judge a few closing questions.

`clustering` is a generator of judge questions, so a caller can advance many problems side by side
and send each round of questions as one batch.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, islice, product
from typing import Literal

from sure_math.answers.equivalence import Comparison, Tier, compare, shared_checker
from sure_math.answers.problem import problem_keys
from sure_math.cluster.union_find import UnionFind

MISSING = -1
"""Cluster id of a response without a final answer."""

Compare = Callable[[str, str], Comparison]
Keys = Callable[[Iterable[str]], dict[str, str]]
Linkage = Literal["single", "complete"]
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
class Conflict:
    """Two answer strings of one cluster that a tier calls different."""

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
    contradictions: tuple[Conflict, ...]
    """Pairs with a negative verdict that share a cluster; none under complete linkage."""

    @property
    def conflicts(self) -> int:
        """How many contradictions there are."""
        return len(self.contradictions)


Judging = Generator[Question, bool | None, Clustering]
_Asking = Generator[Question, bool | None, bool]


def clustering(
    answers: Sequence[str | None],
    compare: Compare,
    *,
    use_judge: bool = True,
    paper: bool = False,
    linkage: Linkage = "single",
    keys: Keys = problem_keys,
    closing_questions: int = 0,
) -> Judging:
    """Cluster the answers of one problem; yields judge questions, returns a `Clustering`.

    Args:
        answers: the final answer of each response, None where there is none.
        compare: the tiers before the judge, on the keys; for example
            `functools.partial(equivalence.compare, symbolic=checker)`.
        use_judge: False leaves open pairs apart and asks nothing.
        paper: the paper's rule instead: exact strings, then the judge on every pair, Union-Find.
        linkage: whether the first member speaks for its cluster, or every pair must be equal.
        keys: the class of every distinct answer; members of a class are equal at no cost.
        closing_questions: so many pairs that only other pairs joined are shown to the judge.

    Yields:
        a `Question`; send its verdict: True, False, or None for one that could not be read.
    """
    state = _State(answers, compare, _as_written if paper else keys)
    if paper:
        if use_judge:
            yield from state.judge_every_pair()
        return state.result(answers)
    groups = state.group_by_tiers(linkage)
    if use_judge:
        joined = yield from state.join_by_judge(groups, linkage)
        if linkage == "single":
            yield from state.ask_closing(joined, closing_questions)
    state.compare_members()
    return state.result(answers)


def cluster_answers(
    answers: Sequence[str | None],
    judge: Callable[[str, str], bool] | None = None,
    *,
    linkage: Linkage = "single",
) -> list[int]:
    """Cluster id of every answer, 0, 1, ... by first appearance; -1 for None.

    Args:
        judge: decides pairs that notation and algebra leave open; without one they stay apart.
        linkage: `single`: the first member speaks for its cluster; `complete`: every pair of a
            cluster's members must be equal.
    """
    symbolic = partial(compare, symbolic=shared_checker())
    steps = clustering(answers, symbolic, use_judge=judge is not None, linkage=linkage)
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

    def __init__(self, answers: Sequence[str | None], compare: Compare, keys: Keys) -> None:
        distinct = sorted({answer for answer in answers if answer is not None})
        self.key_of = keys(distinct)
        self.keys = sorted(set(self.key_of.values()))
        self.merges: list[Merge] = []
        self.judgements: dict[tuple[int, int], Judgement] = {}
        self._compare = compare
        self._compared: dict[tuple[int, int], Comparison] = {}
        self._sets = UnionFind(len(self.keys))
        self._answer: dict[str, str] = {}
        for answer in sorted(distinct, key=lambda a: (len(a), a)):
            first = self._answer.setdefault(self.key_of[answer], answer)
            if first != answer:
                self.merges.append(Merge(first, answer, "canonical"))

    def group_by_tiers(self, linkage: Linkage) -> list[list[int]]:
        """Groups of keys that the cheap tiers call equal, each with its first member in front."""
        groups: list[list[int]] = []
        for i in range(len(self.keys)):
            for group in groups:
                speakers = _speakers(group, linkage)
                if all(self._tiers(j, i).verdict == "equal" for j in speakers):
                    self._merge(group[0], i, self._tiers(group[0], i).tier)
                    group.append(i)
                    break
            else:
                groups.append([i])
        return groups

    def join_by_judge(
        self, groups: Sequence[list[int]], linkage: Linkage
    ) -> Generator[Question, bool | None, list[list[list[int]]]]:
        """Lists of groups that the judge calls equal."""
        joined: list[list[list[int]]] = []
        for group in groups:
            for home in joined:
                members = [i for other in home for i in other]
                pairs = product(_speakers(members, linkage), _speakers(group, linkage))
                if (yield from self._all_equal(list(pairs))):
                    self._merge(members[0], group[0], "judge")
                    home.append(group)
                    break
            else:
                joined.append([group])
        return joined

    def ask_closing(
        self, joined: Sequence[Sequence[Sequence[int]]], limit: int
    ) -> Generator[Question, bool | None, None]:
        """Show the judge pairs of first members that are in one cluster without its verdict."""
        firsts = [[group[0] for group in home] for home in joined]
        unseen = (pair for first in firsts for pair in combinations(first[1:], 2))
        for i, j in islice((p for p in unseen if self._tiers(*p).verdict == "undecided"), limit):
            yield from self._judge(i, j)

    def judge_every_pair(self) -> Generator[Question, bool | None, None]:
        """The paper's rule; one cluster is whatever a chain of yeses connects."""
        for i, j in combinations(range(len(self.keys)), 2):
            if (yield from self._judge(i, j)):
                self._merge(i, j, "judge")

    def compare_members(self) -> None:
        """Let the tiers see every pair of a cluster, for what contradicts."""
        for i, j in combinations(range(len(self.keys)), 2):
            if self._sets.connected(i, j):
                self._tiers(i, j)

    def result(self, answers: Sequence[str | None]) -> Clustering:
        """The clustering of the responses as far as it is decided."""
        index = {key: i for i, key in enumerate(self.keys)}
        roots = [
            None if answer is None else self._sets.find(index[self.key_of[answer]])
            for answer in answers
        ]
        numbers: dict[int, int] = {}
        ids = [MISSING if r is None else numbers.setdefault(r, len(numbers)) for r in roots]
        judgements = tuple(self.judgements.values())
        return Clustering(tuple(ids), tuple(self.merges), judgements, self._contradictions())

    def _contradictions(self) -> tuple[Conflict, ...]:
        different: dict[tuple[int, int], MergeTier] = {
            pair: comparison.tier
            for pair, comparison in self._compared.items()
            if comparison.verdict == "different"
        }
        different |= {pair: "judge" for pair, said in self.judgements.items() if not said.equal}
        return tuple(
            Conflict(self._text(i), self._text(j), tier)
            for (i, j), tier in sorted(different.items())
            if self._sets.connected(i, j)
        )

    def _all_equal(self, pairs: Sequence[tuple[int, int]]) -> _Asking:
        """Whether all pairs are equal by the tiers, or by the judge where those are undecided."""
        if any(self._tiers(i, j).verdict == "different" for i, j in pairs):
            return False
        for i, j in pairs:
            if self._tiers(i, j).verdict == "undecided" and not (yield from self._judge(i, j)):
                return False
        return True

    def _tiers(self, i: int, j: int) -> Comparison:
        pair = (min(i, j), max(i, j))
        if pair not in self._compared:
            self._compared[pair] = self._compare(self.keys[pair[0]], self.keys[pair[1]])
        return self._compared[pair]

    def _judge(self, i: int, j: int) -> _Asking:
        """Ask about two keys, in both orders after a yes."""
        i, j = min(i, j), max(i, j)
        a, b = self._text(i), self._text(j)
        forward = yield Question(a, b)
        reverse = (yield Question(b, a)) if forward else None
        equal = bool(forward and reverse)
        self.judgements[i, j] = Judgement(a, b, forward, reverse, equal)
        return equal

    def _merge(self, i: int, j: int, tier: MergeTier) -> None:
        self._sets.union(i, j)
        self.merges.append(Merge(self._text(i), self._text(j), tier))

    def _text(self, i: int) -> str:
        """An answer as it was written, the shortest of its key."""
        return self._answer[self.keys[i]]


def _as_written(answers: Iterable[str]) -> dict[str, str]:
    """Every string is its own class."""
    return {answer: answer for answer in answers}


def _speakers(members: Sequence[int], linkage: Linkage) -> Sequence[int]:
    """The members that must be equal to whoever joins."""
    return members if linkage == "complete" else members[:1]
