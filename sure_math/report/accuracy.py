"""Accuracy of the rows of a comparison with honest errors, and what the differences are worth.

A row of S runs (seeds) on P problems is a matrix of pass rates [S, P]; rows are compared problem by
problem, and seed by seed where both have the seed. A model that was not trained stands against
every seed of the other row with the same rates.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sure_math.evaluate.statistics import Array, Estimate, across_seeds, paired_across_seeds, wilson
from sure_math.report.document import Cell
from sure_math.report.runs import Column
from sure_math.report.series import Series

NOT_RUN = "not run"
_KINDS = {
    "wilson": "Wilson's for one greedy completion per problem of one run",
    "problems": "Student's t over problems for other means and for differences of one run",
    "seeds": "Student's t over problems and seeds, SE² = s²(problems)/P + s²(seeds)/S with "
    "Satterthwaite's degrees of freedom, for several seeds",
}


@dataclass(frozen=True)
class Entry:
    """One row in one column."""

    estimate: Estimate | None
    """None: there is nothing to show, for the reason in `missing`."""
    kind: str = ""
    """How the interval is made: a key of `_KINDS`."""
    seeds: tuple[int, ...] = ()
    missing: str = NOT_RUN
    best: bool = False

    def as_json(self) -> dict[str, Any]:
        """Fractions, not percent."""
        if self.estimate is None:
            return {"missing": self.missing}
        return {
            **asdict(self.estimate), "interval": self.kind, "seed_names": self.seeds,
            "best": self.best,
        }  # fmt: skip


def accuracy(series: Series, column: Column) -> Entry:
    """Mean accuracy of a row, with the interval that its number of seeds and samples allows."""
    rates = _rates(series, column)
    if not rates:
        return Entry(None)
    matrix = np.stack(list(rates.values()))
    seeds = tuple(rates) if series.trained else ()
    samples = {run.columns[column].samples for run in series.runs if column in run.columns}
    if len(matrix) == 1 and samples == {1}:
        correct = int(matrix.sum().round())
        return Entry(wilson(correct, matrix.shape[1]), "wilson", seeds)
    return Entry(across_seeds(matrix), "seeds" if len(matrix) > 1 else "problems", seeds)


def difference(series: Series, reference: Series, column: Column) -> Entry:
    """Mean of a row less that of a reference, problem by problem on the seeds that both have."""
    ours, theirs = _rates(series, column), _rates(reference, column)
    if not ours or not theirs:
        return Entry(None)
    if not series.trained:
        ours = _for_every_seed(ours, theirs)
    elif not reference.trained:
        theirs = _for_every_seed(theirs, ours)
    common = [seed for seed in ours if seed in theirs]
    if not common:
        return Entry(None, missing="no common seed")
    found = paired_across_seeds([ours[s] for s in common], [theirs[s] for s in common])
    trained = series.trained or reference.trained
    return Entry(
        found, "seeds" if len(common) > 1 else "problems", tuple(common) if trained else ()
    )


def best_of(rows: Sequence[Series], column: Column) -> Series | None:
    """The row that is ahead of every other by more than one standard error of the difference."""
    found = [
        (entry.estimate.mean, row) for row in rows if (entry := accuracy(row, column)).estimate
    ]
    if len(found) < 2:
        return None
    best = max(found, key=lambda each: each[0])[1]
    for _, other in found:
        if other is not best:
            ahead = difference(best, other, column).estimate
            if ahead is None or not ahead.mean > ahead.se:  # an SE that is NaN says nothing
                return None
    return best


def percent(entry: Entry) -> Cell:
    """`43.2 [39.0, 47.4]`."""
    if entry.estimate is None:
        return Cell(entry.missing)
    mean, low, high = _points(entry.estimate)
    return Cell(f"{mean:.1f} [{low:.1f}, {high:.1f}]", entry.best)


def points(entry: Entry) -> Cell:
    """`+1.3 [-0.6, +3.2]`: a difference in percentage points."""
    if entry.estimate is None:
        return Cell(entry.missing)
    mean, low, high = _points(entry.estimate)
    return Cell(f"{mean:+.1f} [{low:+.1f}, {high:+.1f}]")


def seeds_of(series: Series) -> str:
    """The number of seeds for people."""
    if not series.trained:
        return "–"
    return str(len({series.seed_of(run) for run in series.runs})) if series.runs else "0"


def explanation(entries: Iterable[Entry]) -> str:
    """How the intervals of these entries are made."""
    used = {entry.kind for entry in entries if entry.estimate}
    kinds = "; ".join(text for kind, text in _KINDS.items() if kind in used)
    return f"In brackets: 95 % intervals ({kinds})." if kinds else ""


def _rates(series: Series, column: Column) -> Mapping[int, Array]:
    """Pass rates by seed, problems in one order."""
    return {
        series.seed_of(run): _ordered(run.columns[column].rates)
        for run in sorted(series.runs, key=series.seed_of)
        if column in run.columns
    }


def _for_every_seed(model: Mapping[int, Array], seeds: Iterable[int]) -> Mapping[int, Array]:
    """The mean rates of a model that was not trained, under every seed of another."""
    mean: Array = np.stack(list(model.values())).mean(axis=0)
    return dict.fromkeys(seeds, mean)


def _ordered(rates: Mapping[str, float]) -> Array:
    return np.array([rates[name] for name in sorted(rates)], dtype=np.float64)


def _points(estimate: Estimate) -> tuple[float, float, float]:
    mean, low, high = (
        round(100 * each, 1) + 0.0 for each in (estimate.mean, estimate.low, estimate.high)
    )
    return mean, low, high
