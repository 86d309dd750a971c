import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.proportion import Proportion


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (8, 10, 0.4902, 0.9433),
        (0, 20, 0.0, 0.1611),
        (20, 20, 0.8389, 1.0),
        (50, 100, 0.4038, 0.5962),
    ],
)
def test_wilson_intervals(count: int, total: int, low: float, high: float) -> None:
    found = Proportion(count, total)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_nothing_of_nothing_is_no_number() -> None:
    found = Proportion(0, 0)
    assert all(map(math.isnan, (found.share, found.low, found.high)))
    assert Proportion(1, 2) + Proportion(3, 4) - Proportion(1, 2) == Proportion(3, 4)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share(counts: tuple[int, int]) -> None:
    found = Proportion(*counts)
    assert 0 <= found.low <= found.share + 1e-12
    assert found.share - 1e-12 <= found.high <= 1
