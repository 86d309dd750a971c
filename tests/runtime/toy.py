"""A stage that doubles numbers, for tests of the runtime itself."""

from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa

from sure_math import schemas
from sure_math.config import Recipe
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Source, Stage

NUMBERS = schemas.Table(
    "numbers", 1, pa.schema([pa.field("id", pa.string()), pa.field("value", pa.int64())])
)


def _count(inputs: Inputs, context: Context) -> ShardResult:
    return ShardResult([{"id": f"{n:03d}", "value": n} for n in range(10)])


def _double(inputs: Inputs, context: Context) -> ShardResult:
    rows, rejects = [], []
    for row in inputs["count"].to_pylist():
        if row["value"] % 5 == 4:
            rejects.append(Reject(row["id"], "unlucky", str(row["value"])))
        else:
            rows.append({"id": row["id"], "value": 2 * row["value"]})
    return ShardResult(rows, rejects, {"notes": rows[:1]}, {"seen": inputs["count"].num_rows})


COUNT = Stage(
    name="count",
    version=1,
    inputs=(),
    output=NUMBERS,
    run_shard=_count,
    config=lambda recipe: {"seed": recipe.seed},
    expected=None,
    scope="run",
)
DOUBLE = Stage(
    name="double",
    version=1,
    inputs=("count",),
    output=NUMBERS,
    run_shard=_double,
    config=lambda recipe: {"n": recipe.sample.n},
    expected=lambda inputs, recipe: inputs["count"].num_rows,
    reasons=frozenset({"unlucky"}),
    side={"notes": NUMBERS},
)
LOSSY = replace(DOUBLE, run_shard=lambda inputs, context: ShardResult([]))
RECIPE = Recipe(name="toy", shard_rows=3)


def _total(sources: Mapping[str, Source], recipe: Recipe) -> int:
    return sum(sum(table["value"].to_pylist()) for table in sources["double"].tables(["value"]))


def _rest(inputs: Inputs, context: Context) -> ShardResult:
    rows = inputs["double"].to_pylist()
    return ShardResult([{**row, "value": context.survey - row["value"]} for row in rows])


REST = Stage(
    name="rest",
    version=1,
    inputs=("double",),
    surveyed=("double",),
    survey=_total,
    output=NUMBERS,
    run_shard=_rest,
    config=lambda recipe: {},
    expected=lambda inputs, recipe: inputs["double"].num_rows,
)
"""Everything of `double` but the row itself."""
