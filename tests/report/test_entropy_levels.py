"""The levels of discrete entropy: partitions of N."""

import math

import pytest

from sure_math.report.entropy_levels import levels


def test_two_responses_agree_or_do_not() -> None:
    assert list(levels(2).values()) == [("2",), ("1/1",)]


def test_eight_responses_have_21_levels() -> None:
    found = levels(8)
    assert len(found) == 21
    assert sum(map(len, found.values())) == 22  # partitions of 8; two of them share a level
    assert [splits for splits in found.values() if len(splits) > 1] == [("4/1/1/1/1", "2/2/2/2")]
    halves = next(entropy for entropy, splits in found.items() if "4/4" in splits)
    assert halves == pytest.approx(math.log(2))
    assert list(found) == sorted(found)


def test_the_ends_are_0_and_log_n() -> None:
    for n in (3, 5, 16):
        values = list(levels(n))
        assert values[0] == 0.0
        assert values[-1] == pytest.approx(math.log(n))
