"""n-grams: the same as made one by one, never across two texts."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.overlap.grams import containment, distinct, grams, jaccard, shared
from sure_math.overlap.tokens import tokenize

WORDS = st.lists(st.sampled_from(["a", "b", "x1", "find"]), max_size=7).map(" ".join)
BATCH = st.lists(WORDS, min_size=1, max_size=6)
MASK = 2**64 - 1


def naive_gram(ids: list[int]) -> int:
    total = 0
    for value in ids:
        total = (total * 0x9E3779B97F4A7C15 + value) & MASK
    x = (total + len(ids) * 0xD6E8FEB86659FD93) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def naive(text: str, n: int) -> list[int]:
    ids = tokenize([text]).ids.tolist()
    n = min(n, len(ids))
    return [naive_gram(ids[i : i + n]) for i in range(len(ids) - n + 1)] if ids else []


@given(BATCH, st.integers(1, 5))
def test_a_batch_reads_like_its_texts_one_by_one(texts: list[str], n: int) -> None:
    found = grams(tokenize(texts), n)
    assert [found.row(i).tolist() for i in range(len(found))] == [naive(t, n) for t in texts]
    assert found.rows.tolist() == [i for i, t in enumerate(texts) for _ in naive(t, n)]


@given(BATCH, st.integers(1, 4))
def test_distinct_sorts_and_forgets_repeats(texts: list[str], n: int) -> None:
    found = distinct(grams(tokenize(texts), n))
    expected = [sorted(set(naive(t, n))) for t in texts]
    assert [found.row(i).tolist() for i in range(len(found))] == expected


@given(BATCH, BATCH, st.integers(1, 3))
def test_shared_grams_are_those_of_the_sets(left: list[str], right: list[str], n: int) -> None:
    a, b = (distinct(grams(tokenize(texts), n)) for texts in (left, right))
    i, j = (grid.ravel() for grid in np.meshgrid(range(len(left)), range(len(right))))
    expected = [
        len({*naive(left[x], n)} & {*naive(right[y], n)}) for x, y in zip(i, j, strict=True)
    ]
    assert shared(a, i, b, j).tolist() == expected
    for x, y, both in zip(i, j, expected, strict=True):
        size, other = len({*naive(left[x], n)}), len({*naive(right[y], n)})
        together = Fraction(both, max(size + other - both, 1))
        assert jaccard(a.row(x), b.row(y)) == pytest.approx(float(together))
        assert containment(a.row(x), b.row(y)) == pytest.approx(both / max(size, 1))


def test_a_short_text_is_one_gram_that_longer_texts_hold_at_their_length() -> None:
    short, long = "find x y", "now find x y please"
    whole = grams(tokenize([short]), 8).hashes
    assert len(whole) == 1
    assert whole[0] in grams(tokenize([long]), 3).hashes


def test_order_of_tokens_matters() -> None:
    both = grams(tokenize(["a b c", "c b a"]), 3).hashes
    assert both[0] != both[1]


def test_nothing_in_nothing_out() -> None:
    empty = grams(tokenize([]), 8)
    assert len(empty) == 0
    assert len(distinct(empty)) == 0
    blank = distinct(grams(tokenize(["", "$$"]), 8))
    assert blank.counts.tolist() == [0, 0]
    assert shared(blank, np.array([0]), blank, np.array([1])).tolist() == [0]
