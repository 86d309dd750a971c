"""Stage `pool`: of problems that say the same one stays, and of evolved ones as many as wanted.

Which rows go is decided over all of them, in a survey that keeps a few dozen bytes a row; the
shards themselves are only filtered, so that ranks share the work.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from sure_math import schemas
from sure_math.answers.equivalence import equivalent
from sure_math.config import Recipe, Tier
from sure_math.overlap.duplicates import find_duplicates
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Source, Stage

_COLUMNS = ("problem_id", "split", "curated", "round", "strategy", "tier", "answer")


class Dropped(NamedTuple):
    """Why a problem is not in the pool."""

    reason: str
    detail: str


def _survey(sources: Mapping[str, Source], recipe: Recipe) -> dict[str, Dropped]:
    """The problems that go, by id."""
    source = sources["decontaminate"]
    rows = pl.concat(pl.DataFrame(pl.from_arrow(table)) for table in source.tables(_COLUMNS))
    if not rows.height:
        return {}
    dropped = _repeated(rows, source, recipe.dedup.near)
    return dropped | _surplus(rows, dropped, recipe.evolve.quota)


def _repeated(rows: pl.DataFrame, source: Source, near: float | None) -> dict[str, Dropped]:
    """Of rows that say the same a test row stays, then a curated one, then the least evolved."""
    best_first = rows.select(
        pl.col("split") != "test", ~pl.col("curated"), "round", "problem_id"
    ).with_row_index()
    order = best_first.sort(pl.all().exclude("index"), "index")["index"].to_numpy()
    rank = np.argsort(order)
    answers = rows.with_row_index().drop_nulls("answer").select("index", "answer").rows()

    def batches() -> Iterator[Sequence[str]]:
        return (table["problem"].to_pylist() for table in source.tables(["problem"]))

    found = find_duplicates(batches, rank, dict(answers), equivalent, near)
    ids = rows["problem_id"]
    named = [("duplicate", found.equal), ("near_duplicate", found.near)]
    named += [("label_conflict", {row: g[0] for g in found.conflicts for row in g})]
    return {
        ids[row]: Dropped(reason, f"of {ids[kept]}")
        for reason, repeats in named
        for row, kept in repeats.items()
        if ids[row] != ids[kept] or reason == "label_conflict"
    }


def _surplus(
    rows: pl.DataFrame, dropped: Mapping[str, Dropped], quota: Mapping[Tier, int]
) -> dict[str, Dropped]:
    """Evolved problems beyond the quota of their tier, by id, which is a hash."""
    found: dict[str, Dropped] = {}
    for tier, wanted in quota.items():
        evolved = rows.filter(pl.col("tier") == tier, pl.col("strategy").is_not_null())
        left = [name for name in evolved["problem_id"].unique().sort() if name not in dropped]
        detail = f"{wanted} {tier} problems are wanted"
        found |= dict.fromkeys(left[wanted:], Dropped("surplus", detail))
    return found


def _run(inputs: Inputs, context: Context) -> ShardResult:
    dropped: Mapping[str, Dropped] = context.survey
    rows: list[dict[str, Any]] = []
    rejects: list[Reject] = []
    kept: set[str] = set()
    for row in inputs["decontaminate"].to_pylist():
        name = row["problem_id"]
        why = dropped.get(name)
        if name in kept:  # two chains of a seed made the same row, id and all
            why = Dropped("duplicate", f"of {name}")
        if why is None:
            kept.add(name)
            rows.append(row)
        else:
            rejects.append(Reject(name, why.reason, row["problem"], why.detail))
    return ShardResult(rows, rejects)


STAGE = Stage(
    name="pool",
    version=1,
    inputs=("decontaminate",),
    surveyed=("decontaminate",),
    survey=_survey,
    output=schemas.POOL,
    run_shard=_run,
    config=lambda recipe: {
        **recipe.dedup.content(),
        "quota": recipe.evolve.content()["quota"] if recipe.evolve.enabled else {},
    },
    expected=lambda inputs, recipe: int(inputs["decontaminate"].num_rows),
    reasons=frozenset({"duplicate", "near_duplicate", "label_conflict", "surplus"}),
)
