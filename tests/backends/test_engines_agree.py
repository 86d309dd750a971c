"""Every engine reports the same log-probability for the same tokens of the same checkpoint.

All run in float32 and are compared with one teacher-forced forward pass, to within 1e-4 nats per
token; so a consumer may mix annotations of different backends.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sure_math.backends import open_backend
from sure_math.backends.base import Backend, Sample
from sure_math.model_config import (
    BuiltinModel,
    ModelConfig,
    OpenAIModel,
    TransformersModel,
    VllmModel,
)
from tests.backends.engines import PROBLEMS, make_request, prompt_ids, reference_logprob, require
from tests.backends.vllm_server import ENVIRONMENT, vllm_server

require("vllm")
pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore"),  # vLLM and torch warn about themselves
]

TOLERANCE = 1e-4
"""Nats per token, in float32."""


@pytest.fixture(scope="module", params=["builtin", "transformers", "vllm", "vllm server"])
def backend(request: pytest.FixtureRequest, model_dir: Path) -> Iterator[Backend]:
    """Each engine in turn, on the same checkpoint."""
    with ExitStack() as stack:
        yield stack.enter_context(open_backend(_settings(request.param, str(model_dir), stack)))


def _settings(engine: str, model: str, stack: ExitStack) -> ModelConfig:
    if engine == "builtin":
        return BuiltinModel(model=model)
    if engine == "transformers":
        return TransformersModel(model=model, dtype="float32")
    if engine == "vllm server":
        url = stack.enter_context(vllm_server(Path(model), dtype="float32"))
        return OpenAIModel(model="teacher", base_url=url)
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    for name, value in ENVIRONMENT.items():
        patch.setenv(name, value)
    small = {"kv_cache_memory_bytes": 2**28, "max_num_seqs": 32}
    return VllmModel(model=model, dtype="float32", enforce_eager=True, engine_args=small)


def test_reported_logprobs_match_a_forward_pass(backend: Backend, model_dir: Path) -> None:
    requests = [make_request(at, text, n=4, temperature=0.7) for at, text in enumerate(PROBLEMS)]
    answers = {answer.request_id: answer for answer in backend.generate(requests)}
    for request in requests:
        prompt = prompt_ids(model_dir, request)
        assert answers[request.id].prompt_tokens == len(prompt)
        assert len(answers[request.id].samples) == 4
        for sample in answers[request.id].samples:
            assert sample.token_ids is not None
            assert sample.logprob is not None
            assert len(sample.token_ids) == sample.token_count
            expected = reference_logprob(model_dir, prompt, sample.token_ids)
            assert sample.logprob == pytest.approx(expected, abs=TOLERANCE * sample.token_count)


GREEDY: dict[str, Sample] = {}
"""The first engine's greedy responses, by problem."""


@pytest.mark.parametrize("problem", PROBLEMS)
def test_greedy_responses_are_the_same(backend: Backend, problem: str) -> None:
    (answer,) = backend.generate([make_request(0, problem, temperature=0.0, max_tokens=200)])
    sample = answer.samples[0]
    first = GREEDY.setdefault(problem, sample)
    assert sample.text == first.text
    assert sample.token_ids == first.token_ids
    assert sample.finish_reason == first.finish_reason
    assert sample.logprob == pytest.approx(first.logprob, abs=TOLERANCE * sample.token_count)
