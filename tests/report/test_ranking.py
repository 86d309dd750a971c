"""Ranking figures against their definitions: pairs counted one by one, orders written out."""

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.report.ranking import (
    Tally,
    aurc,
    auroc,
    best_aurc,
    bin_of,
    level_of,
    risk_at,
    tally,
)

Problems = list[tuple[float, bool]]
problems = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 2.0]), st.booleans()), min_size=1)
few = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5]), st.booleans()), min_size=1, max_size=6)


def counted(found: Problems, weights: Sequence[Sequence[int]] | None = None) -> Tally:
    scores = np.array([score for score, _ in found])
    wrong = np.array([each for _, each in found])
    return tally(scores, wrong, np.array(weights or [[1] * len(found)]))


def orders(found: Problems) -> list[list[bool]]:
    """Right or wrong in every order of the problems in which scores do not fall."""
    return [
        [wrong for _, wrong in order]
        for order in itertools.permutations(found)
        if all(a <= b for (a, _), (b, _) in itertools.pairwise(order))
    ]


def mean_over_orders(found: Problems, figure: Callable[[list[bool]], float]) -> float:
    values = [figure(order) for order in orders(found)]
    return sum(values) / len(values)


def area(order: list[bool]) -> float:
    return sum(sum(order[:k]) / k for k in range(1, len(order) + 1)) / len(order)


@given(problems)
def test_auroc_is_the_share_of_pairs_in_the_right_order(found: Problems) -> None:
    wrong = [score for score, each in found if each]
    right = [score for score, each in found if not each]
    value = float(auroc(counted(found))[0])
    if not wrong or not right:
        assert math.isnan(value)
        return
    won = sum((a > b) + 0.5 * (a == b) for a in wrong for b in right)
    assert value == pytest.approx(won / (len(wrong) * len(right)))


@given(few)
def test_aurc_is_the_mean_over_all_orders_of_ties(found: Problems) -> None:
    assert float(aurc(counted(found))[0]) == pytest.approx(mean_over_orders(found, area))


@given(few)
def test_best_aurc_has_all_right_problems_first(found: Problems) -> None:
    best = float(best_aurc(counted(found))[0])
    assert best == pytest.approx(area(sorted(wrong for _, wrong in found)))
    assert best <= float(aurc(counted(found))[0]) + 1e-12


@given(few, st.integers(1, 100))
def test_risk_at_a_coverage_is_the_mean_over_all_orders_of_ties(
    found: Problems, coverage: int
) -> None:
    accepted = math.ceil(len(found) * coverage / 100 - 1e-9)
    expected = mean_over_orders(found, lambda order: sum(order[:accepted]) / accepted)
    assert float(risk_at(counted(found), [coverage])[0, 0]) == pytest.approx(expected)


@given(problems, st.data())
def test_a_weight_is_a_number_of_copies(found: Problems, data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(0, 3), min_size=len(found), max_size=len(found)))
    copies = [each for each, n in zip(found, weights, strict=True) for _ in range(n)]
    if not copies:
        return
    drawn, written = counted(found, [weights, weights]), counted(copies)
    for figure in (auroc, aurc, best_aurc, lambda t: risk_at(t, [50])[:, 0]):
        first, second = figure(drawn)
        assert first == pytest.approx(second, nan_ok=True)
        assert first == pytest.approx(figure(written)[0], nan_ok=True)


def test_the_order_in_the_file_does_not_matter() -> None:
    rng = np.random.default_rng(5)
    found = [(float(rng.integers(4)), rng.random() < 0.3) for _ in range(60)]
    shuffled = [found[i] for i in rng.permutation(60)]
    for figure in (auroc, aurc, lambda t: risk_at(t, range(1, 101))):
        assert figure(counted(found)).tolist() == figure(counted(shuffled)).tolist()


def test_known_values() -> None:
    perfect = counted([(0.0, False), (1.0, False), (2.0, True)])
    assert auroc(perfect).tolist() == [1.0]
    assert aurc(perfect)[0] == best_aurc(perfect)[0] == pytest.approx((0 + 0 + 1 / 3) / 3)
    ignorant = counted([(1.0, wrong) for wrong in (True, False, False, False)])
    assert auroc(ignorant).tolist() == [0.5]
    assert aurc(ignorant)[0] == pytest.approx(0.25)
    assert risk_at(ignorant, [25, 50, 100])[0].tolist() == [0.25] * 3


def test_sums_of_eighths_are_ties() -> None:
    assert level_of(np.array([1 - 0.7, 0.3, 1 - 0.9, 0.1 + 0.2])).tolist() == [1, 1, 0, 1]


@given(st.lists(st.sampled_from([0.0, 0.2, 0.3, 1.0, 1.7, 2.0]), min_size=1, max_size=60))
def test_bins_rise_and_never_split_equal_scores(values: list[float]) -> None:
    scores = np.array(values)
    bins = bin_of(scores)
    assert set(bins) == set(range(bins.max() + 1))
    assert bins.max() < 10
    for (a, i), (b, j) in itertools.combinations(zip(values, bins, strict=True), 2):
        assert i == j if a == b else (a < b) == (i < j) or i == j


def test_bins_of_distinct_scores_are_tenths() -> None:
    scores = np.random.default_rng(1).permutation(200) / 7
    assert np.bincount(bin_of(scores)).tolist() == [20] * 10


def test_a_large_level_takes_the_bins_it_fills() -> None:
    scores = np.concatenate([np.zeros(50), np.arange(1, 51)])
    assert np.bincount(bin_of(scores)).tolist() == [50, 10, 10, 10, 10, 10]
