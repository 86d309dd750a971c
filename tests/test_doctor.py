"""One real request per model, and what the report says about it."""

import pytest

from sure_math.config import Recipe
from sure_math.doctor import examine
from tests.backends.scripted_server import Answer, Body, ScriptedServer
from tests.one_shard import served


def task(body: Body) -> str:
    return str(body["messages"][0]["content"]).splitlines()[0]


def verdicts(report: str) -> list[str]:
    return [line.split()[0] for line in report.splitlines() if line.startswith("  ")]


def test_every_role_is_asked_once() -> None:
    with ScriptedServer() as server:
        healthy, report = examine(served(server))
    assert healthy, report
    assert [task(body) for body in server.bodies] == [
        "Strategy: rewrite",
        "Task: solve",
        "Task: judge",
    ]
    assert {body["n"] for body in server.bodies} == {2}
    assert "nats over" in report
    assert set(verdicts(report)) == {"ok"}
    assert report.endswith("everything needed is there")


def test_only_what_the_recipe_uses_is_asked() -> None:
    with ScriptedServer() as server:
        recipe = served(server, evolve={"enabled": False}, cluster={"judge": False})
        healthy, _ = examine(recipe)
    assert healthy
    assert [task(body) for body in server.bodies] == ["Task: solve"]


@pytest.mark.parametrize(
    "sections", [{"decontaminate": {"judge": True}}, {"evolve": {"validity_votes": 3}}]
)
def test_a_judge_is_asked_whatever_it_judges(sections: dict[str, object]) -> None:
    with ScriptedServer() as server:
        assert examine(served(server, cluster={"judge": False}, **sections))[0]
    assert task(server.bodies[-1]) == "Task: judge"


def test_missing_logprobs_fail_unless_they_are_allowed() -> None:
    with ScriptedServer(logprobs=False) as server:
        healthy, report = examine(served(server))
        assert not healthy
        assert "FAIL no log-probabilities" in report
        assert verdicts(report).count("FAIL") == 1  # only the teacher needs them
        allowed, _ = examine(served(server, sample={"allow_missing_logprobs": True}))
    assert allowed


def test_an_empty_response_fails() -> None:
    with ScriptedServer(lambda *_: Answer("")) as server:
        healthy, report = examine(served(server))
    assert not healthy
    assert "FAIL response: ''" in report


def test_a_server_that_is_not_there_or_refuses_is_reported_for_each_role() -> None:
    with ScriptedServer(model="another") as server:
        recipe = served(server)
        healthy, report = examine(recipe)
    assert not healthy
    assert report.count("FAIL") == 3
    assert "does not exist" in report
    gone = {"backend": "openai", "model": "m", "base_url": server.base_url, "give_up_after": 0.2}
    models = dict.fromkeys(("evolver", "teacher", "judge"), gone)
    healthy, report = examine(Recipe.model_validate({"name": "gone", "models": models}))
    assert not healthy
    assert report.count("FAIL") == 3
    assert report.endswith("see the failures above")
