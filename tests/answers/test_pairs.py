"""Authored pairs of answers: `equivalent` merges no different ones and finds most equal ones."""

import json
from pathlib import Path

import pytest

from sure_math import equivalent

PAIRS = [
    json.loads(line)
    for line in Path(__file__).with_name("pairs.jsonl").read_text(encoding="utf-8").splitlines()
]
EQUAL = [(pair["a"], pair["b"]) for pair in PAIRS if pair["equivalent"]]
DIFFERENT = [(pair["a"], pair["b"]) for pair in PAIRS if not pair["equivalent"]]


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different_answers_are_not_merged(a, b) -> None:
    assert not equivalent(a, b)


def test_most_equal_answers_are_found() -> None:
    missed = [f"{a}  ~  {b}" for a, b in EQUAL if not equivalent(a, b)]
    found = 1 - len(missed) / len(EQUAL)
    assert found >= 0.92, f"{found:.1%} found; missed:\n" + "\n".join(missed)


@pytest.mark.parametrize(("a", "b"), EQUAL + DIFFERENT)
def test_the_order_does_not_matter(a, b) -> None:
    assert equivalent(a, b) == equivalent(b, a)


def test_no_pair_is_listed_twice() -> None:
    listed = [frozenset((pair["a"], pair["b"])) for pair in PAIRS]
    assert len(set(listed)) == len(listed)
    assert all(len(pair) == 2 for pair in listed)
