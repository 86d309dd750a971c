"""Stage `decontaminate`: gathers what goes to the teacher and blocks what must not be there.

In: seeds marked `annotate` and the kept evolved problems. Out: the same without benchmark items and
their descendants. A problem and all its ancestors lie in one shard, so ranks share the work.
"""

from collections.abc import Mapping
from typing import Any

from sure_math import schemas
from sure_math.config import Recipe
from sure_math.decontaminate.blocklist import BlockList, Hit, ancestors, verdict_rows
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Source, Stage

Row = dict[str, Any]


def _items(sources: Mapping[str, Source], recipe: Recipe) -> BlockList:
    return BlockList(row for table in sources["evaluation"].tables() for row in table.to_pylist())


def _candidates(inputs: Inputs) -> list[Row]:
    """Problems for the teacher, by id."""
    seeds = [row for row in inputs["seeds"].to_pylist() if row["use"] == "annotate"]
    evolved = [row for row in inputs["evolve"].to_pylist() if row["kept"]]
    return sorted(seeds + evolved, key=lambda row: str(row["problem_id"]))


def _run(inputs: Inputs, context: Context) -> ShardResult:
    blocked: BlockList = context.survey
    everything = inputs["seeds"].to_pylist() + inputs["evolve"].to_pylist()
    by_id = {row["problem_id"]: row for row in everything}
    rows: list[Row] = []
    rejects: list[Reject] = []
    verdicts: list[Row] = []
    for row in _candidates(inputs):
        rule, hits = _verdict(row, blocked, by_id, context.recipe.decontaminate.lineage)
        if hits:
            verdicts += verdict_rows(row["problem_id"], rule, hits)
            items = ", ".join(hit.item for hit in hits)
            rejects.append(Reject(row["problem_id"], f"eval_{rule}", row["problem"], items))
            continue
        rows.append(_pool_row(row, blocked.names))
    return ShardResult(rows, rejects, {"verdicts": verdicts})


def _verdict(
    row: Row, blocked: BlockList, by_id: dict[str, Row], lineage: bool
) -> tuple[str, list[Hit]]:
    """The rule that blocks a problem, and the benchmark items behind it (none: not blocked)."""
    hits = blocked.find(row["problem"])
    if hits or not lineage:
        return "exact", hits
    found = (blocked.find(text) for text in ancestors(row, by_id))
    return "lineage", next(filter(None, found), [])


def _pool_row(row: Row, checked: list[str]) -> Row:
    kept = {name: row[name] for name in schemas.PROBLEMS.schema.names}
    return {
        **kept,
        "validity": row.get("validity", []),
        "evolver": row.get("evolver"),
        "decontamination": checked,
    }


def _expected(inputs: Inputs, recipe: Recipe) -> int:
    return len(_candidates(inputs))


STAGE = Stage(
    name="decontaminate",
    version=2,
    inputs=("seeds", "evolve"),
    surveyed=("evaluation",),
    survey=_items,
    output=schemas.POOL,
    run_shard=_run,
    config=lambda recipe: {"lineage": recipe.decontaminate.lineage},
    expected=_expected,
    reasons=frozenset({"eval_exact", "eval_lineage"}),
    side={"verdicts": schemas.VERDICTS},
)
