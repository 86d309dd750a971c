"""Intervals against hand values, against what they promise in simulation, and at their edges."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.errors import DataError
from sure_math.evaluate.statistics import (
    Estimate,
    across_seeds,
    clustered,
    paired,
    paired_across_seeds,
    t_cdf,
    t_quantile,
    wilson,
)

RATES = st.lists(st.integers(0, 16).map(lambda k: k / 16), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 12.7062047), (2, 4.3026527), (5, 2.5705818), (29, 2.0452296), (199, 1.9719565)],
)
def test_quantiles_of_the_tables(freedom: float, quantile: float) -> None:
    assert t_quantile(freedom) == pytest.approx(quantile, abs=1e-7)


@pytest.mark.parametrize("freedom", [1, 1.37, 2.5, 1000, 1e6])
def test_a_quantile_is_where_the_distribution_says(freedom: float) -> None:
    assert t_cdf(t_quantile(freedom), freedom) == pytest.approx(0.975, abs=1e-12)
    assert t_cdf(-1.2, freedom) == pytest.approx(1 - t_cdf(1.2, freedom), abs=1e-12)


def test_clustered_by_hand() -> None:
    found = clustered([0.25, 0.5, 0.75])  # s = 1/4, SE = 1 / (4 sqrt 3), t(2) = 4.3026527
    assert (found.mean, found.n, found.seeds, found.p) == (0.5, 3, 1, None)
    assert found.se == pytest.approx(0.25 / math.sqrt(3))
    assert clustered([0.45, 0.5, 0.55]).high == pytest.approx(0.5 + 4.3026527 * 0.05 / math.sqrt(3))
    assert (found.low, found.high) == (0.0, 1.0)  # clipped


def test_paired_by_hand() -> None:
    found = paired([0.6, 0.3, 0.9, 0.4], [0.5, 0.1, 0.6, 0.4])  # differences .1 .2 .3 0
    assert found.mean == pytest.approx(0.15)
    assert found.se == pytest.approx(math.sqrt(0.05 / 3 / 4))
    assert found.p == pytest.approx(0.1027, abs=1e-4)  # t = 2.3238, 3 degrees of freedom
    assert found.low < 0 < found.high


def test_seeds_by_hand() -> None:
    found = across_seeds([[0.2, 0.6], [0.4, 0.8]])  # means: problems .3 .7, seeds .4 .6
    assert found.mean == pytest.approx(0.5)
    assert found.se == pytest.approx(math.sqrt(0.08 / 2 + 0.02 / 2))
    assert (found.n, found.seeds) == (2, 2)


def test_equal_parts_add_their_degrees_of_freedom() -> None:
    rates = np.array([[0.3, 0.4], [0.4, 0.5]])  # both variances of the mean are 0.0025
    found = across_seeds(rates)
    assert found.high == pytest.approx(0.4 + t_quantile(2) * math.sqrt(0.005))


def test_one_seed_is_the_error_of_the_problems() -> None:
    rates = [0.1, 0.9, 0.4, 0.4]
    assert across_seeds([rates]) == clustered(rates)
    assert paired_across_seeds([rates], [[0.0] * 4]) == paired(rates, [0.0] * 4)


def test_equal_problems_do_not_make_the_mean_certain() -> None:
    none = clustered([0.0] * 39)
    assert (none.mean, none.se, none.low) == (0, 0, 0)
    assert none.high == wilson(0, 39).high
    assert clustered([1.0] * 39).low == pytest.approx(wilson(39, 39).low)
    same = paired([0.5] * 8, [0.5] * 8)
    assert same.low == -same.high < 0
    assert same.p is None
    assert clustered([0.1] * 7).se == 0  # whatever 0.1 is in binary


def test_one_problem_says_nothing_of_the_spread() -> None:
    for found, lowest in ((clustered([0.4]), 0), (paired([0.4], [0.1]), -1)):
        assert math.isnan(found.se)
        assert (found.low, found.high, found.p) == (lowest, 1, None)
    assert math.isnan(across_seeds([[0.4], [0.5]]).se)


@pytest.mark.parametrize(
    "rates", [[], [0.5, math.nan], [1.5], [-0.1], [[0.5]], ["x"], [None], [math.inf]]
)
def test_what_is_no_rate_is_refused(rates: list[object]) -> None:
    with pytest.raises(DataError):
        clustered(rates)  # type: ignore[arg-type]


def test_refusals_say_what_and_where() -> None:
    with pytest.raises(DataError, match=r"nan \(problem 1, seed 0\)"):
        across_seeds([[0.5, math.nan]])
    with pytest.raises(DataError, match=r"\[1, 2\] with an array of shape \[1, 3\]"):
        paired([0, 1], [0, 1, 1])
    with pytest.raises(DataError, match="as many in every row"):
        across_seeds([[0.5, 0.5], [0.5]])
    with pytest.raises(DataError, match=r"\[seeds, problems\]"):
        across_seeds([0.5, 0.5])
    for correct, n in ((1, 0), (0, 0), (3, 2), (-1, 2)):
        with pytest.raises(DataError, match="no share"):
            wilson(correct, n)


def test_wilson_by_hand() -> None:
    found = wilson(8, 10)
    assert (round(found.low, 4), round(found.high, 4)) == (0.4902, 0.9433)
    assert found.se == pytest.approx(math.sqrt(0.8 * 0.2 / 10))


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share(counts: tuple[int, int]) -> None:
    found = wilson(*counts)
    assert 0 <= found.low <= found.mean <= found.high <= 1


@given(RATES)
def test_an_interval_holds_its_mean(rates: list[float]) -> None:
    found = clustered(rates)
    assert 0 <= found.low <= found.mean <= found.high <= 1


@given(RATES, st.randoms(use_true_random=False))
def test_a_difference_turns_round_with_its_sides(rates: list[float], random) -> None:  # type: ignore[no-untyped-def]
    other = random.sample(rates, len(rates))
    forth, back = paired(rates, other), paired(other, rates)
    assert forth.mean == -back.mean
    assert (forth.low, forth.high) == (-back.high, -back.low)
    assert forth.p == back.p


@given(RATES, st.randoms(use_true_random=False))
def test_order_of_the_problems_does_not_matter(rates: list[float], random) -> None:  # type: ignore[no-untyped-def]
    found, shuffled = clustered(rates), clustered(random.sample(rates, len(rates)))
    assert found.mean == pytest.approx(shuffled.mean)
    assert found.high == pytest.approx(shuffled.high)


def _covered(found: list[Estimate], truth: float) -> float:
    return float(np.mean([each.low <= truth <= each.high for each in found]))


def test_clustered_intervals_cover_what_they_promise() -> None:
    """avg@16 on 39 problems of bimodal difficulty: a naive interval over completions does not."""
    random = np.random.default_rng(1)
    difficulty = random.beta(0.5, 0.7, size=(1000, 39))
    rates = random.binomial(16, difficulty) / 16
    truth = 0.5 / 1.2
    assert 0.93 <= _covered([clustered(row) for row in rates], truth) <= 0.97
    mean = rates.mean(axis=1)
    naive = 1.96 * np.sqrt(mean * (1 - mean) / (16 * 39))
    assert np.mean(np.abs(mean - truth) <= naive) < 0.6


def test_wilson_intervals_cover_what_they_promise() -> None:
    correct = np.random.default_rng(2).binomial(30, 0.2, size=1000)
    assert 0.93 <= _covered([wilson(int(k), 30) for k in correct], 0.2) <= 0.98


@pytest.mark.parametrize(("spread", "lowest"), [(0.0, 0.93), (0.02, 0.93), (0.1, 0.93)])
def test_intervals_across_seeds_cover_what_they_promise(spread: float, lowest: float) -> None:
    """Three seeds, 60 problems; without an effect of the seed the interval is on the wide side."""
    random = np.random.default_rng(3)
    problem = random.normal(0.5, 0.08, size=(600, 1, 60))
    seed = random.normal(0, spread, size=(600, 3, 1))
    noise = random.normal(0, 0.05, size=(600, 3, 60))
    matrices = np.clip(problem + seed + noise, 0, 1)
    coverage = _covered([across_seeds(matrix) for matrix in matrices], 0.5)
    assert lowest <= coverage <= 0.995


def test_differences_without_an_effect_are_seldom_called_one() -> None:
    random = np.random.default_rng(4)
    difficulty = random.beta(0.5, 0.7, size=(400, 1, 60))
    a, b = (random.binomial(4, np.repeat(difficulty, 3, axis=1)) / 4 for _ in range(2))
    found = [paired_across_seeds(left, right) for left, right in zip(a, b, strict=True)]
    called = np.mean([each.p is not None and each.p < 0.05 for each in found])
    assert called <= 0.06
    assert called == pytest.approx(1 - _covered(found, 0.0))
