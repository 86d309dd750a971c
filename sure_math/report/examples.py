"""A few rows for every strategy and outcome: what the prompt made of which problem.

Only the places of the rows are chosen over all attempts; texts are read for the chosen ones alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from sure_math.report.run_tables import Row, read_places, read_texts
from sure_math.runtime.run import Run

_ATTEMPT = ("detail", "problem", "raw_output")
_REJECT = ("detail", "raw")


@dataclass(frozen=True)
class Example:
    """One attempt, or one problem that a later stage took away."""

    stage: str
    strategy: str
    reason: str | None
    """None: the problem was accepted."""
    detail: str | None
    tier: str
    round: int
    attempt: int | None
    """None for a problem of a later stage."""
    parent: str | None
    problem: str | None
    """None if the output holds none."""
    raw: str | None
    """The evolver's whole output; None for a problem of a later stage."""


def accepted_and_rejected(run: Run, attempts: pl.DataFrame, count: int) -> tuple[Example, ...]:
    """Up to `count` attempts of different steps per strategy and reason, "accepted" being one."""
    keys = ["strategy", "reason"]
    chosen = _first(attempts, "step_id", keys, count)
    return tuple(
        Example(
            stage="evolve",
            strategy=row["strategy"],
            reason=row["reason"],
            detail=row["detail"],
            tier=row["tier"],
            round=row["round"],
            attempt=row["attempt"],
            parent=parent,
            problem=row["problem"],
            raw=row["raw_output"],
        )
        for row, parent in _rows(run, "evolve", "attempts", chosen, _ATTEMPT)
    )


def taken_away(run: Run, lost: pl.DataFrame, count: int) -> tuple[Example, ...]:
    """Up to `count` problems per strategy, later stage and reason."""
    keys = ["strategy", "stage", "reason"]
    chosen = _first(lost, "problem_id", keys, count)
    return tuple(
        Example(
            stage=stage,
            strategy=row["strategy"],
            reason=row["reason"],
            detail=row["detail"],
            tier=row["tier"],
            round=row["round"],
            attempt=None,
            parent=parent,
            problem=row["raw"],
            raw=None,
        )
        for stage in chosen["stage"].unique(maintain_order=True)
        for row, parent in _rows(run, stage, "rejects", chosen.filter(stage=stage), _REJECT)
    )


def _first(frame: pl.DataFrame, unit: str, keys: list[str], count: int) -> pl.DataFrame:
    """The first rows per key, no two of one key from the same unit."""
    if not count:
        return frame.clear()
    return (
        frame.unique([unit, *keys], keep="first", maintain_order=True)
        .group_by(keys, maintain_order=True)
        .head(count)
        .sort(keys, maintain_order=True, nulls_last=True)
    )


def _rows(
    run: Run, stage: str, side: str, chosen: pl.DataFrame, columns: Sequence[str]
) -> list[tuple[Row, str | None]]:
    """The chosen rows with these further columns, each with the text of its parent."""
    texts = read_places(run, stage, side, chosen, columns)
    parents = read_texts(run, chosen["parent_id"].unique().to_list())
    return [
        (known | texts[known["shard"], known["row"]], parents.get(known["parent_id"]))
        for known in chosen.to_dicts()
    ]
