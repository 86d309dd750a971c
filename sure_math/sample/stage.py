"""Stage `sample`: one row per response of the teacher.

Every problem has its own sampling seed, a hash of the run seed and the problem id, stored with
each response. The log-probabilities are those of the model at temperature 1, whatever the
sampling temperature is.
"""

from typing import Any

from sure_math import schemas
from sure_math.backends import model_identity
from sure_math.backends.base import Completion, Request, Sample, Sampling
from sure_math.config import Recipe
from sure_math.errors import BackendError
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Context
from sure_math.runtime.ids import sampling_seed
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Stage

Row = dict[str, Any]


def _config(recipe: Recipe) -> dict[str, Any]:
    return {
        **recipe.sample.content(),
        "seed": recipe.seed,
        "teacher": model_identity(recipe.models.teacher),
        "prompt_sha": load_prompt(recipe.sample_prompt).sha,
    }


def _requests(problems: list[Row], recipe: Recipe) -> list[Request]:
    config, prompt = recipe.sample, load_prompt(recipe.sample_prompt)
    sampling = Sampling(
        n=config.n,
        temperature=config.temperature,
        top_p=config.top_p,
        max_tokens=config.max_tokens,
        enable_thinking=config.enable_thinking,
    )
    return [
        Request(
            id=row["problem_id"],
            messages=prompt.messages(problem=row["problem"]),
            sampling=sampling,
            seed=sampling_seed("sample", recipe.seed, row["problem_id"]),
        )
        for row in problems
    ]


def _run(inputs: Inputs, context: Context) -> ShardResult:
    requests = _requests(inputs["pool"].to_pylist(), context.recipe)
    completions = {c.request_id: c for c in context.generate("teacher", requests)}
    rows: list[Row] = []
    rejects: list[Reject] = []
    for request in requests:
        completion = completions[request.id]
        rows += [
            _row(request, index, sample, context) for index, sample in enumerate(completion.samples)
        ]
        rejects += _missing(request, completion)
    return ShardResult(rows, rejects)


def _row(request: Request, index: int, sample: Sample, context: Context) -> Row:
    if sample.logprob is None and not context.recipe.sample.allow_missing_logprobs:
        raise BackendError(
            "the teacher's backend returned no log-probabilities",
            saved="all shards finished before",
            hint="use a backend that returns them, or pass --allow-missing-logprobs for discrete "
            "semantic entropy (every response counts the same)",
        )
    mode = context.info("teacher").logprobs_mode
    return {
        "problem_id": request.id,
        "sample_index": index,
        "text": sample.text,
        "finish_reason": sample.finish_reason,
        "token_count": sample.token_count,
        "logprob": sample.logprob,
        "n_requested": request.sampling.n,
        "seed": request.seed,
        "model": context.model("teacher"),
        "logprobs_mode": "none" if sample.logprob is None else mode,
    }


def _missing(request: Request, completion: Completion) -> list[Reject]:
    """One reject per response that never came."""
    failure = completion.failure
    reason = failure.reason if failure else "not_returned"
    return [
        Reject(f"{request.id}:{index}", reason, "", failure.detail if failure else None)
        for index in range(len(completion.samples), request.sampling.n)
    ]


STAGE = Stage(
    name="sample",
    version=1,
    inputs=("pool",),
    output=schemas.RESPONSES,
    run_shard=_run,
    config=_config,
    expected=lambda inputs, recipe: int(inputs["pool"].num_rows) * recipe.sample.n,
    reasons=frozenset(
        {"prompt_too_long", "request_rejected", "malformed_response", "not_returned"}
    ),
)
