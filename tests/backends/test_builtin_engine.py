"""The numpy engine: agreement with transformers, sampling, and what a request's draws depend on."""

import math
from pathlib import Path
from random import Random

import numpy as np
import pytest

from sure_math.backends.builtin import checkpoint_folder
from sure_math.backends.builtin_engine import BuiltinEngine, Prompt
from sure_math.builtin import MODELS, model_path
from sure_math.builtin.chat import prompt
from sure_math.builtin.drawing import draw
from sure_math.builtin.problems import text
from sure_math.errors import BackendError


@pytest.fixture(scope="module")
def engine() -> BuiltinEngine:
    return BuiltinEngine(model_path("teacher"))


def encoded(engine: BuiltinEngine, count: int) -> list[tuple[int, ...]]:
    rng = Random(51)
    users = [text(draw(rng), rng) for _ in range(count)]
    return [tuple(engine.tokenizer.encode(prompt("solve", user)).ids) for user in users]


@pytest.mark.engine
@pytest.mark.parametrize("name", MODELS)
def test_log_probabilities_agree_with_transformers(name: str) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = model_path(name)
    ours = BuiltinEngine(folder)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    prompts = encoded(ours, 6)
    requests = [
        Prompt(p, n=2, temperature=0.7, max_tokens=60, seed=i) for i, p in enumerate(prompts)
    ]
    for index, continuations in ours.generate(requests):
        for c in continuations:
            tokens = torch.tensor([[*prompts[index], *c.tokens]])
            with torch.no_grad():
                logs = theirs(tokens).logits[0].log_softmax(-1).numpy()
            start = len(prompts[index]) - 1
            reference = logs[np.arange(start, start + len(c.tokens)), c.tokens]
            np.testing.assert_allclose(c.logprobs, reference, atol=1e-4)
            np.testing.assert_allclose(ours.score(prompts[index], c.tokens), reference, atol=1e-4)


@pytest.mark.engine
def test_transformers_renders_and_encodes_the_same_prompt(engine: BuiltinEngine) -> None:
    transformers = pytest.importorskip("transformers")
    tokenizer = transformers.AutoTokenizer.from_pretrained(model_path("teacher"))
    messages = [
        {"role": "system", "content": "Strategy: compose\nUse an apply step."},
        {"role": "user", "content": "<problem>\nFind $3+4$.\n</problem>"},
    ]
    theirs = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    assert theirs == prompt("compose", "Find $3+4$.")
    assert tuple(tokenizer.encode(theirs)) == engine.encode_chat(messages)
    assert tokenizer.eos_token_id == engine.end_token
    assert tokenizer.convert_tokens_to_ids("</problem>") < len(tokenizer)


def test_decoding_keeps_the_problem_tags(engine: BuiltinEngine) -> None:
    output = "<problem>Find $3+4$.</problem>\n<answer_form>integer</answer_form>"
    ids = engine.tokenizer.encode(output + "<|end|>").ids
    assert engine.decode(ids) == output
    assert len(ids) < 20


def test_greedy_decoding_repeats_and_scores_itself(engine: BuiltinEngine) -> None:
    prompts = [Prompt(p, n=2, temperature=0.0, max_tokens=80) for p in encoded(engine, 6)]
    for index, (first, second) in engine.generate(prompts):
        assert first.tokens == second.tokens
        again = engine.score(prompts[index].tokens, first.tokens)
        np.testing.assert_allclose(first.logprobs, again, atol=1e-4)


def test_finish_reasons_and_limits(engine: BuiltinEngine) -> None:
    (tokens,) = encoded(engine, 1)
    requests = [Prompt(tokens, n=3, max_tokens=4, seed=1), Prompt(tokens, n=3, seed=2)]
    results = dict(engine.generate(requests))
    assert all(c.finish_reason == "length" and len(c.tokens) == 4 for c in results[0])
    for c in results[1]:
        assert (c.finish_reason == "stop") == (c.tokens[-1] == engine.end_token)
        assert c.tokens.count(engine.end_token) <= 1
        assert len(c.tokens) == len(c.logprobs)
        assert all(math.isfinite(value) and value <= 0 for value in c.logprobs)


def test_a_request_draws_the_same_whatever_else_is_in_the_batch(engine: BuiltinEngine) -> None:
    prompts = encoded(engine, 8)
    requests = [Prompt(p, n=3, max_tokens=40, seed=900 + i) for i, p in enumerate(prompts)]
    together = dict(engine.generate(requests))
    alone = {i: dict(engine.generate([request]))[0] for i, request in enumerate(requests)}
    # A batch of another width rounds differently in the last bit; a flip needs a draw on the edge.
    same = [
        a.tokens == b.tokens for i in together for a, b in zip(together[i], alone[i], strict=True)
    ]
    assert sum(same) >= len(same) - 1


def test_samples_of_one_request_differ(engine: BuiltinEngine) -> None:
    (tokens,) = encoded(engine, 1)
    ((_, continuations),) = engine.generate([Prompt(tokens, n=8, temperature=2.0, seed=3)])
    assert len({tuple(c.tokens) for c in continuations}) > 1


def test_a_small_nucleus_is_greedy(engine: BuiltinEngine) -> None:
    prompts = encoded(engine, 4)
    narrow = [Prompt(p, n=2, temperature=1.5, top_p=1e-6, max_tokens=40, seed=4) for p in prompts]
    greedy = [Prompt(p, temperature=0.0, max_tokens=40) for p in prompts]
    expected = dict(engine.generate(greedy))
    for index, continuations in engine.generate(narrow):
        assert all(c.tokens == expected[index][0].tokens for c in continuations)


def test_sampling_follows_the_model_distribution(engine: BuiltinEngine) -> None:
    (tokens,) = encoded(engine, 1)
    ((_, continuations),) = engine.generate([Prompt(tokens, n=1000, max_tokens=1, seed=5)])
    first = [c.tokens[0] for c in continuations]
    for token in {t for t in first if first.count(t) > 20}:
        share, expected = first.count(token) / 1000, math.exp(engine.score(tokens, [token])[0])
        assert abs(share - expected) < 4 * math.sqrt(expected * (1 - expected) / 1000) + 1e-3


def test_a_prompt_without_room_is_refused(engine: BuiltinEngine) -> None:
    with pytest.raises(ValueError, match="1024 tokens"):
        list(engine.generate([Prompt((5,) * 1024)]))
    with pytest.raises(ValueError, match="0 tokens"):
        list(engine.generate([Prompt(())]))


def test_a_prompt_may_fill_all_but_one_position(engine: BuiltinEngine) -> None:
    ((_, (only,)),) = engine.generate([Prompt((40,) * 1023, max_tokens=50)])
    assert len(only.tokens) == 1


def test_an_unknown_tensor_type_is_refused(tmp_path: Path) -> None:
    folder = model_path("judge")
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes().replace(b'"BF16"', b'"BF61"'))
    with pytest.raises(ValueError, match="not BF61"):
        BuiltinEngine(tmp_path)


@pytest.mark.parametrize("lost", ["config.json", "tokenizer.json", "chat_template.jinja"])
def test_a_checkpoint_without_a_file_is_refused(tmp_path: Path, lost: str) -> None:
    for file in model_path("student").iterdir():
        if file.name != lost:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    with pytest.raises(BackendError, match=f"has no {lost}"):
        checkpoint_folder(str(tmp_path))
