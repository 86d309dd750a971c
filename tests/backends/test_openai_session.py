"""Everything a server can do wrong, one idea per test, against a real loopback server."""

import json
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sure_math.backends.base import Completion, Failure
from sure_math.backends.openai import OpenAIBackend
from sure_math.backends.openai_session import ATTEMPTS, HOPELESS
from sure_math.errors import BackendError, BackendUnavailable
from sure_math.model_config import OpenAIModel
from tests.backends.openai_client import connect, question, questions
from tests.backends.scripted_server import (
    Answer,
    Fault,
    ScriptedServer,
    cut_short,
    dropped,
    error,
    half_closed,
    hang,
    prompt_of,
    raw,
)

EMPTY_CHOICES = raw(b'{"choices": []}')


def ask(server: ScriptedServer, **options: Any) -> Completion:
    """The completion of a single request."""
    (completion,) = connect(server, **options).generate([question()])
    return completion


def failure(completion: Completion) -> Failure:
    assert completion.failure is not None
    assert completion.samples == ()
    return completion.failure


# --- rate limits ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503, 529])
def test_rate_limits_use_up_no_attempts(status: int) -> None:
    with ScriptedServer(faults=[error(status)] * (2 * ATTEMPTS)) as server:
        assert ask(server).samples
    assert len(server.requests) == 2 * ATTEMPTS + 1


def test_retry_after_in_seconds_is_honoured() -> None:
    with ScriptedServer(faults=[error(429, retry_after="0.3")]) as server:
        assert ask(server).samples
    first, second = server.requests
    assert second.at - first.at >= 0.3


def test_retry_after_as_a_date_is_honoured() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    with ScriptedServer(faults=[error(503, retry_after=date)]) as server:
        assert ask(server).samples
    first, second = server.requests
    assert second.at - first.at >= 0.5  # a date has whole seconds


def test_an_empty_account_is_no_rate_limit() -> None:
    body = {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}
    with (
        ScriptedServer(faults=[raw(json.dumps(body).encode(), 429)]) as server,
        pytest.raises(BackendError, match="billing"),
    ):
        ask(server)
    assert len(server.requests) == 1


def test_no_success_for_too_long_stops_and_says_what_arrived() -> None:
    faults = [None, None] + [error(429, retry_after="0.05")] * 1000
    with ScriptedServer(faults=faults) as server:
        backend = connect(server, concurrency=1, give_up_after=0.4)
        completions = backend.generate(questions(5))
        assert next(completions).samples
        assert next(completions).samples
        with pytest.raises(BackendUnavailable, match="2 of 5 answers arrived") as caught:
            next(completions)
    assert "run the same command again" in str(caught.value)


# --- transport --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [error(500), error(502), error(408), dropped(), cut_short(), raw(b"<html>", 504)],
    ids=["500", "502", "408", "dropped", "cut-short", "html-504"],
)
def test_a_passing_failure_is_tried_again(fault: Fault) -> None:
    with ScriptedServer(faults=[fault] * (ATTEMPTS - 1)) as server:
        assert ask(server).samples
    assert len(server.requests) == ATTEMPTS


def test_another_attempt_repeats_the_seed() -> None:
    with ScriptedServer(faults=[error(500)]) as server:
        ask(server)
    first, second = server.bodies
    assert first == second


@pytest.mark.parametrize("fault", [error(500), dropped()], ids=["500", "dropped"])
def test_a_server_that_keeps_failing_is_unavailable(fault: Fault) -> None:
    with (
        ScriptedServer(faults=[fault] * 100) as server,
        pytest.raises(BackendUnavailable, match=f"failed {ATTEMPTS} times"),
    ):
        ask(server)
    assert len(server.requests) == ATTEMPTS


def test_a_request_that_fails_alone_does_not_stop_the_others() -> None:
    def poisoned(body: dict[str, Any]) -> Fault | None:
        return error(500, "engine error") if prompt_of(body) == "poison" else None

    requests = [question("poison"), *questions(20)]
    with ScriptedServer(faults=poisoned, delay=0.01) as server:
        completions = list(connect(server, concurrency=2, backoff=0.02).generate(requests))
    failed = [completion for completion in completions if completion.failure]
    assert [completion.request_id for completion in failed] == ["poison"]
    assert failure(failed[0]).reason == "request_rejected"
    assert "engine error" in failure(failed[0]).detail


def test_a_late_answer_is_asked_for_again() -> None:
    with ScriptedServer(faults=[hang()]) as server:
        assert ask(server, request_timeout=0.5).samples
    assert len(server.requests) >= 2


def test_a_hanging_server_is_unavailable() -> None:
    with (
        ScriptedServer(faults=lambda body: hang()) as server,
        pytest.raises(BackendUnavailable, match="timed out"),
    ):
        ask(server, request_timeout=0.1, give_up_after=0.3)


