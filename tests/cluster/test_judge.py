"""Asking whether two answers mean the same, and asking again what cannot be read."""

from pathlib import Path

from sure_math.backends.base import Request, Sampling
from sure_math.cluster.judge import Judge
from sure_math.prompts import load_prompt
from sure_math.runtime.ids import sampling_seed, stable_hash
from sure_math.runtime.journal import read_journal
from tests.backends.scripted_server import Answer, Body, ScriptedServer, prompt_of
from tests.one_shard import open_context, served

QUESTION = ("Add 2 and 3.", "5", "five")


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


def test_journals_of_finished_runs_stay_readable(tmp_path: Path) -> None:
    """The key of a question never changes: prompt, id, seed and decoding."""
    problem, a, b = QUESTION
    messages = load_prompt("judge").messages(problem=problem, a=a, b=b)
    seed = sampling_seed("judge", problem, a, b, 0)
    sampling = Sampling(n=1, temperature=0.0, max_tokens=512)
    request = Request(stable_hash([problem, a, b]), messages, sampling, seed)
    with ScriptedServer(lambda *_: "no") as server:
        ask(tmp_path, server)
        with open_context(served(server), tmp_path) as context:
            assert context.journal("judge").get(request) is not None
            key = context.journal("judge").key(request)
    (journal,) = (tmp_path / "journal").glob("*.jsonl")
    assert key in dict(read_journal(journal))
