"""How well a score ranks errors: AUROC and the risk-coverage curve, whatever the order of ties.

Problems with equal scores form one *level*. Every figure depends only on how many problems, and how
many wrong ones, each level holds; inside a level the risk-coverage curve is its mean over all
orders. Resampling changes nothing but these counts, so each function takes any number of
resamples at once. A low score means certain; problems are accepted from the lowest score upwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_DECIMALS = 9
"""Scores that agree to so many decimals are tied: 3/8 and 1 - 5/8 are one number."""


@dataclass(frozen=True)
class Tally:
    """Problems per level, lowest score first; both of shape (resamples, levels)."""

    problems: Counts
    wrong: Counts


def level_of(scores: Floats) -> Counts:
    """The level of every problem, 0, 1, ... by rising score."""
    _, levels = np.unique(np.round(scores, _DECIMALS), return_inverse=True)
    return levels.astype(np.int64)


def tally(scores: Floats, wrong: Flags, weights: Counts) -> Tally:
    """Count the levels of `scores`.

    Args:
        scores: shape (problems,).
        wrong: whether the answer to the problem is wrong, shape (problems,).
        weights: how often each resample holds each problem, shape (resamples, problems).
    """
    levels = level_of(scores)
    order = np.argsort(levels, kind="stable")
    starts = np.flatnonzero(np.diff(levels[order], prepend=-1))
    drawn = weights[:, order]
    return Tally(
        np.add.reduceat(drawn, starts, axis=1),
        np.add.reduceat(drawn * wrong[order], starts, axis=1),
    )


def auroc(found: Tally) -> Floats:
    """P(score of a wrong problem > score of a right one), ties counting half; shape (resamples,).

    Not a number where a resample holds only right or only wrong problems.
    """
    right = found.problems - found.wrong
    below = np.cumsum(right, axis=1) - right
    won = np.sum(found.wrong * (below + right / 2), axis=1)
    pairs = found.wrong.sum(axis=1) * right.sum(axis=1)
    return _ratio(won, pairs, np.nan)


def aurc(found: Tally) -> Floats:
    """Area under the risk-coverage curve; shape (resamples,).

    The mean over k = 1..n of the risk among the k problems with the lowest scores (Geifman and
    El-Yaniv, 2017). A score that knows nothing has the overall risk.
    """
    through = np.cumsum(found.problems, axis=1)
    before = through - found.problems
    errors = np.cumsum(found.wrong, axis=1) - found.wrong
    rate = _ratio(found.wrong, found.problems, 0.0)
    harmonic = _harmonic(int(through.max()))
    # sum over k in the level of (errors + (k - before) rate) / k
    steps = harmonic[through] - harmonic[before]
    area = found.problems * rate + (errors - before * rate) * steps
    return np.asarray(area.sum(axis=1) / through[:, -1])


def best_aurc(found: Tally) -> Floats:
    """AURC of the best possible order, all right problems first; shape (resamples,)."""
    total, wrong = found.problems.sum(axis=1), found.wrong.sum(axis=1)
    harmonic = _harmonic(int(total.max()))
    area = wrong - (total - wrong) * (harmonic[total] - harmonic[total - wrong])
    return np.asarray(area / total)


def risk_at(found: Tally, coverages: Sequence[int]) -> Floats:
    """Share of wrong problems among the lowest-scored ones; shape (resamples, coverages).

    Args:
        coverages: how many per cent of the n problems are accepted, each in 1..100; c accepts
            n c / 100 problems, rounded up.
    """
    start = np.zeros((len(found.problems), 1), dtype=np.int64)
    problems = np.hstack([start, np.cumsum(found.problems, axis=1)])
    wrong = np.hstack([start, np.cumsum(found.wrong, axis=1)])
    accepted = -(-problems[:, -1:] * np.asarray(coverages) // 100)
    errors = [np.interp(k, x, y) for k, x, y in zip(accepted, problems, wrong, strict=True)]
    return np.asarray(np.stack(errors) / accepted)


def bin_of(scores: Floats, bins: int = 10) -> Counts:
    """The quantile bin of every problem: 0, 1, ... by rising score, none of them empty.

    A level is never split. It goes where the middle of its ranks falls, so levels that hold much
    more than a tenth of the problems leave fewer bins.
    """
    levels = level_of(scores)
    sizes = np.bincount(levels)
    middle = np.cumsum(sizes) - sizes / 2
    wanted = np.floor(bins * middle / len(scores))
    _, place = np.unique(wanted, return_inverse=True)
    return place.astype(np.int64)[levels]


def _harmonic(n: int) -> Floats:
    """Harmonic numbers H_0 .. H_n."""
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n + 1))])


def _ratio(part: npt.NDArray[np.generic], whole: Counts, otherwise: float) -> Floats:
    out = np.full(whole.shape, otherwise)
    np.divide(part, whole, out=out, where=whole > 0)
    return out
