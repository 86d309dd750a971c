"""The OpenAI-compatible backend against a real server that behaves well."""

import itertools
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sure_math.backends.base import Sample
from sure_math.backends.openai import OpenAIBackend
from sure_math.errors import BackendError, ConfigError
from sure_math.model_config import OpenAIModel
from tests.backends.openai_client import connect, question, questions
from tests.backends.scripted_server import Answer, Fault, ScriptedServer, hang, prompt_of


def only(backend: OpenAIBackend, **sampling: Any) -> tuple[Sample, ...]:
    """The samples of a single request."""
    (completion,) = backend.generate([question(**sampling)])
    assert completion.failure is None
    return completion.samples


def loop_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if "openai" in thread.name]


def slow_for(prompt: str) -> Callable[[dict[str, Any]], Fault | None]:
    """A server that never answers one prompt."""
    return lambda body: hang() if prompt_of(body) == prompt else None


def test_every_request_is_answered_exactly_once() -> None:
    requests = questions(40, n=2)
    with ScriptedServer() as server, connect(server, concurrency=8) as backend:
        completions = list(backend.generate(requests))
    assert sorted(c.request_id for c in completions) == sorted(r.id for r in requests)
    assert all(len(c.samples) == 2 and c.prompt_tokens == 4 for c in completions)


def test_nothing_to_ask_asks_nothing() -> None:
    with ScriptedServer() as server, connect(server) as backend:
        assert list(backend.generate([])) == []
    assert server.requests == []


def test_generate_can_be_called_again() -> None:
    with ScriptedServer() as server, connect(server) as backend:
        assert only(backend, n=3) == only(backend, n=3)


def test_no_more_requests_in_flight_than_allowed() -> None:
    with ScriptedServer(delay=0.01) as server:
        list(connect(server, concurrency=3, n_per_request=1).generate(questions(10, n=4)))
    assert 1 < server.most_in_flight <= 3


def test_completions_leave_while_others_are_still_computed() -> None:
    with ScriptedServer(faults=slow_for("later")) as server:
        completions = connect(server).generate([question("later"), question("now")])
        assert next(completions).request_id == "now"
        completions.close()


def test_one_request_carries_sampling_and_seed() -> None:
    with ScriptedServer() as server, connect(server, extra_body={"top_k": 20}) as backend:
        only(backend, n=4, temperature=0.7, top_p=0.9, max_tokens=50, seed=2**62 + 1)
    (body,) = server.bodies
    assert body["n"] == 4
    assert (body["temperature"], body["top_p"], body["max_tokens"]) == (0.7, 0.9, 50)
    assert body["seed"] == 2**62 + 1
    assert body["top_k"] == 20


def test_logprob_is_the_sum_over_the_tokens_with_the_end_token() -> None:
    with ScriptedServer(lambda body, index: "three short words") as server:
        (sample,) = only(connect(server))
    assert sample.token_count == 4
    assert sample.logprob is not None
    assert sample.logprob < 0
    assert sample.token_ids is not None
    assert len(sample.token_ids) == 4


def test_a_server_without_logprobs_gives_none() -> None:
    with ScriptedServer(lambda body, index: "three short words", logprobs=False) as server:
        (sample,) = only(connect(server))
    assert sample.logprob is None
    assert sample.token_count == 4


def test_without_any_token_list_the_usage_is_shared_out() -> None:
    server = ScriptedServer(lambda body, index: "a b c", logprobs=False, token_ids=False)
    with server:
        samples = only(connect(server), n=2)
    assert [sample.token_count for sample in samples] == [4, 4]


def test_logprobs_are_not_requested_when_switched_off() -> None:
    with ScriptedServer() as server, connect(server, logprobs=False) as backend:
        (sample,) = only(backend)
        assert backend.info.logprobs_mode == "none"
    assert "logprobs" not in server.bodies[0]
    assert sample.logprob is None


def test_a_cut_response_says_length() -> None:
    with ScriptedServer(lambda body, index: "one two three four") as server:
        (sample,) = only(connect(server), max_tokens=2)
    assert sample.finish_reason == "length"
    assert sample.token_count == 2


def test_reasoning_stands_in_front_of_the_text_again() -> None:
    with ScriptedServer(lambda body, index: Answer("It is 7.", reasoning="Let me see")) as server:
        (sample,) = only(connect(server))
    assert sample.text == "<think>Let me see</think>It is 7."


