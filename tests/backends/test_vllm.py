"""The vLLM backend on the real engine, on the CPU."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sure_math.backends.base import Completion
from sure_math.backends.vllm import VllmBackend
from sure_math.errors import BackendError, ConfigError
from sure_math.model_config import VllmModel
from tests.backends.engines import CONTEXT, PROBLEMS, make_request, prompt_ids, require
from tests.backends.vllm_server import ENVIRONMENT

require("vllm")
pytestmark = [
    pytest.mark.engine,
    pytest.mark.filterwarnings("ignore"),  # vLLM and torch warn about themselves
]


@pytest.fixture(scope="module")
def config(model_dir: Path) -> Iterator[VllmModel]:
    """A small engine; what the CPU needs besides is left to the backend."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        yield VllmModel(
            model=str(model_dir),
            dtype="float32",
            enforce_eager=True,
            engine_args={"kv_cache_memory_bytes": 2**28, "max_num_seqs": 32},
        )


@pytest.fixture(scope="module")
def backend(config: VllmModel) -> Iterator[VllmBackend]:
    with VllmBackend(config) as opened:
        yield opened


def by_id(completions: Iterable[Completion]) -> dict[str, Completion]:
    return {completion.request_id: completion for completion in completions}


def test_info_names_the_engine(backend: VllmBackend, model_dir: Path) -> None:
    assert backend.info.model == str(model_dir)
    assert backend.info.engine.startswith("vllm ")
    assert backend.info.engine.endswith("float32 on cpu")
    assert backend.info.logprobs_mode == "raw_logprobs"


def test_more_requests_than_fit_at_once_are_all_answered(
    backend: VllmBackend, model_dir: Path
) -> None:
    requests = [make_request(at, f"{PROBLEMS[at % 4]} ({at})", n=2) for at in range(80)]
    answers = by_id(backend.generate(requests))
    assert set(answers) == {request.id for request in requests}
    for request in requests:
        answer = answers[request.id]
        assert answer.prompt_tokens == len(prompt_ids(model_dir, request))
        assert len(answer.samples) == 2
        for sample in answer.samples:
            assert sample.token_ids is not None
            assert sample.logprob is not None
            assert sample.logprob < 0
            assert len(sample.token_ids) == sample.token_count <= 48
            assert sample.finish_reason == "stop" or sample.token_count == 48


def test_seeded_prompts_beyond_one_scheduling_step(backend: VllmBackend) -> None:
    """More than 4096 prompt tokens in flight kill the engine where chunked prefill is on."""
    requests = [make_request(at, f"{at} " + "7" * 900, max_tokens=4) for at in range(20)]
    answers = by_id(backend.generate(requests))
    assert sum(answer.prompt_tokens for answer in answers.values()) > 4 * 4096
    assert all(len(answer.samples) == 1 for answer in answers.values())


def test_finished_requests_leave_while_others_run(backend: VllmBackend) -> None:
    requests = [make_request(0, PROBLEMS[0], n=16, max_tokens=900)]
    requests += [make_request(1, PROBLEMS[1], max_tokens=1)]
    stream = backend.generate(requests)
    assert next(stream).request_id == "row-1"
    assert next(stream).request_id == "row-0"


def test_an_abandoned_stream_leaves_nothing_behind(backend: VllmBackend) -> None:
    stream = backend.generate([make_request(at, PROBLEMS[0], n=at * 8 + 1) for at in range(4)])
    next(stream)
    stream.close()
    (answer,) = backend.generate([make_request(9, PROBLEMS[1], max_tokens=2)])
    assert answer.request_id == "row-9"


def test_a_seed_repeats_its_samples(backend: VllmBackend) -> None:
    request = make_request(0, PROBLEMS[0], n=3, temperature=0.7)
    (first,) = backend.generate([request])
    (second,) = backend.generate([request])
    assert first.samples == second.samples
    assert len({sample.token_ids for sample in first.samples}) > 1


def test_different_prompts_do_not_share_their_noise(backend: VllmBackend) -> None:
    """With one seed for all, 50 prompts begin in 2 or 3 ways; with a seed each, in about 40."""
    sampling = {"max_tokens": 3, "temperature": 2.0}
    requests = [make_request(at, f"Compute {at} + 1.", **sampling) for at in range(50)]
    starts = {answer.samples[0].token_ids for answer in backend.generate(requests)}
    assert len(starts) > 25


def test_the_largest_seed_is_accepted(backend: VllmBackend) -> None:
    request = make_request(0, PROBLEMS[0], n=4, max_tokens=2)
    object.__setattr__(request, "seed", 2**63 - 1)
    (answer,) = backend.generate([request])
    assert len(answer.samples) == 4


def test_a_prompt_that_fills_the_context_is_a_failure_of_its_own(backend: VllmBackend) -> None:
    requests = [make_request(0, "7 " * CONTEXT), make_request(1, PROBLEMS[0])]
    answers = by_id(backend.generate(requests))
    failure = answers["row-0"].failure
    assert failure is not None
    assert failure.reason == "prompt_too_long"
    assert len(answers["row-1"].samples) == 1


def test_engine_arguments_may_not_repeat_fields(config: VllmModel) -> None:
    with pytest.raises(ConfigError, match="may not set dtype, logprobs_mode"):
        VllmBackend(
            config.model_copy(
                update={"engine_args": {"logprobs_mode": "processed_logprobs", "dtype": "half"}}
            )
        )


def test_a_folder_without_a_model_is_refused(config: VllmModel, tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="cannot start"):
        VllmBackend(config.model_copy(update={"model": str(tmp_path)}))


def test_an_engine_follows_another_and_its_death_is_reported(
    backend: VllmBackend, config: VllmModel
) -> None:
    """Stands last: it closes the engine that the other tests share."""
    assert engine_processes()
    backend.close()
    assert not engine_processes()
    with VllmBackend(config) as second:
        requests = [make_request(at, PROBLEMS[0], n=8, max_tokens=900) for at in range(2)]
        requests.append(make_request(2, PROBLEMS[1], max_tokens=1))
        stream = second.generate(requests)
        assert next(stream).request_id == "row-2"
        for process in engine_processes():
            process.kill()
        with pytest.raises(BackendError, match="engine died"):
            list(stream)


def engine_processes() -> list[Any]:
    """The living processes that vLLM started from here."""
    psutil = require("psutil")
    children = psutil.Process().children(recursive=True)
    alive = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]
    return [child for child in alive if "VLLM" in child.name()]
