"""Stage `completions`: one row per completion of the evaluated model.

All decodings of a shard's problems are asked for together. Every problem has a sampling seed of
its own in each decoding, a hash of the suite's seed and their names, so that two models meet the
same draws.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sure_math import schemas
from sure_math.backends.base import BackendInfo, Request, Sample, Sampling
from sure_math.evaluate.suite import Decoding, Suite
from sure_math.prompts import Prompt, load_prompt
from sure_math.runtime.context import Context
from sure_math.runtime.ids import sampling_seed, stable_hash
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Stage

Row = dict[str, Any]
Asked = tuple[Row, Decoding, Request]


def completions_stage(
    suite: Suite,
    model: Mapping[str, Any],
    prompt_sha: str,
    met: Callable[[BackendInfo], None],
) -> Stage:
    """The stage that asks the model of this identity; `met` hears which engine answered."""

    def run(inputs: Inputs, context: Context) -> ShardResult:
        prompt = load_prompt(suite.prompt)
        asked = [
            (problem, decoding, _request(problem, decoding, suite, prompt))
            for problem in inputs["problems"].to_pylist()
            for decoding in suite.decodings
        ]
        requests = [request for _, _, request in asked]
        answers = {c.request_id: c for c in context.generate("teacher", requests)}
        met(context.info("teacher"))
        rows: list[Row] = []
        rejects: list[Reject] = []
        for one in asked:
            completion = answers[one[2].id]
            rows += [_row(one, index, each) for index, each in enumerate(completion.samples)]
            failure = completion.failure
            reason = failure.reason if failure else "not_returned"
            rejects += [
                Reject(_place(one, index), reason, "", failure.detail if failure else None)
                for index in range(len(completion.samples), one[1].n)
            ]
        return ShardResult(rows, rejects)

    return Stage(
        name="completions",
        version=1,
        inputs=("problems",),
        output=schemas.COMPLETIONS,
        run_shard=run,
        config=lambda recipe: {
            "decodings": [decoding.content() for decoding in suite.decodings],
            "max_tokens": suite.max_tokens,
            "enable_thinking": suite.enable_thinking,
            "seed": suite.seed,
            "prompt_sha": prompt_sha,
            "model": dict(model),
        },
        expected=lambda inputs, recipe: (
            int(inputs["problems"].num_rows) * sum(each.n for each in suite.decodings)
        ),
        reasons=frozenset(
            {"prompt_too_long", "request_rejected", "malformed_response", "not_returned"}
        ),
    )


def _request(problem: Row, decoding: Decoding, suite: Suite, prompt: Prompt) -> Request:
    place = (problem["benchmark"], decoding.name, problem["problem_id"])
    return Request(
        id=stable_hash(place),
        messages=prompt.messages(problem=problem["problem"]),
        sampling=Sampling(
            n=decoding.n,
            temperature=decoding.temperature,
            top_p=decoding.top_p,
            max_tokens=suite.max_tokens,
            enable_thinking=suite.enable_thinking,
        ),
        seed=sampling_seed("evaluate", suite.seed, *place),
    )


def _row(asked: Asked, index: int, sample: Sample) -> Row:
    problem, decoding, request = asked
    return {
        "benchmark": problem["benchmark"],
        "decoding": decoding.name,
        "problem_id": problem["problem_id"],
        "sample_index": index,
        "text": sample.text,
        "finish_reason": sample.finish_reason,
        "token_count": sample.token_count,
        "logprob": sample.logprob,
        "seed": request.seed,
    }


def _place(asked: Asked, index: int) -> str:
    problem, decoding, _ = asked
    return f"{problem['benchmark']}/{decoding.name}/{problem['problem_id']}:{index}"
