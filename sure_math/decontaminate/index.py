"""Which benchmark items a problem may be: candidates, found by what the two texts share.

High recall: equal canonical text, many 3-grams of tokens in common, one text inside the other, the
same numbers with many words in common, or a long run of tokens in common that is no stock phrase.
The rules (`rules`) and a judge decide.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sure_math.decontaminate.items import Item
from sure_math.decontaminate.postings import Ints, Pairs, Postings, single, without_stock
from sure_math.decontaminate.profile import Profile, profile, weight
from sure_math.overlap.grams import Grams, distinct, grams, shared
from sure_math.overlap.numbers import number_hashes
from sure_math.overlap.tokens import Tokens, tokenize
from sure_math.text import canonical_text

BATCH = 2048
"""Problems looked up at a time; memory grows with it, results do not depend on it."""
_HITS = 1 << 22
"""Grams of a batch found in items, each counted for every item that holds it, above which the batch
is halved: where all problems come from the template of all items, pairs are many."""

_JACCARD = 0.15  # of 3-grams, and
_INSIDE = 0.5  # share of one text's 3-grams that stand in the other, or
_WORDS = 0.3  # Jaccard similarity of the tokens of two texts with the same numbers, or
_RUN = 13  # tokens in a row, make a candidate
_TELLING = 2  # weight of numbers below which their being the same says little
_SHORT = 8  # tokens below which a text inside another says nothing

Numbers = Literal["same", "more", "fewer", "other"]
"""The problem's numbers against the item's: the same, all of them and more, only some of them."""

_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Overlap:
    """How much of two texts is the same."""

    jaccard: float
    """Of token 3-grams."""
    words: float
    """Jaccard similarity of the tokens."""
    covered: float
    """Share of the item's 3-grams that stand in the problem."""
    covering: float
    """Share of the problem's 3-grams that stand in the item."""
    run: int
    """Longest run of tokens in common without stock phrases; 0 if under 8."""


@dataclass(frozen=True)
class Candidate:
    """An item that a problem may be, and how the two compare."""

    item: Item
    exact: bool
    """The same canonical text."""
    overlap: Overlap
    numbers: Numbers
    weight: int
    """Numbers in the one that has fewer, large ones twice (`profile.weight`)."""
    same_signs: bool
    same_drawing: bool
    """Not two drawings with different numbers."""
    added_words: int
    """Telling words of the problem that the item lacks."""
    lost_words: int
    """Telling words of the item that the problem lacks."""


