"""Rows with the columns that pictures are drawn from: a release of any size, made up by seed."""

import math

import numpy as np
import polars as pl

SAMPLES = 8
SOURCES = ("numina_math_cot", "scalequest", "omni_math", "curated-easy")
STRATEGIES = ("harder", "apply", "compose", None)
_TYPES = {"strategy": pl.String, "n_clusters": pl.Int16, "n_samples": pl.Int16}


def problems(
    count: int, tiers: tuple[str, ...] = ("easy", "medium", "hard", "competition"), seed: int = 0
) -> pl.DataFrame:
    """So many problems; half of them with entropy 0."""
    noise = np.random.default_rng(seed)
    clusters = np.where(noise.random(count) < 0.5, 1, noise.integers(2, SAMPLES + 1, count))
    entropy = np.log(clusters) * np.where(clusters > 1, noise.uniform(0.7, 1, count), 1)
    rows = {
        "problem_id": [f"{number:016x}" for number in range(count)],
        "tier": noise.choice(tiers, count),
        "source": noise.choice(SOURCES, count),
        "strategy": [STRATEGIES[number] for number in noise.integers(0, 4, count)],
        "semantic_entropy": entropy,
        "w_se": 1 - entropy / math.log(SAMPLES),
        "n_clusters": clusters,
        "n_samples": [SAMPLES] * count,
    }
    return pl.DataFrame(rows, schema_overrides=_TYPES)


def verdicts(rows: pl.DataFrame) -> pl.DataFrame:
    """Right where the weight is high."""
    return rows.select("w_se", right=pl.col("w_se") > 0.4)


def flow(rows: pl.DataFrame) -> pl.DataFrame:
    """Every row released, and every tenth once more as rejected."""
    ways = rows.select("source", pl.col("strategy").fill_null("as it is"), "tier")
    released = ways.with_columns(outcome=pl.lit("released"))
    rejected = ways[::10].with_columns(outcome=pl.lit("pool"))
    keys = ("source", "strategy", "tier", "outcome")
    counted = pl.concat([released, rejected]).group_by(keys).agg(problems=pl.len())
    return counted.cast({"problems": pl.Int64}).sort(keys)
