"""The bootstrap: what it covers, what it pairs, what it draws together, where it is undefined."""

import math

import numpy as np
import pytest

from sure_math.report.audit import Audit, audit
from sure_math.report.ranking import Flags, Floats


def simulated(rng: np.random.Generator, n: int) -> tuple[Floats, Flags]:
    """Scores of right problems from N(0, 1), of wrong ones from N(1, 1): AUROC is Phi(1/sqrt 2)."""
    wrong = rng.random(n) < 0.3
    return rng.normal(size=n) + wrong, wrong


def audited(scores: Floats, wrong: Flags, *, resamples: int = 200, seed: int = 0) -> Audit:
    return audit({"x": scores}, wrong, np.arange(len(wrong)), resamples=resamples, seed=seed)


def test_intervals_cover_the_truth_as_often_as_they_claim() -> None:
    rng = np.random.default_rng(11)
    auroc = 0.5 * (1 + math.erf(1 / 2))
    found = [audited(*simulated(rng, 150)) for _ in range(120)]
    for truth, estimates in (
        (auroc, [each.scores["x"].auroc for each in found]),
        (0.7, [each.accuracy for each in found]),
    ):
        covered = sum(each.low <= truth <= each.high for each in estimates)
        assert 0.90 <= covered / len(found) <= 0.99
        assert all(each.low <= each.value <= each.high for each in estimates)


def test_more_problems_narrow_the_intervals() -> None:
    rng = np.random.default_rng(3)
    small, large = (audited(*simulated(rng, n)).scores["x"].auroc for n in (100, 1600))
    assert (small.high - small.low) / (large.high - large.low) == pytest.approx(4, rel=0.3)


def test_copies_of_a_seed_are_no_further_evidence() -> None:
    scores, wrong = simulated(np.random.default_rng(4), 80)
    once = audited(scores, wrong)
    copied = audit(
        {"x": np.tile(scores, 5)}, np.tile(wrong, 5), np.tile(np.arange(80), 5), resamples=200
    )
    assert (copied.problems, copied.roots) == (400, 80)
    assert copied.scores["x"].auroc == once.scores["x"].auroc
    assert copied.accuracy == once.accuracy
    alone = audited(np.tile(scores, 5), np.tile(wrong, 5)).scores["x"].auroc
    assert alone.high - alone.low < 0.6 * (once.scores["x"].auroc.high - once.scores["x"].auroc.low)


def test_differences_are_paired() -> None:
    scores, wrong = simulated(np.random.default_rng(6), 200)
    noise = np.random.default_rng(7).normal(size=200)
    both = {"x": scores, "same order": np.exp(scores), "close": scores + 0.05 * noise}
    found = audit(both, wrong, np.arange(200), resamples=300).scores
    same, close = found["same order"].ahead, found["close"].ahead
    assert (same.value, same.low, same.high) == (0, 0, 0)
    width = found["x"].auroc.high - found["x"].auroc.low
    assert 0 < close.high - close.low < width / 4
    assert close.value == pytest.approx(found["x"].auroc.value - found["close"].auroc.value)


def test_the_same_seed_gives_the_same_figures() -> None:
    scores, wrong = simulated(np.random.default_rng(8), 60)
    assert audited(scores, wrong, resamples=600) == audited(scores, wrong, resamples=600)
    assert audited(scores, wrong, seed=1).accuracy != audited(scores, wrong, seed=2).accuracy


@pytest.mark.parametrize("all_wrong", [True, False])
def test_one_class_has_no_auroc_but_every_other_figure(all_wrong: bool) -> None:
    found = audited(np.linspace(0, 1, 20), np.full(20, all_wrong))
    score = found.scores["x"]
    assert math.isnan(score.auroc.value)
    assert math.isnan(score.auroc.low)
    assert found.undefined == 200
    assert score.aurc.value == float(all_wrong)
    assert score.excess_aurc.value == pytest.approx(0.0)
    assert found.accuracy.value == score.accuracy_at(50).value == float(not all_wrong)


def test_resamples_without_a_wrong_answer_are_counted_and_left_out() -> None:
    wrong = np.arange(10) == 9
    found = audited(np.linspace(0, 1, 10), wrong, resamples=1000)
    share = (1 - 1 / 10) ** 10  # the wrong problem is never drawn
    assert found.undefined / 1000 == pytest.approx(share, abs=0.05)
    assert found.scores["x"].auroc.low == 1.0


def test_bins_hold_every_problem_once() -> None:
    scores, wrong = simulated(np.random.default_rng(9), 95)
    found = audited(scores, wrong)
    assert sum(each.problems for each in found.bins) == 95
    right = sum(each.problems * each.accuracy.value for each in found.bins)
    assert right == pytest.approx(95 - wrong.sum())
    assert all(each.low <= each.mean <= each.high for each in found.bins)


def test_accuracy_at_a_coverage_mirrors_the_risk() -> None:
    scores, wrong = simulated(np.random.default_rng(10), 90)
    score = audited(scores, wrong).scores["x"]
    kept, risk = score.accuracy_at(80), score.risk[79]
    assert kept.value == 1 - risk.value
    assert (kept.low, kept.high) == (1 - risk.high, 1 - risk.low)
    assert len(score.risk) == 100
