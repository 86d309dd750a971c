"""Where the problems of a release come from, and what became of those that are not in it."""

import polars as pl

from sure_math.runtime.run import Run

AS_IT_IS = "as it is"
"""The way of a problem that was taken from its source without evolution."""
REJECTING = {
    "decontaminate": "too close to a benchmark or the test split",
    "pool": "says the same as another, or beyond the quota",
    "weight": "the teacher has no answer",
}
"""Stages after evolution that reject whole problems, and why."""
_KEYS = ("source", "strategy", "tier")


def lineage(run: Run, problems: pl.DataFrame) -> pl.DataFrame:
    """Columns source, strategy, tier, outcome (`released`, or the stage that rejected them) and
    problems: everything that was to go to the teacher, counted.

    Args:
        problems: the released rows.
    """
    candidates = _candidates(run)
    parts = [_ways(problems).with_columns(outcome=pl.lit("released"))]
    for stage in REJECTING:
        rejected = pl.DataFrame(run.store(stage).read_side("rejects")).select(problem_id="id")
        found = rejected.join(candidates, "problem_id", how="inner")
        parts.append(_ways(found).with_columns(outcome=pl.lit(stage)))
    counted = pl.concat(parts).group_by(*_KEYS, "outcome").agg(problems=pl.len().cast(pl.Int64))
    return counted.sort(*_KEYS, "outcome")


def _candidates(run: Run) -> pl.DataFrame:
    """What was to go to the teacher, by id."""
    columns = ["problem_id", *_KEYS]
    seeds = [
        pl.DataFrame(part).filter(use="annotate").select(columns)
        for part in run.store("seeds").tables([*columns, "use"])
    ]
    evolved = [
        pl.DataFrame(part).filter("kept").select(columns)
        for part in run.store("evolve").tables([*columns, "kept"])
    ]
    return pl.concat([*seeds, *evolved]).unique("problem_id", keep="first", maintain_order=True)


def _ways(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("source", pl.col("strategy").fill_null(AS_IT_IS), "tier")
