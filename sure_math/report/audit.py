"""The audit of uncertainty scores against labels, every figure with a bootstrap interval.

All figures of one resample come from the same problems, so differences between scores are paired.
Problems that descend from one seed are drawn together (cluster bootstrap): they are no independent
evidence. Intervals are percentiles; resamples in which a figure is undefined are left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from sure_math.report.ranking import (
    Counts,
    Flags,
    Floats,
    aurc,
    auroc,
    best_aurc,
    bin_of,
    risk_at,
    tally,
)

COVERAGES = tuple(range(1, 101))
_BLOCK = 250
_TAIL = 2.5


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % bootstrap interval; not a number where it is undefined."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ScoreAudit:
    """How well one score predicts a wrong majority answer."""

    auroc: Estimate
    ahead: Estimate
    """AUROC of the reference score less that of this one, on the same resamples."""
    aurc: Estimate
    excess_aurc: Estimate
    """AURC less that of the best possible order."""
    risk: tuple[Estimate, ...]
    """Risk at coverage 1 %, 2 %, ... 100 %."""

    def accuracy_at(self, coverage: int) -> Estimate:
        """Accuracy on the most certain `coverage` per cent of the problems."""
        risk = self.risk[coverage - 1]
        return Estimate(1 - risk.value, 1 - risk.high, 1 - risk.low)


@dataclass(frozen=True)
class Bin:
    """Problems whose reference score lies between `low` and `high`, both included."""

    low: float
    high: float
    mean: float
    problems: int
    accuracy: Estimate


@dataclass(frozen=True)
class Audit:
    """Everything measured on one set of labelled problems."""

    problems: int
    wrong: int
    roots: int
    """Seeds the problems descend from: the units that are resampled."""
    resamples: int
    seed: int
    undefined: int
    """Resamples with only right or only wrong problems: no AUROC."""
    accuracy: Estimate
    scores: dict[str, ScoreAudit]
    bins: tuple[Bin, ...]


def audit(
    scores: Mapping[str, Floats],
    wrong: Flags,
    roots: npt.NDArray[Any],
    *,
    resamples: int = 2000,
    seed: int = 0,
) -> Audit:
    """Audit scores on the same problems; the first one is the reference of `ahead` and the bins.

    Args:
        scores: by name, shape (problems,) each, high where the teacher is uncertain.
        wrong: whether the majority answer is wrong, shape (problems,).
        roots: the seed each problem descends from, shape (problems,).
        resamples: bootstrap resamples.
        seed: of the bootstrap.
    """
    reference = next(iter(scores))
    groups = np.unique(roots, return_inverse=True)[1]
    bins = bin_of(scores[reference])
    observed = _figures(scores, wrong, bins, np.ones((1, len(wrong)), dtype=np.int64))
    blocks = [_figures(scores, wrong, bins, drawn) for drawn in _draws(groups, resamples, seed)]
    drawn = {key: np.concatenate([block[key] for block in blocks]) for key in observed}

    def estimates(key: str) -> tuple[Estimate, ...]:
        return tuple(_estimate(*pair) for pair in zip(observed[key][0], drawn[key].T, strict=True))

    for figures in (observed, drawn):
        for name in scores:
            figures[f"{name} ahead"] = figures[f"{reference} auroc"] - figures[f"{name} auroc"]
    return Audit(
        problems=len(wrong),
        wrong=int(wrong.sum()),
        roots=int(groups.max()) + 1,
        resamples=resamples,
        seed=seed,
        undefined=int(np.isnan(drawn[f"{reference} auroc"]).sum()),
        accuracy=estimates("accuracy")[0],
        scores={
            name: ScoreAudit(
                auroc=estimates(f"{name} auroc")[0],
                ahead=estimates(f"{name} ahead")[0],
                aurc=estimates(f"{name} aurc")[0],
                excess_aurc=estimates(f"{name} excess")[0],
                risk=estimates(f"{name} risk"),
            )
            for name in scores
        },
        bins=tuple(_bins(scores[reference], bins, estimates("bins"))),
    )


def _figures(
    scores: Mapping[str, Floats], wrong: Flags, bins: Counts, weights: Counts
) -> dict[str, Floats]:
    """Every figure for every resample; values of shape (resamples, size of the figure)."""
    member = bins[:, None] == np.arange(bins.max() + 1)
    size = (weights @ member).astype(np.float64)
    errors = (weights * wrong) @ member
    figures = {
        "accuracy": 1 - errors.sum(axis=1, keepdims=True) / size.sum(axis=1, keepdims=True),
        "bins": 1 - np.divide(errors, size, out=np.full(size.shape, np.nan), where=size > 0),
    }
    for name, values in scores.items():
        found = tally(values, wrong, weights)
        area = aurc(found)
        figures[f"{name} auroc"] = auroc(found)[:, None]
        figures[f"{name} aurc"] = area[:, None]
        figures[f"{name} excess"] = (area - best_aurc(found))[:, None]
        figures[f"{name} risk"] = risk_at(found, COVERAGES)
    return figures


def _draws(groups: Counts, resamples: int, seed: int) -> Iterator[Counts]:
    """Multiplicities of the problems in blocks of resamples, whole groups drawn together."""
    count = int(groups.max()) + 1
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, _BLOCK):
        size = min(_BLOCK, resamples - start)
        yield rng.multinomial(count, np.full(count, 1 / count), size=size)[:, groups]


def _estimate(value: float, drawn: Floats) -> Estimate:
    known = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not known.size:
        return Estimate(float(value), float("nan"), float("nan"))
    low, high = np.percentile(known, [_TAIL, 100 - _TAIL])
    return Estimate(float(value), float(low), float(high))


def _bins(scores: Floats, bins: Counts, accuracy: tuple[Estimate, ...]) -> Iterator[Bin]:
    for number, estimate in enumerate(accuracy):
        mine = scores[bins == number]
        yield Bin(float(mine.min()), float(mine.max()), float(mine.mean()), len(mine), estimate)
