"""Stage `answers`: the final answer of every response, or the reason why there is none.

With `answers.kind: text` the answer is the whole response after its thinking part.
"""

from typing import Any

from sure_math import schemas
from sure_math.answers.boxed import extract
from sure_math.answers.free_text import whole_text
from sure_math.config import AnswersConfig, Recipe
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Inputs, ShardResult, Stage


def _run(inputs: Inputs, context: Context) -> ShardResult:
    config = context.recipe.answers
    rows: list[dict[str, Any]] = []
    for row in inputs["sample"].to_pylist():
        answer, status = _answer(row["text"], row["finish_reason"], config)
        rows.append({**row, "answer": answer, "extract_status": status})
    return ShardResult(rows)


def _answer(text: str, finish_reason: str, config: AnswersConfig) -> tuple[str | None, str]:
    if config.kind == "text":
        return whole_text(text, finish_reason=finish_reason)
    found = extract(text, finish_reason=finish_reason, fallbacks=config.fallbacks)
    return found.answer, found.status


def _config(recipe: Recipe) -> dict[str, Any]:
    return recipe.answers.content()


STAGE = Stage(
    name="answers",
    version=2,
    inputs=("sample",),
    output=schemas.ANSWERS,
    run_shard=_run,
    config=_config,
    expected=lambda inputs, recipe: int(inputs["sample"].num_rows),
)
