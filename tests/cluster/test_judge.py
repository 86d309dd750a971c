"""Reading verdicts, and asking again for those that cannot be read."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.cluster.judge import Judge, parse_verdict
from tests.backends.scripted_server import Answer, Body, ScriptedServer, prompt_of
from tests.one_shard import open_context, served

QUESTION = ("Add 2 and 3.", "5", "five")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("yes", True),
        ("Both are 1/2.\nYes.", True),
        ("Yes? They differ by a sign.\nno", False),
        ("**No**", False),
        ("<think>yes yes</think>no", False),
        ("<think>is it no?</think>\n\nyes", True),
        ("</think> yes", True),
        ("<think>yes", None),
        ("<think>no</think> hmm <think>yes", None),
        ("", None),
        ("yesterday, nothing", None),
        ("I know nothing", None),
    ],
)
def test_verdicts(text: str, verdict: bool | None) -> None:
    assert parse_verdict(text) is verdict


@given(st.text(max_size=200))
def test_any_text_gives_a_verdict_or_none(text: str) -> None:
    verdict = parse_verdict(text)
    assert verdict in (True, False, None)
    if verdict is not None:
        assert re.search("yes" if verdict else "no", text, re.IGNORECASE)


@given(st.text(max_size=200).filter(lambda text: "<" not in text), st.booleans())
def test_a_last_line_with_one_word_decides(text: str, equal: bool) -> None:
    assert parse_verdict(f"{text}\n{'yes' if equal else 'no'}") is equal


@given(st.text(max_size=100), st.booleans())
def test_what_was_thought_does_not_decide(thought: str, equal: bool) -> None:
    word = "yes" if equal else "no"
    assert parse_verdict(f"<think>{thought}</think>{word}") is equal


def ask(folder: Path, server: ScriptedServer, **settings: object) -> tuple[dict, dict]:  # type: ignore[type-arg]
    """Verdicts on two questions, and the counters."""
    settings = {"controls": "skip", **settings}
    with open_context(served(server, cluster=settings), folder) as context:
        verdicts = Judge(context).ask({"p": QUESTION, "q": ("Add 1 and 1.", "2", "3")})
        return verdicts, dict(context.stats)


def test_an_unreadable_verdict_is_asked_again_at_another_temperature(tmp_path: Path) -> None:
    def respond(body: Body, _: int) -> str:
        if "five" not in prompt_of(body):
            return "no"
        return "yes" if body["temperature"] else "Hard to say."

    with ScriptedServer(respond) as server:
        verdicts, stats = ask(tmp_path, server)
    assert verdicts == {"p": True, "q": False}
    assert (stats["judge_calls"], stats["unparseable_verdicts"]) == (3, 0)
    assert [body["temperature"] for body in server.bodies] == [0.0, 0.0, 0.7]
    assert len({body["seed"] for body in server.bodies}) == 3


def test_retries_end(tmp_path: Path) -> None:
    with ScriptedServer(lambda *_: "Hard to say.") as server:
        verdicts, stats = ask(tmp_path, server, retries=2)
    assert verdicts == {"p": None, "q": None}
    assert (stats["judge_calls"], stats["unparseable_verdicts"]) == (6, 2)
    assert len(server.requests) == 6


def test_a_verdict_that_was_cut_off_is_none(tmp_path: Path) -> None:
    with ScriptedServer(lambda *_: Answer("yes", "length")) as server:
        verdicts, _ = ask(tmp_path, server, retries=0)
    assert verdicts == {"p": None, "q": None}


def test_the_prompt_shows_the_answers_in_order(tmp_path: Path) -> None:
    with ScriptedServer(lambda *_: "no") as server:
        ask(tmp_path, server)
    (prompt,) = (prompt_of(body) for body in server.bodies if "five" in prompt_of(body))
    assert prompt == "Problem: Add 2 and 3.\n\nAnswer A: 5\nAnswer B: five"
