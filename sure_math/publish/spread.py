"""How the uncertainty is spread over the problems of a release, by tier."""

import math
from typing import Any

import polars as pl

from sure_math.config import TIERS

_ZERO = 1e-9  # nats below which all responses mean the same
_ENTROPY = pl.col("semantic_entropy")
_FIGURES = (
    pl.len().alias("problems"),
    (_ENTROPY <= _ZERO).mean().alias("unanimous"),
    _ENTROPY.quantile(0.25, "linear").alias("low"),
    _ENTROPY.median().alias("median"),
    _ENTROPY.quantile(0.75, "linear").alias("high"),
    _ENTROPY.max().alias("highest"),
    pl.col("w_se").mean().alias("weight"),
)


def spread(problems: pl.DataFrame) -> dict[str, Any]:
    """`rows`: problems, share with entropy 0, quartiles and maximum in nats, and mean weight, of
    every tier and of all; `all`: the last of these; `highest`: log N."""
    by_tier = {row["tier"]: row for row in problems.group_by("tier").agg(_FIGURES).to_dicts()}
    every = {"tier": "all", **problems.select(_FIGURES).row(0, named=True)}
    rows = [by_tier[tier] for tier in TIERS if tier in by_tier]
    highest = math.log(int(problems["n_samples"].max()))  # type: ignore[arg-type]
    return {"rows": [*rows, every], "all": every, "highest": highest}
