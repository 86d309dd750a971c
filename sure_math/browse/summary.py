"""The summary of a run or release as JSON: counts, values to filter by, how entropies spread."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from sure_math.browse.library import Library
from sure_math.browse.query import CHOICES, SEED, SORTS
from sure_math.config import TIERS

Row = dict[str, Any]

_BINS = 20


def summary_json(library: Library) -> Row:
    """What the page shows first; counts are over all problems."""
    source, problems = library.source, library.problems
    annotated = problems.drop_nulls("semantic_entropy")
    return {
        "kind": source.kind,
        "name": source.name,
        "place": str(source.place),
        "version": source.version,
        "problems": problems.height,
        "annotated": annotated.height,
        "labelled": problems["answer"].count(),
        "responses": source.n_responses,
        "stages": [asdict(stage) for stage in source.stages],
        "complaints": [*source.complaints],
        "missing": source.missing,
        "facets": {name: _counts(_values(problems, name), name) for name in CHOICES},
        "semantic_entropy": _histogram(annotated["semantic_entropy"]),
        "w_se": _histogram(annotated["w_se"]),
        "models": {
            "teacher": _distinct(annotated["teacher"]),
            "judge": _distinct(annotated["judge"]),
            "evolver": _distinct(problems["evolver"]),
        },
        "n_samples": _distinct(annotated["n_samples"]),
        "sorts": [*SORTS],
    }


def _values(problems: pl.DataFrame, name: str) -> pl.Series:
    if name == "flag":
        return problems["flags"].explode()
    column = problems[name].cast(pl.String)
    return column.fill_null(SEED) if name == "strategy" else column


def _counts(values: pl.Series, name: str) -> dict[str, int]:
    """Values with their frequencies, the most frequent first; tiers from easy on."""
    counts = pl.DataFrame({"value": values.drop_nulls()}).group_by("value").len("count")
    found = dict(counts.sort("count", "value", descending=[True, False]).rows())
    if name != "tier":
        return found
    return {tier: found[tier] for tier in (*TIERS, *found) if tier in found}


def _histogram(values: pl.Series) -> Row | None:
    """Equal bins from the smallest value to the largest; one bin if these are equal."""
    known = values.drop_nulls().to_numpy()
    if not known.size:
        return None
    low, high = float(known.min()), float(known.max())
    if low == high:
        bins = [{"low": low, "high": high, "count": int(known.size)}]
        return {"min": low, "max": high, "bins": bins}
    counts, edges = np.histogram(known, _BINS, (low, high))
    sides = zip(edges[:-1].tolist(), edges[1:].tolist(), counts.tolist(), strict=True)
    bins = [{"low": a, "high": b, "count": count} for a, b, count in sides]
    return {"min": low, "max": high, "bins": bins}


def _distinct(values: pl.Series) -> list[Any]:
    found: Iterable[Any] = values.drop_nulls().unique().to_list()
    return sorted(found)
