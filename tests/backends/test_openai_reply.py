"""Reading replies: exact sums, and no garbage that raises."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.backends.openai_reply import (
    complaint,
    is_about_context_length,
    is_about_field,
    is_about_several_choices,
    read_reply,
)


def reply_with(**choice: Any) -> bytes:
    whole = {"message": {"content": "7"}, "finish_reason": "stop", **choice}
    return json.dumps({"choices": [whole], "usage": {"completion_tokens": 5}}).encode()


def tokens(*logprobs: float | None) -> dict[str, Any]:
    return {"content": [{"token": "t", "logprob": value} for value in logprobs]}


def test_logprobs_are_summed() -> None:
    (sample,) = read_reply(reply_with(logprobs=tokens(-0.5, -0.25)), 1).samples
    assert (sample.logprob, sample.token_count) == (-0.75, 2)


@pytest.mark.parametrize(
    "logprobs",
    [None, {}, {"content": None}, {"content": []}, tokens(-0.5, None), tokens(float("-inf"))],
)
def test_incomplete_logprobs_count_as_none(logprobs: Any) -> None:
    (sample,) = read_reply(reply_with(logprobs=logprobs), 1).samples
    assert (sample.logprob, sample.token_count) == (None, 5)


def test_an_empty_response_without_tokens_has_the_empty_sum() -> None:
    body = reply_with(message={"content": ""}, logprobs=tokens())
    (sample,) = read_reply(body, 1).samples
    assert (sample.text, sample.logprob, sample.token_count) == ("", 0.0, 0)


def test_more_choices_than_asked_for_are_cut() -> None:
    body = json.loads(reply_with())
    body["choices"] *= 3
    assert len(read_reply(json.dumps(body).encode(), 2).samples) == 2


VALID = json.loads(reply_with(logprobs=tokens(-0.5), token_ids=[1]))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just({})


def paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    keys: Any = ()
    if isinstance(value, dict):
        keys = value
    elif isinstance(value, list):
        keys = range(len(value))
    return [here, *(path for key in keys for path in paths(value[key], (*here, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with one place changed."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@given(path=st.sampled_from(paths(VALID)), new=LEAVES)
def test_one_wrong_place_gives_a_sample_or_a_fault(path: tuple[Any, ...], new: Any) -> None:
    reply = read_reply(json.dumps(replaced(VALID, path, new)).encode(), 1)
    assert len(reply.samples) + len(reply.faults) == 1 or reply.filtered
    for sample in reply.samples:
        sample.text.encode()
        assert sample.token_count >= 0


@given(body=st.binary())
def test_bytes_never_raise(body: bytes) -> None:
    assert read_reply(body, 1).samples == ()


# --- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 5000",
        "context_length_exceeded",
        "the request exceeds the available context size, try increasing it",
        "`inputs` tokens + `max_new_tokens` must be <= 4096",
        "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
        "prompt is too long: 210000 tokens > 200000 maximum",
    ],
)
def test_context_length_in_the_words_of_several_servers(text: str) -> None:
    assert is_about_context_length(text)


@pytest.mark.parametrize(
    "text",
    [
        "Only n=1 is supported",
        "'n' : number must be at most 1",
        "body n Input should be less than or equal to 1",
        "this server cannot return multiple choices",
    ],
)
def test_several_choices_in_the_words_of_several_servers(text: str) -> None:
    assert is_about_several_choices(text)


@pytest.mark.parametrize("text", ["it isn't valid", "line one\\n\\nline two", "not in range"])
def test_an_n_inside_words_and_escapes_is_no_field(text: str) -> None:
    assert not is_about_field(text, "n")


def test_a_complaint_leaves_out_the_input_that_is_quoted_back() -> None:
    detail = [{"loc": ["body", "seed"], "msg": "Extra inputs", "input": "a prompt with n and top"}]
    text = complaint({"detail": detail})
    assert is_about_field(text, "seed")
    assert not is_about_field(text, "n")


@given(body=st.recursive(LEAVES, lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_any_error_body_has_words(body: Any) -> None:
    assert len(complaint(body)) <= 500