def test_a_connection_closed_between_requests_is_opened_again() -> None:
    with ScriptedServer(faults=[half_closed()] * 3) as server:
        completions = list(connect(server, concurrency=1).generate(questions(6)))
    assert all(completion.samples for completion in completions)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as taken:  # bound but not listening: connections are refused
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        backend = OpenAIBackend(OpenAIModel(model="m", base_url=url), backoff=0.001)
        with pytest.raises(BackendUnavailable, match=url):
            list(backend.generate([question()]))


# --- unusable answers -------------------------------------------------------------------------

UNUSABLE = [
    raw(b'{"choices": [{"mess'),
    raw(b"<html>welcome</html>"),
    EMPTY_CHOICES,
    raw(b'{"choices": [{"message": {"content": null}, "finish_reason": "stop"}]}'),
    raw(b'{"choices": [{"message": {"content": "7"}, "finish_reason": "tool_calls"}]}'),
    raw(b'{"choices": [{"message": {"content": "\\ud800"}, "finish_reason": "stop"}]}'),
]
NAMES = ["torn", "html", "no-choices", "null-content", "tool-calls", "lone-surrogate"]


@pytest.mark.parametrize("fault", UNUSABLE, ids=NAMES)
def test_an_unusable_answer_is_asked_for_again_with_another_seed(fault: Fault) -> None:
    with ScriptedServer(faults=[fault]) as server:
        assert ask(server).samples
    first, second = server.bodies
    assert first["seed"] != second["seed"]


@pytest.mark.parametrize("fault", UNUSABLE, ids=NAMES)
def test_a_request_whose_answers_stay_unusable_fails_alone(fault: Fault) -> None:
    with ScriptedServer(faults=[fault] * ATTEMPTS) as server:
        first, second = connect(server, concurrency=1).generate(questions(2))
    assert failure(first).reason == "malformed_response"
    assert second.samples


def test_good_choices_beside_a_broken_one_are_kept() -> None:
    def one_broken(body: dict[str, Any], index: int) -> Answer:
        return Answer(None) if index == 2 and body.get("n") == 4 else Answer(f"choice {index}")

    with ScriptedServer(one_broken) as server:
        (completion,) = connect(server).generate([question(n=4)])
    assert len(completion.samples) == 4
    assert [body.get("n", 1) for body in server.bodies] == [4, 1]


def test_the_content_filter_rejects_the_request() -> None:
    with ScriptedServer(lambda body, index: Answer("", "content_filter")) as server:
        assert failure(ask(server)).reason == "request_rejected"


# --- refusals ---------------------------------------------------------------------------------


def test_a_prompt_that_does_not_fit_fails_alone() -> None:
    requests = [question("word " * 60, max_tokens=20), question("short", max_tokens=20)]
    with ScriptedServer(context_length=50) as server:
        long, short = connect(server, concurrency=1).generate(requests)
    assert failure(long).reason == "prompt_too_long"
    assert short.samples


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_rejected_request_fails_alone(status: int) -> None:
    with ScriptedServer(faults=[error(status, "not like this")]) as server:
        first, second = connect(server, concurrency=1).generate(questions(2))
    assert failure(first).reason == "request_rejected"
    assert "not like this" in failure(first).detail
    assert second.samples


def test_when_every_request_is_rejected_the_settings_are_wrong() -> None:
    with (
        ScriptedServer(faults=lambda body: error(400, "no such option")) as server,
        pytest.raises(BackendError, match="no such option"),
    ):
        list(connect(server).generate(questions(HOPELESS)))


def test_a_wrong_key_stops_at_once_and_names_the_variable() -> None:
    with (
        ScriptedServer(api_key="right") as server,
        pytest.raises(BackendError, match="set the environment variable NO_SUCH_KEY"),
    ):
        ask(server, api_key_env="NO_SUCH_KEY")
    assert len(server.requests) == 1


def test_a_wrong_model_stops_at_once_and_names_it() -> None:
    with (
        ScriptedServer(model="other") as server,
        pytest.raises(BackendError, match="serves the model 'scripted'"),
    ):
        ask(server)
    assert len(server.requests) == 1


# --- anything at all --------------------------------------------------------------------------

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["choices", "message", "content", "error", "usage", "logprobs", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=ANY_JSON, status=st.sampled_from([200, 400, 404, 418, 500]))
def test_no_body_causes_anything_but_a_failure_or_a_backend_error(body: Any, status: int) -> None:
    garbage = raw(json.dumps(body).encode(), status)
    with ScriptedServer(faults=lambda _: garbage) as server:
        try:
            completion = ask(server, backoff=0.0)
        except BackendError:
            return
    assert completion.failure is not None
