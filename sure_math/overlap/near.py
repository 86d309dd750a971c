r"""Near-duplicates: pairs of statements that share almost all of their token 5-grams.

An exact join, not an estimate. Two texts count as near only within one `guard`, a hash of what must
not differ: another number, operator or drawing makes another problem, however alike the words are;
and where there are hardly any numbers to tell problems apart, the question must be the same. Of two
sets with a Jaccard similarity of at least t, sorted by any fixed order, the first
|s| - ceil(t |s|) + 1 members share one; so only texts that share such a *prefix* gram are compared,
and of those only the ones whose question or whose known answer can make them one problem. Where
a hundred texts that stay share a gram, it leads to the first hundred alone: time stays linear
however much a model repeats itself. Memory: 12 bytes per prefix gram, about a fifth of all grams,
and the grams of the texts that share one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sure_math.overlap.grams import Grams, distinct, grams, jaccard
from sure_math.overlap.hashing import Hashes, hash64, mix
from sure_math.overlap.numbers import number_hashes, number_key
from sure_math.overlap.tokens import tokenize
from sure_math.text import canonical_text, split_drawings

_N = 5
_FEW = 2
"""Numbers below which a statement is told from others by its words."""
_COMMON = 8
"""Grams this frequent in the first batch come last in the order: they say little."""
_MOST = 100
"""Rows that a prefix gram leads to."""

_OPERATORS = re.compile(r"[^\w\s\\{}.,:']")
_SENTENCE = re.compile(r"(?<=[.?!:;])\s+|\n\s*\n")

Numbers = NDArray[np.int64]
Agree = Callable[[int, int], bool]
"""(a row, one that stays) -> whether their answers allow them to be one problem."""


@dataclass(frozen=True)
class _Member:
    """What a row is compared by."""

    grams: Hashes
    question: int
    few_numbers: bool


def keys(texts: Sequence[str]) -> tuple[Hashes, Hashes]:
    """The key of every text under which it is the same text, and its guard.

    The key is that of `canonical_text`; the guard holds its numbers and operators, as multisets,
    and the code of its drawings.
    """
    canonical = [canonical_text(text) for text in texts]
    signs = ["".join(sorted(_OPERATORS.findall(text))) for text in canonical]
    guarded = [f"{sign} {_drawing(text)}" for sign, text in zip(signs, texts, strict=True)]
    return _hashes(canonical), mix(_hashes(guarded) ^ number_hashes(texts))


def _drawing(text: str) -> str:
    return "".join(split_drawings(text)[1].split())


def _question(text: str) -> str:
    """The canonical last sentence of a statement, which is where it asks."""
    return canonical_text(_SENTENCE.split(text.strip())[-1])


def _hashes(texts: Sequence[str]) -> Hashes:
    return np.fromiter(map(hash64, texts), dtype=np.uint64, count=len(texts))


class NearJoin:
    """Collects prefix grams batch by batch, then finds which texts repeat a better one."""

    def __init__(self, threshold: float) -> None:
        """`threshold`: smallest Jaccard similarity of two near texts, in (0, 1]."""
        self._threshold = threshold
        self._common: Hashes | None = None
        self._guards: list[Hashes] = []
        self._grams: list[Hashes] = []
        self._rows: list[Numbers] = []

    def add(self, texts: Sequence[str], guards: Hashes) -> None:
        """The next texts; rows are numbered in the order in which they are added."""
        first = sum(map(len, self._guards))
        found = self._keyed(texts, guards)
        chosen = self._prefix(found)
        self._guards.append(guards)
        self._grams.append(found.hashes[chosen])
        self._rows.append((found.rows[chosen] + first).astype(np.int64))

    def repeated(
        self,
        rank: Numbers,
        batches: Iterable[Sequence[str]],
        answered: Container[int],
        agree: Agree,
    ) -> dict[int, int]:
        """Which rows repeat a better one: row -> the row that stays.

        Rows are gone through by rank, and each is compared with those that stay so far; the
        result depends on ranks and texts only, not on the order in which they were added.

        Args:
            rank: place of every row, 0 the best; below 0 for rows that take no part (rows,).
            batches: the texts that were added, again, in batches of the same size.
            answered: the rows whose answer is known.
            agree: the last word on a near pair that asks the same question, or of which both
                answers are known.
        """
        prefixes = self._shared_prefixes(rank)
        members = self._members(prefixes, batches)
        index: dict[int, list[int]] = defaultdict(list)
        repeats: dict[int, int] = {}
        for row in sorted(members, key=rank.__getitem__):
            own = members[row]
            ways = [gram ^ own.question for gram in prefixes[row]]
            if row in answered and not own.few_numbers:
                ways += prefixes[row]
            candidates = {kept for way in ways for kept in index.get(way, ())}
            near = self._near(own.grams, candidates, members)
            agreeing = [kept for kept in near if agree(row, kept)]
            if agreeing:
                repeats[row] = min(agreeing, key=rank.__getitem__)
                continue
            for way in ways:
                if len(index[way]) < _MOST:
                    index[way].append(row)
        return repeats

    def _near(
        self, own: Hashes, candidates: Iterable[int], members: Mapping[int, _Member]
    ) -> list[int]:
        """The candidates that are near a row with these grams."""
        least = self._threshold
        others = {kept: members[kept].grams for kept in candidates}
        return [
            kept
            for kept, other in others.items()
            if least * len(own) <= len(other) <= len(own) / least and jaccard(own, other) >= least
        ]

    def _keyed(self, texts: Sequence[str], guards: Hashes) -> Grams:
        """The distinct grams of every text, each mixed with the guard of its text."""
        found = distinct(grams(tokenize(texts), _N))
        if self._common is None:
            hashes, counts = np.unique(found.hashes, return_counts=True)
            self._common = hashes[counts >= _COMMON]
        common = np.isin(found.hashes, self._common)
        keyed = mix(found.hashes ^ guards[found.rows]) >> np.uint64(1)
        keyed |= common.astype(np.uint64) << np.uint64(63)  # sorts behind all others
        return distinct(Grams(keyed, found.offsets))

    def _prefix(self, found: Grams) -> NDArray[np.bool_]:
        counts = found.counts
        kept = counts - np.ceil(self._threshold * counts - 1e-9).astype(np.int64) + 1
        place = np.arange(len(found.hashes)) - np.repeat(found.offsets[:-1], counts)
        chosen: NDArray[np.bool_] = place < np.repeat(kept, counts)
        return chosen

    def _shared_prefixes(self, rank: Numbers) -> dict[int, list[int]]:
        """The prefix grams that two rows or more have, by row."""
        if not self._grams:
            return {}
        hashes, rows = np.concatenate(self._grams), np.concatenate(self._rows)
        taking_part = rank[rows] >= 0
        hashes, rows = hashes[taking_part], rows[taking_part]
        order = np.argsort(hashes, kind="stable")
        hashes, rows = hashes[order], rows[order]
        twin = np.zeros(len(hashes), dtype=np.bool_)
        equal = hashes[1:] == hashes[:-1]
        twin[1:] = equal
        twin[:-1] |= equal
        found: dict[int, list[int]] = defaultdict(list)
        for row, gram in zip(rows[twin].tolist(), hashes[twin].tolist(), strict=True):
            found[row].append(gram)
        return found

    def _members(
        self, prefixes: Mapping[int, list[int]], batches: Iterable[Sequence[str]]
    ) -> dict[int, _Member]:
        """The rows that are compared."""
        members: dict[int, _Member] = {}
        first = 0
        for texts, guards in zip(batches, self._guards, strict=True):
            wanted = [i for i in range(len(texts)) if first + i in prefixes]
            if wanted:
                found = self._keyed([texts[i] for i in wanted], guards[wanted])
                for place, i in enumerate(wanted):
                    asked = hash64(_question(texts[i]))
                    few = len(number_key(texts[i])) < _FEW
                    members[first + i] = _Member(found.row(place), asked, few)
            first += len(texts)
        return members
