"""The distribution of semantic entropy in a dataset, by tier and origin (figure of section 4.6)."""

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sure_math.drawing import TIER_COLOURS
from sure_math.errors import DataError
from sure_math.report.dataset import Dataset
from sure_math.report.document import Document, Grid, cells
from sure_math.report.entropy_levels import MOST, levels

BINS = 24
THRESHOLDS = (0.3, 0.5)
"""Those of the binary filter (table 2), in H / log N."""
_COLUMNS = ("tier", "curated", "semantic_entropy", "discrete_entropy", "n_samples", "w_se",
            "teacher", "logprobs_mode")  # fmt: skip
_SLACK = 1e-6
_ROWS = 24
"""Levels that text shows at most: those with most problems."""


@dataclass(frozen=True)
class Distribution:
    """Entropies of all problems."""

    origin: str
    problems: pl.DataFrame
    samples: int
    """N, the responses per problem; the most, if it varies."""

    @property
    def highest(self) -> float:
        """log N, in nats: no two responses agree."""
        return math.log(self.samples)

    def groups(self) -> dict[str, pl.DataFrame]:
        """All problems, every tier, and curated and evolved ones."""
        found = {"all": self.problems}
        found |= {tier: self.problems.filter(tier=tier) for tier in TIER_COLOURS}
        found["curated"] = self.problems.filter("curated")
        found["evolved"] = self.problems.filter(~pl.col("curated"))
        return {name: group for name, group in found.items() if group.height}


def histogram(dataset: Dataset) -> Document:
    """How certain the teacher is.

    Raises:
        DataError: the dataset lacks a column, or has no rows.
    """
    found = _distribution(dataset)
    groups = {name: _figures(found, group) for name, group in found.groups().items()}
    counted = _levels(found)
    parts = [_summary(groups)]
    if counted:
        parts.append(_level_grid(found, counted))
    bins = {
        name: np.histogram(
            np.clip(group["semantic_entropy"], 0, found.highest),
            BINS, (0, found.highest),
        )[0].tolist()
        for name, group in found.groups().items()
    }  # fmt: skip
    return Document(
        name="se-histogram",
        title=f"Semantic entropy of {found.origin}",
        parts=tuple(parts),
        notes=tuple(_notes(found, counted)),
        data={
            "dataset": found.origin,
            "samples": found.samples,
            "log_n": found.highest,
            "groups": groups,
            "bins": {"edges": np.linspace(0, found.highest, BINS + 1).tolist(), "counts": bins},
            "levels": counted,
        },
        draw=functools.partial(_draw, found),
    )


def _distribution(dataset: Dataset) -> Distribution:
    missing = sorted(set(_COLUMNS) - set(dataset.problems.column_names))
    if missing:
        raise DataError(
            f"{dataset.origin} has no column {', '.join(missing)}",
            hint="name a release of sure-math, or a run annotated to its end",
        )
    problems = pl.DataFrame(pl.from_arrow(dataset.problems.select(list(_COLUMNS))))
    if not problems.height:
        raise DataError(f"{dataset.origin} has no rows")
    return Distribution(dataset.origin, problems, int(problems["n_samples"].to_numpy().max()))


def _figures(found: Distribution, group: pl.DataFrame) -> dict[str, float]:
    """What one group is like; entropies in nats, shares of its problems."""
    entropy = group["semantic_entropy"].to_numpy()
    highest = np.log(group["n_samples"].to_numpy())
    share, discrete = entropy / highest, group["discrete_entropy"].to_numpy() / highest
    return {
        "problems": group.height,
        "unanimous": float((entropy < _SLACK).mean()),
        "median": float(np.median(entropy)),
        "mean": float(entropy.mean()),
        "all_different": float((discrete > 1 - _SLACK).mean()),
        "mean_weight": float(group["w_se"].to_numpy().mean()),
        **{f"kept_at_{tau}": float((share <= tau + _SLACK).mean()) for tau in THRESHOLDS},
    }


def _levels(found: Distribution) -> list[dict[str, Any]]:
    """Problems at every level of the discrete entropy; empty where N varies or is large."""
    if found.problems["n_samples"].n_unique() > 1 or found.samples > MOST:
        return []
    known = levels(found.samples)
    values = np.array(list(known))
    entropies = found.problems["discrete_entropy"].to_numpy()
    nearest = np.abs(entropies[:, None] - values).argmin(axis=1)
    return [
        {
            "entropy": value,
            "normalized": value / found.highest,
            "splits": known[value],
            "problems": int((nearest == place).sum()),
        }
        for place, value in enumerate(known)
    ]


def _summary(groups: dict[str, dict[str, float]]) -> Grid:
    head = ("problems", "count", "all agree", "median H", "mean H", "no two agree",
            *(f"H/log N ≤ {tau}" for tau in THRESHOLDS), "mean w_se")  # fmt: skip
    rows = [
        cells(
            name, f"{each['problems']:,}", _percent(each["unanimous"]), f"{each['median']:.3f}",
            f"{each['mean']:.3f}", _percent(each["all_different"]),
            *(_percent(each[f"kept_at_{tau}"]) for tau in THRESHOLDS),
            f"{each['mean_weight']:.3f}",
        )
        for name, each in groups.items()
    ]  # fmt: skip
    return Grid("", head, tuple(rows))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _level_grid(found: Distribution, counted: list[dict[str, Any]]) -> Grid:
    shown = sorted(counted, key=lambda level: -level["problems"])[:_ROWS]
    rows = [
        cells(
            f"{level['entropy']:.3f}", f"{level['normalized']:.3f}", ", ".join(level["splits"]),
            f"{level['problems']:,}", _percent(level["problems"] / found.problems.height),
        )
        for level in sorted(shown, key=lambda level: level["entropy"])
    ]  # fmt: skip
    heading = (
        f"The {len(counted)} levels of discrete entropy with N = {found.samples}"
        + (f", the {_ROWS} with most problems" if len(counted) > _ROWS else "")
    )  # fmt: skip
    head = ("H (nats)", "H/log N", "sizes of the clusters", "problems", "share")
    return Grid(heading, head, tuple(rows))


def _notes(found: Distribution, counted: list[dict[str, Any]]) -> list[str]:
    problems = found.problems
    teachers = ", ".join(sorted(problems["teacher"].unique()))
    samples = ", ".join(map(str, sorted(problems["n_samples"].unique())))
    discrete = int((problems["logprobs_mode"] == "none").sum())
    lines = [
        f"Based on {problems.height:,} problems of {found.origin}; teacher {teachers}, "
        f"N = {samples}. H: semantic entropy in nats, at most log N; H/log N ≤ 0.3: what a binary "
        "filter of that threshold keeps.",
    ]
    if counted:
        lines.append(
            "Responses of equal mass give the levels above; weighted by length-normalised "
            "probability (eq. 4), entropies scatter around them. A response without an answer is a "
            "cluster of its own."
        )
    if discrete:
        lines.append(f"{discrete:,} problems have no log-probabilities: their entropy is discrete.")
    return [
        *lines,
        "Figures are of the whole dataset: there is no sampling error, and no interval.",
    ]


def _draw(found: Distribution, path: Path) -> None:
    from sure_math.report.pictures.histogram import draw

    draw(found, path)
