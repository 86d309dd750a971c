"""Check `weights`: every number of the annotation is one, and lies where its definition puts it."""

import polars as pl

from sure_math.publish.gate.checks import refuse, some
from sure_math.publish.gate.entropy import REALS
from sure_math.publish.gate.release import Release

_COUNTS = ("n_samples", "n_returned", "n_answered", "n_truncated", "n_clusters", "conflicts")
_SLACK = 1e-9
_UNIT = ("semantic_entropy_normalized", "w_se", "majority_share")
_NATS = ("semantic_entropy", "discrete_entropy", "surface_entropy", "intra_cluster_entropy")


def check_weights(release: Release) -> str:
    """Entropies in [0, log N] nats, weights and shares in [0, 1], counts that fit each other."""
    rows = release.problems(["problem_id", *REALS, *_COUNTS])
    top = pl.col("n_samples").cast(pl.Float64).log()
    rules = {f"{name} is no finite number": ~pl.col(name).is_finite() for name in REALS}
    rules |= {f"{name} is outside [0, 1]": _outside(name, pl.lit(1.0)) for name in _UNIT}
    rules |= {f"{name} is outside [0, log n_samples]": _outside(name, top) for name in _NATS}
    rules |= {f"{name} is negative": pl.col(name) < 0 for name in _COUNTS}
    counts = [pl.col(name) for name in _COUNTS]
    requested, returned, answered, truncated, clusters, _ = counts
    rules |= {
        "n_samples is below 2": requested < 2,
        "n_returned is above n_samples": returned > requested,
        "n_answered is above n_returned": answered > returned,
        "n_truncated is above n_returned": truncated > returned,
        "n_clusters is above n_answered": clusters > answered,
    }
    refuse(
        [
            f"{wrong.height} rows where {what}: {_shown(wrong, what.split()[0])}"
            for what, rule in rules.items()
            if not (wrong := rows.filter(rule.fill_null(value=True))).is_empty()
        ]
    )
    low, mean, high = rows.select(
        pl.col("w_se").min().alias("low"), pl.col("w_se").mean(), pl.col("w_se").max().alias("high")
    ).row(0)
    return f"w_se from {low:.4f} to {high:.4f}, mean {mean:.4f}"


def _outside(name: str, top: pl.Expr) -> pl.Expr:
    return (pl.col(name) < -_SLACK) | (pl.col(name) > top + _SLACK)


def _shown(wrong: pl.DataFrame, column: str) -> str:
    return some(f"{name} ({value})" for name, value in wrong.select("problem_id", column).rows())
