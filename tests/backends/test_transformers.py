"""The transformers backend: sampling, log-probabilities, ends, seeds and failures."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sure_math.backends.base import Completion, Message, Sample
from sure_math.backends.transformers import TransformersBackend
from sure_math.errors import BackendError
from sure_math.model_config import TransformersModel
from tests.backends.engines import (
    CONTEXT,
    PROBLEMS,
    make_request,
    prompt_ids,
    reference_logprob,
    require,
)

require("transformers")


@pytest.fixture(scope="module")
def backend(model_dir: Path) -> Iterator[TransformersBackend]:
    with TransformersBackend(TransformersModel(model=str(model_dir), batch_rows=6)) as opened:
        yield opened


def by_id(completions: Iterator[Completion]) -> dict[str, Completion]:
    return {completion.request_id: completion for completion in completions}


def test_every_sample_carries_its_tokens_and_raw_logprob(
    backend: TransformersBackend, model_dir: Path
) -> None:
    requests = [
        make_request(number, problem, n=4, temperature=0.7, top_p=0.9)
        for number, problem in enumerate(PROBLEMS)
    ]
    answers = by_id(backend.generate(requests))
    assert set(answers) == {request.id for request in requests}
    for request in requests:
        prompt = prompt_ids(model_dir, request)
        answer = answers[request.id]
        assert answer.prompt_tokens == len(prompt)
        assert len(answer.samples) == 4
        for sample in answer.samples:
            assert sample.token_ids is not None
            assert sample.logprob is not None
            assert len(sample.token_ids) == sample.token_count <= 48
            expected = reference_logprob(model_dir, prompt, sample.token_ids)
            assert sample.logprob == pytest.approx(expected, abs=1e-4 * sample.token_count)


def test_greedy_agrees_with_generate(backend: TransformersBackend, model_dir: Path) -> None:
    torch = require("torch")
    transformers = require("transformers")
    model = transformers.AutoModelForCausalLM.from_pretrained(model_dir, dtype="float32")
    request = make_request(0, PROBLEMS[2], temperature=0.0)
    prompt = prompt_ids(model_dir, request)
    settings = transformers.GenerationConfig(
        max_new_tokens=48,
        do_sample=False,
        eos_token_id=model.generation_config.eos_token_id,
        pad_token_id=0,
    )
    ids = torch.tensor([prompt])
    expected = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=settings)
    (answer,) = backend.generate([request])
    assert list(answer.samples[0].token_ids or ()) == expected[0, len(prompt) :].tolist()


def test_noise_belongs_to_the_sample_and_not_to_the_batch(backend: TransformersBackend) -> None:
    requests = [make_request(number, problem, n=2) for number, problem in enumerate(PROBLEMS)]
    together = by_id(backend.generate(requests))
    for request in requests:
        (alone,) = backend.generate([request])
        assert [s.text for s in alone.samples] == [s.text for s in together[request.id].samples]
    (fewer,) = backend.generate([replace(requests[0], sampling=replace(requests[0].sampling, n=1))])
    assert fewer.samples[0].text == together["row-0"].samples[0].text


def test_different_prompts_do_not_share_their_noise(backend: TransformersBackend) -> None:
    """With one seed for all, 50 prompts begin in 2 or 3 ways; with a seed each, in about 40."""
    sampling = {"max_tokens": 3, "temperature": 2.0}
    requests = [make_request(at, f"Compute {at} + 1.", **sampling) for at in range(50)]
    starts = {answer.samples[0].token_ids for answer in backend.generate(requests)}
    assert len(starts) > 25


def test_a_length_limit_is_reported(backend: TransformersBackend) -> None:
    requests = [make_request(0, PROBLEMS[0], max_tokens=3), make_request(1, PROBLEMS[1])]
    sample = by_id(backend.generate(requests))["row-0"].samples[0]
    assert (sample.token_count, sample.finish_reason) == (3, "length")


def test_the_end_token_counts_and_is_not_text(
    backend: TransformersBackend, model_dir: Path
) -> None:
    tokenizer = require("transformers").AutoTokenizer.from_pretrained(model_dir)
    requests = [make_request(number, PROBLEMS[0], n=8, max_tokens=400) for number in range(8)]
    samples: list[Sample] = [s for a in backend.generate(requests) for s in a.samples]
    ended = [sample for sample in samples if sample.finish_reason == "stop"]
    assert ended
    for sample in ended:
        assert sample.token_ids is not None
        assert sample.token_ids[-1] in backend.stop_ids
        assert not backend.stop_ids & set(sample.token_ids[:-1])
        assert tokenizer.eos_token not in sample.text


def test_a_prompt_that_fills_the_context_is_a_failure_of_its_own(
    backend: TransformersBackend,
) -> None:
    requests = [make_request(0, "7 " * CONTEXT), make_request(1, PROBLEMS[0])]
    answers = by_id(backend.generate(requests))
    failure = answers["row-0"].failure
    assert failure is not None
    assert failure.reason == "prompt_too_long"
    assert answers["row-0"].samples == ()
    assert len(answers["row-1"].samples) == 1


def test_a_response_ends_with_the_context(backend: TransformersBackend) -> None:
    request = make_request(0, "7" * (CONTEXT - 20), max_tokens=CONTEXT)
    (answer,) = backend.generate([request])
    sample = answer.samples[0]
    assert answer.prompt_tokens + sample.token_count <= CONTEXT


def test_completions_leave_with_their_batch(backend: TransformersBackend) -> None:
    requests = [make_request(number, PROBLEMS[0], n=6, max_tokens=2) for number in range(3)]
    stream = backend.generate(requests)
    assert next(stream).request_id == "row-0"
    assert {completion.request_id for completion in stream} == {"row-1", "row-2"}


def test_a_prompt_that_the_template_refuses_is_rejected(model_dir: Path, tmp_path: Path) -> None:
    folder = copy_model(model_dir, tmp_path)
    template = "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}x"
    (folder / "chat_template.jinja").write_text(template)
    with TransformersBackend(TransformersModel(model=str(folder))) as backend:
        refused, answered = make_request(0, "a"), make_request(1, "a", max_tokens=1)
        answered = replace(answered, messages=(Message("user", "a"),))
        answers = by_id(backend.generate([refused, answered]))
    failure = answers["row-0"].failure
    assert failure is not None
    assert failure.reason == "request_rejected"
    assert len(answers["row-1"].samples) == 1


def test_a_model_without_a_template_is_refused(model_dir: Path, tmp_path: Path) -> None:
    folder = copy_model(model_dir, tmp_path)
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(BackendError, match="no chat template"):
        TransformersBackend(TransformersModel(model=str(folder)))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="cannot load"):
        TransformersBackend(TransformersModel(model=str(tmp_path)))


def test_info_names_the_engine(backend: TransformersBackend, model_dir: Path) -> None:
    assert backend.info.model == str(model_dir)
    assert backend.info.engine.startswith("transformers ")
    assert "float32 on cpu" in backend.info.engine
    assert backend.info.logprobs_mode == "raw_logprobs"


def copy_model(source: Path, target: Path) -> Path:
    for path in source.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target