class ItemIndex:
    """Items of evaluation sets, ready to be looked for in problems."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = tuple(items)
        texts = [item.problem for item in self.items]
        tokens = tokenize(texts)
        self._lengths = tokens.lengths
        self._threes = distinct(grams(tokens, 3))
        self._ones = distinct(grams(tokens, 1))
        self._by_three = Postings(self._threes)
        self._by_eight = Postings(without_stock(distinct(grams(tokens, 8)), self.items))
        self._profiles = [profile(text) for text in texts]
        weights = [weight(each.numbers.elements()) for each in self._profiles]
        telling = np.array(weights, dtype=np.int64) >= _TELLING
        self._by_numbers = Postings(single(number_hashes(texts), telling))
        self._by_key: dict[str, list[int]] = defaultdict(list)
        for index, text in enumerate(texts):
            self._by_key[canonical_text(text)].append(index)

    @property
    def names(self) -> tuple[str, ...]:
        """The evaluation sets."""
        return tuple(sorted({item.evaluation_set for item in self.items}))

    def candidates(self, problems: Sequence[str]) -> list[list[Candidate]]:
        """For each problem the items it may be, in the order of the items."""
        found: list[list[Candidate]] = []
        for start in range(0, len(problems), BATCH):
            found += self._batch(problems[start : start + BATCH])
        return found

    def _batch(self, problems: Sequence[str]) -> list[list[Candidate]]:
        tokens = tokenize(problems)
        threes = distinct(grams(tokens, 3))
        if len(problems) > 1 and self._by_three.count(threes) > _HITS:
            half = len(problems) // 2
            return self._batch(problems[:half]) + self._batch(problems[half:])
        exact = {
            (row, index)
            for row, problem in enumerate(problems)
            for index in self._by_key.get(canonical_text(problem), ())
        }
        found: list[list[Candidate]] = [[] for _ in problems]
        profiles: dict[int, Profile] = {}
        for row, index, overlap in self._near(problems, tokens, threes, exact):
            if row not in profiles:
                profiles[row] = profile(problems[row])
            same = (row, index) in exact
            found[row].append(
                _candidate(self.items[index], same, overlap, profiles[row], self._profiles[index])
            )
        return found

    def _near(
        self,
        problems: Sequence[str],
        tokens: Tokens,
        threes: Grams,
        exact: set[tuple[int, int]],
    ) -> Iterator[tuple[int, int, Overlap]]:
        """Pairs (row, item) that are candidates, sorted, with their overlap."""
        ones = distinct(grams(tokens, 1))
        pairs = Pairs(len(self.items))
        by_three, counts = np.unique(pairs.keys(*self._by_three.hits(threes)), return_counts=True)
        rows, items = pairs.split(by_three)
        large, small = threes.counts[rows], self._threes.counts[items]
        inside = np.maximum(
            np.where(self._lengths[items] >= 3, counts / small, 0),
            np.where(tokens.lengths[rows] >= _SHORT, counts / large, 0),
        )
        close = (counts / (large + small - counts) >= _JACCARD) | (inside >= _INSIDE)
        by_numbers = self._same_numbers(problems, ones, pairs)
        by_run, runs = self._runs(tokens, pairs)
        equal = np.array([pairs.key(*pair) for pair in exact], dtype=np.int64)
        keys = np.unique(np.concatenate((by_three[close], by_numbers, by_run[runs >= _RUN], equal)))
        rows, items = pairs.split(keys)
        large, small = threes.counts[rows], self._threes.counts[items]
        both = shared(threes, rows, self._threes, items)
        run = np.zeros(len(keys), dtype=np.int64)
        _, at, of = np.intersect1d(keys, by_run, assume_unique=True, return_indices=True)
        run[at] = runs[of]
        overlaps = map(
            Overlap,
            (both / np.maximum(large + small - both, 1)).tolist(),
            _jaccards(ones, rows, self._ones, items).tolist(),
            (both / np.maximum(small, 1)).tolist(),
            (both / np.maximum(large, 1)).tolist(),
            run.tolist(),
        )
        return zip(rows.tolist(), items.tolist(), overlaps, strict=True)

    def _same_numbers(self, problems: Sequence[str], ones: Grams, pairs: Pairs) -> Ints:
        """Pairs with the same numbers, not too few, and many words in common."""
        rows, items = self._by_numbers.hits(single(number_hashes(problems)))
        close = _jaccards(ones, rows, self._ones, items) >= _WORDS
        return pairs.keys(rows[close], items[close])

    def _runs(self, tokens: Tokens, pairs: Pairs) -> tuple[Ints, Ints]:
        """Pairs with a run of at least 8 tokens in common, sorted, and the longest run of each."""
        eights = grams(tokens, 8)
        at, items = self._by_eight.places(eights)
        keys = pairs.keys(eights.rows[at], items)
        order = np.lexsort((at, keys))
        keys, at = keys[order], at[order]
        begins = np.flatnonzero(
            np.concatenate(([True], (keys[1:] != keys[:-1]) | (at[1:] != at[:-1] + 1)))[: len(keys)]
        )
        lengths = np.diff(np.append(begins, len(keys))) + 7
        unique, first = np.unique(keys[begins], return_index=True)
        return unique, np.maximum.reduceat(lengths, first) if len(first) else lengths


def _jaccards(left: Grams, rows: Ints, right: Grams, others: Ints) -> _Floats:
    both = shared(left, rows, right, others)
    together: _Floats = both / np.maximum(left.counts[rows] + right.counts[others] - both, 1)
    return together


def _candidate(
    item: Item, exact: bool, overlap: Overlap, one: Profile, other: Profile
) -> Candidate:
    return Candidate(
        item=item,
        exact=exact,
        overlap=overlap,
        numbers=_relation(one.numbers, other.numbers),
        weight=min(weight(side.numbers.elements()) for side in (one, other)),
        same_signs=one.signs == other.signs,
        same_drawing=not (one.drawing and other.drawing) or one.drawing == other.drawing,
        added_words=len(one.words - other.words),
        lost_words=len(other.words - one.words),
    )


def _relation(ours: Counter[str], theirs: Counter[str]) -> Numbers:
    added, lost = ours - theirs, theirs - ours
    if added and lost:
        return "other"
    return "more" if added else "fewer" if lost else "same"
