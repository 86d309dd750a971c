"""What a stage gets from its models: every request answered once, counted and storable."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from sure_math.backends.base import (
    BackendInfo,
    Completion,
    Failure,
    Message,
    Request,
    Sample,
    Sampling,
)
from sure_math.config import Recipe
from sure_math.errors import BackendError
from sure_math.runtime.context import Context, Models, Role
from tests.backends.scripted_server import ScriptedServer
from tests.one_shard import open_context, served

REQUESTS = [
    Request(f"p{n}", (Message("user", f"How many of {n}?"),), Sampling(n=2, max_tokens=60), seed=n)
    for n in range(5)
]


class Engine:
    """A backend in this process that gives the answers it is built with."""

    info = BackendInfo("here", "here", None, "none", "none")
    journaled = False

    def __init__(self, *answers: Completion) -> None:
        self.answers = answers

    def generate(self, requests: Sequence[Request]) -> Iterator[Completion]:
        yield from self.answers


class Here(Models):
    """All roles are played by one engine."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(Recipe(name="test"))
        self.engine = engine

    def backend(self, role: Role) -> Engine:  # type: ignore[override]
        return self.engine


def sample(text: str) -> Sample:
    return Sample(text, 3, None, "stop")


def context(folder: Path, *answers: Completion) -> Context:
    return Context(Recipe(name="test"), Here(Engine(*answers)), folder / "part-00000.jsonl")


def test_every_request_is_answered_counted_and_journaled(tmp_path: Path) -> None:
    with ScriptedServer() as server:
        with open_context(served(server), tmp_path) as first:
            answers = {c.request_id: c for c in first.generate("teacher", REQUESTS[:3])}
        assert set(answers) == {"p0", "p1", "p2"}
        tokens = sum(s.token_count for c in answers.values() for s in c.samples)
        assert first.stats["requests"] == 3
        assert first.stats["completion_tokens"] == tokens > 0
        assert first.stats["prompt_tokens"] == 12
        asked = len(server.requests)
        with open_context(served(server), tmp_path) as second:
            again = {c.request_id: c for c in second.generate("teacher", REQUESTS)}
        assert len(server.requests) == asked + 2
        assert {name: again[name] for name in answers} == answers
        assert second.stats["requests"] == 5


def test_roles_do_not_share_answers_of_different_models(tmp_path: Path) -> None:
    with ScriptedServer() as server:
        recipe = served(server)
        other = recipe.models.judge.model_copy(update={"model": "other"})
        models = recipe.models.model_copy(update={"judge": other})
        with open_context(recipe.model_copy(update={"models": models}), tmp_path) as both:
            list(both.generate("teacher", REQUESTS[:1]))
            list(both.generate("judge", REQUESTS[:1]))
        assert [body["model"] for body in server.bodies] == ["scripted", "other"]


def test_no_requests_start_no_engine(tmp_path: Path) -> None:
    with open_context(served(None), tmp_path) as idle:
        assert list(idle.generate("teacher", [])) == []
    assert not list(tmp_path.iterdir())


def test_an_unanswered_request_is_an_error(tmp_path: Path) -> None:
    work = context(tmp_path, Completion("p1", (sample("five"),)))
    with pytest.raises(BackendError, match="left 1 of 2 requests unanswered"):
        list(work.generate("teacher", REQUESTS[:2]))


def test_lone_surrogates_become_question_marks(tmp_path: Path) -> None:
    failure = Failure("malformed_response", "bad \udfff")
    work = context(
        tmp_path,
        Completion("p0", (sample("five \ud800 six"), sample("π²"))),
        Completion("p1", (), failure),
    )
    good, bad = work.generate("teacher", REQUESTS[:2])
    assert [s.text for s in good.samples] == ["five ? six", "π²"]
    assert bad.failure == Failure("malformed_response", "bad ?")