def test_reasoning_that_never_ends_stays_open() -> None:
    with ScriptedServer(lambda body, index: Answer(None, "length", "Let me")) as server:
        (sample,) = only(connect(server))
    assert sample.text == "<think>Let me"


def test_a_server_that_refuses_n_gets_single_requests_with_hashed_seeds() -> None:
    with ScriptedServer(most_choices=1) as server, connect(server) as backend:
        samples = only(backend, n=4)
        only(backend, n=4)
    assert len(samples) == 4
    assert [body.get("n", 1) for body in server.bodies] == [4] + [1] * 8
    seeds = sorted(body["seed"] for body in server.bodies[1:5])
    assert min(b - a for a, b in itertools.pairwise(seeds)) > 1000


def test_a_server_that_ignores_n_is_asked_for_the_rest() -> None:
    with ScriptedServer(most_choices=1, over_most="ignore") as server, connect(server) as backend:
        assert len(only(backend, n=4)) == 4
    assert len(server.bodies) == 4
    assert len({body["seed"] for body in server.bodies}) == 4


def test_n_per_request_splits_from_the_start() -> None:
    with ScriptedServer() as server, connect(server, n_per_request=3) as backend:
        assert len(only(backend, n=8)) == 8
    assert sorted(body.get("n", 1) for body in server.bodies) == [2, 3, 3]


def test_thinking_is_switched_in_the_chat_template() -> None:
    extra = {"chat_template_kwargs": {"tools": "none"}}
    with ScriptedServer() as server, connect(server, extra_body=extra) as backend:
        only(backend, enable_thinking=True)
    expected = {"enable_thinking": True, "tools": "none"}
    assert server.bodies[0]["chat_template_kwargs"] == expected


def test_fields_a_strict_server_refuses_are_left_out_from_then_on() -> None:
    refused = ("chat_template_kwargs", "return_token_ids", "logprobs", "seed")
    with ScriptedServer(refused_fields=refused) as server, connect(server) as backend:
        (sample,) = only(backend)
        only(backend)
    assert sample.logprob is None
    assert len(server.bodies) == 6
    assert not set(refused) & set(server.bodies[-1])


def test_closing_the_generator_cancels_what_is_in_flight() -> None:
    with ScriptedServer(faults=slow_for("never")) as server:
        completions = connect(server).generate([question("now"), question("never")])
        next(completions)
        assert loop_threads()
        completions.close()
        assert not loop_threads()


def test_closing_the_backend_ends_a_generate_that_is_under_way() -> None:
    with ScriptedServer(faults=slow_for("never")) as server:
        backend = connect(server)
        completions = backend.generate([question("now"), question("never")])
        next(completions)
        backend.close()
        assert not loop_threads()
        with pytest.raises(BackendError, match="closed"):
            next(completions)


def test_ctrl_c_leaves_nothing_behind() -> None:
    def interrupt(body: dict[str, Any]) -> Fault:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        return hang()

    # A shell that starts the tests in the background makes them ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with ScriptedServer(faults=interrupt) as server:
            with pytest.raises(KeyboardInterrupt):
                list(connect(server).generate([question()]))
            assert not loop_threads()
    finally:
        signal.signal(signal.SIGINT, before)


def test_info_names_the_model_and_not_the_url() -> None:
    config = OpenAIModel(model="m", revision="r1", base_url="http://secret.example/v1")
    info = OpenAIBackend(config).info
    assert (info.model, info.revision, info.logprobs_mode) == ("m", "r1", "raw_logprobs")
    assert "secret.example" not in str(info)


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_KEY", "k-1")
    with ScriptedServer(api_key="k-1") as server:
        assert only(connect(server, api_key_env="OTHER_KEY"))


def test_a_local_server_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with ScriptedServer() as server:
        assert only(connect(server))
    assert server.requests[0].headers["authorization"] == "Bearer none"


def test_openai_itself_needs_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEAM_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(ConfigError, match="TEAM_KEY"):
        OpenAIBackend(OpenAIModel(model="m", api_key_env="TEAM_KEY"))


def test_a_base_url_without_scheme_is_refused() -> None:
    with pytest.raises(ConfigError, match="http://"):
        OpenAIBackend(OpenAIModel(model="m", base_url="localhost:8000/v1"))
