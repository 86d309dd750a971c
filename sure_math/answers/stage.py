"""Stage `answers`: the final answer of every response, or the reason why there is none."""

from typing import Any

from sure_math import schemas
from sure_math.answers.boxed import extract
from sure_math.config import Recipe
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Inputs, ShardResult, Stage


def _run(inputs: Inputs, context: Context) -> ShardResult:
    fallbacks = context.recipe.answers.fallbacks
    rows: list[dict[str, Any]] = []
    for row in inputs["sample"].to_pylist():
        found = extract(row["text"], finish_reason=row["finish_reason"], fallbacks=fallbacks)
        rows.append({**row, "answer": found.answer, "extract_status": found.status})
    return ShardResult(rows)


def _config(recipe: Recipe) -> dict[str, Any]:
    return recipe.answers.content()


STAGE = Stage(
    name="answers",
    version=1,
    inputs=("sample",),
    output=schemas.ANSWERS,
    run_shard=_run,
    config=_config,
    expected=lambda inputs, recipe: int(inputs["sample"].num_rows),
)
