"""n-grams of tokens, and how many of them two texts share.

The hash of a gram is a polynomial in its tokens' hashes, mixed with its length: a gram of three
tokens has one hash whether it was made as a 3-gram or as the whole of a text shorter than n.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sure_math.overlap.hashing import Hashes, mix
from sure_math.overlap.tokens import Tokens

_BASE = np.uint64(0x9E3779B97F4A7C15)
_LENGTH = np.uint64(0xD6E8FEB86659FD93)

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Grams:
    """Gram hashes of a batch; text i has `hashes[offsets[i]:offsets[i + 1]]`.

    `hashes` uint64 (grams,), `offsets` int64 (texts + 1,).
    """

    hashes: Hashes
    offsets: Rows

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def counts(self) -> Rows:
        """Grams per text."""
        return np.diff(self.offsets)

    @property
    def rows(self) -> Rows:
        """The text each gram belongs to."""
        return np.repeat(np.arange(len(self)), self.counts)

    def row(self, index: int) -> Hashes:
        """The grams of one text."""
        return self.hashes[self.offsets[index] : self.offsets[index + 1]]


def grams(tokens: Tokens, n: int) -> Grams:
    """The n-grams of every text, in order.

    A text of fewer than n tokens is one gram, its whole text; one without tokens has none.
    """
    lengths = tokens.lengths
    hashes = _windows(tokens.ids, n)
    short = np.flatnonzero((lengths > 0) & (lengths < n))
    for length in np.unique(lengths[short]):
        starts = tokens.offsets[short[lengths[short] == length]]
        hashes[starts] = _combine([tokens.ids[starts + i] for i in range(length)])
    ends = np.repeat(tokens.offsets[1:], lengths)
    first = np.arange(len(tokens.ids)) + n <= ends
    first[tokens.offsets[short]] = True
    counts = np.where(lengths > 0, np.maximum(lengths - n + 1, 1), 0)
    return Grams(hashes[first], _offsets(counts))


def _windows(ids: Hashes, n: int) -> Hashes:
    """The gram that starts at every token, whatever text its tokens belong to."""
    padded = np.concatenate((ids, np.zeros(n - 1, dtype=np.uint64)))
    return _combine([padded[i : i + len(ids)] for i in range(n)])


def _combine(columns: list[Hashes]) -> Hashes:
    total = columns[0].copy()
    for column in columns[1:]:
        total *= _BASE
        total += column
    total += np.array([len(columns)], dtype=np.uint64) * _LENGTH
    return mix(total)


def distinct(found: Grams) -> Grams:
    """The grams of every text sorted by hash, each once."""
    rows = found.rows
    order = np.lexsort((found.hashes, rows))
    hashes, rows = found.hashes[order], rows[order]
    new = np.ones(len(hashes), dtype=np.bool_)
    new[1:] = (hashes[1:] != hashes[:-1]) | (rows[1:] != rows[:-1])
    return Grams(hashes[new], _offsets(np.bincount(rows[new], minlength=len(found))))


def _offsets(counts: NDArray[np.integer]) -> Rows:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def shared(left: Grams, left_rows: Rows, right: Grams, right_rows: Rows) -> Rows:
    """How many distinct grams the texts of every pair share.

    Args:
        left: grams made `distinct`.
        left_rows: the first text of every pair (pairs,).
        right: grams made `distinct`.
        right_rows: the second text of every pair (pairs,).
    """
    pairs, hashes = [], []
    for side, rows in ((left, left_rows), (right, right_rows)):
        counts = side.counts[rows]
        pairs.append(np.repeat(np.arange(len(rows)), counts))
        starts = np.repeat(side.offsets[rows] - _offsets(counts)[:-1], counts)
        hashes.append(side.hashes[starts + np.arange(len(starts))])
    pair, value = np.concatenate(pairs), np.concatenate(hashes)
    order = np.lexsort((value, pair))
    pair, value = pair[order], value[order]
    twice = (value[1:] == value[:-1]) & (pair[1:] == pair[:-1])
    return np.bincount(pair[1:][twice], minlength=len(left_rows)).astype(np.int64)


def jaccard(left: Hashes, right: Hashes) -> float:
    """Shared grams over all grams of two texts (`distinct` rows); 0 if neither has any."""
    both = _common(left, right)
    return both / max(len(left) + len(right) - both, 1)


def containment(part: Hashes, whole: Hashes) -> float:
    """The share of one text's grams that stand in the other (`distinct` rows)."""
    return _common(part, whole) / max(len(part), 1)


def _common(left: Hashes, right: Hashes) -> int:
    return len(np.intersect1d(left, right, assume_unique=True))
