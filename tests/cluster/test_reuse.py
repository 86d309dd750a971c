"""No question that a judge has answered is asked again, whatever happened to the run."""

import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from sure_math.backends.base import BackendInfo, Completion, Request, Sample
from sure_math.cluster.judge import AnswerPair, Judge
from sure_math.config import Recipe
from sure_math.errors import BackendError
from sure_math.judging.controls import load_controls, read_report
from sure_math.pipeline import execute, open_run, select
from sure_math.recipes import load_recipe
from sure_math.runtime.context import Context, Models, Role
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from tests import roles
from tests.backends.scripted_server import Answer, Body, ScriptedServer, error, prompt_of
from tests.one_shard import open_context, served
from tests.waiting import until_journaled

CONTROLS = sum(len(control.questions) for control in load_controls("judge", AnswerPair))
# Animals of the same length are equal: every answer is a word, so only the judge can tell.
ANIMALS = ("ant", "bee", "cat", "dog", "lynx", "wolf", "bear", "horse", "otter")
FROM_CLUSTER = select("cluster", "weight")


def respond(body: Body, index: int) -> Answer:
    """A teacher that names animals, and a judge that always says something readable."""
    task = body["messages"][0]["content"].splitlines()[0]
    if task == "Task: solve":
        word = roles.dice(body, index).choice(ANIMALS)
        return Answer(f"It is \\boxed{{\\text{{{word}}}}}.")
    if task == "Task: judge" and roles.on_controls(prompt_of(body)) is None:
        a, b = (line.split(": ", 1)[1] for line in prompt_of(body).splitlines()[-2:])
        return Answer("yes" if len(a) == len(b) else "no")
    return roles.respond(body, index)


def judged(server: ScriptedServer) -> list[str]:
    """The judge questions of the run that arrived, without controls."""
    return [asked for asked in to_the_judge(server) if roles.on_controls(asked) is None]


def to_the_judge(server: ScriptedServer) -> list[str]:
    """Every prompt of the judge that arrived."""
    return [
        prompt_of(body)
        for body in server.bodies
        if body["messages"][0]["content"].startswith("Task: judge")
    ]


def opened(folder: Path, server: ScriptedServer, *overrides: str) -> Run:
    path = folder / "scripted.yaml"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        roles.write_recipe(folder, server.base_url, seeds=4, evolve={"enabled": False})
    return open_run(load_recipe(str(path), overrides), folder / "runs")


def stats(run: Run) -> Counter[str]:
    found: Counter[str] = Counter()
    for footer in run.store("cluster").scan().values():
        found.update(footer.stats)
    return found


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Path:
    folder = tmp_path_factory.mktemp("reuse")
    run = opened(folder, server)
    execute(run, select(None, "weight"), Partition())
    assert len(judged(server)) == stats(run)["judge_calls"] > 20
    assert stats(run)["verdicts_reused"] == 0
    return folder


@pytest.fixture
def finished(tmp_path: Path, server: ScriptedServer, original: Path) -> Run:
    """A finished run; from here on only the requests of the test are in the server's log."""
    shutil.copytree(original, tmp_path, dirs_exist_ok=True)
    server.requests.clear()
    return opened(tmp_path, server)


def questions(run: Run) -> set[str]:
    """Every question the judge answered in a run."""
    pool = run.store("pool").read_all().to_pylist()
    texts = {row["problem_id"]: row["problem"] for row in pool}
    return {
        f"Problem: {texts[said['problem_id']]}\n\nAnswer A: {a}\nAnswer B: {b}"
        for said in run.store("cluster").read_side("judgements").to_pylist()
        for a, b in ((said["a"], said["b"]), (said["b"], said["a"]))[: 1 + said["forward"]]
    }


def rows(run: Run, *columns: str) -> list[dict[str, Any]]:
    return run.store("cluster").read_all().select(list(columns)).to_pylist()


def test_another_attempt_asks_nothing_and_says_the_same(
    tmp_path: Path, server: ScriptedServer, finished: Run
) -> None:
    before = rows(finished, "problem_id", "answer", "cluster")
    calls = stats(finished)["judge_calls"]
    again = opened(tmp_path, server)
    execute(again, FROM_CLUSTER, Partition(), fresh=True)
    assert not server.requests  # nor is any control question
    assert rows(again, "problem_id", "answer", "cluster") == before
    assert stats(again)["judge_calls"] == 0
    assert stats(again)["verdicts_reused"] == calls
    assert read_report(again.root / "cluster") == read_report(again.root / "old-1/cluster")


@pytest.mark.parametrize(
    "overrides",
    [
        ("cluster.linkage=complete",),
        ("cluster.equivalence=paper",),
        ("cluster.retries=3",),
        ("cluster.closing_questions=4",),
        ("sample.n=12",),
        ("shard_rows=2",),
    ],
    ids=str,
)
def test_another_configuration_asks_only_what_is_new(
    tmp_path: Path, server: ScriptedServer, finished: Run, overrides: tuple[str, ...]
) -> None:
    known = questions(finished)
    run = opened(tmp_path, server, *overrides)
    execute(run, select(None, "weight"), Partition(), fresh=True)
    asked = judged(server)
    assert len(asked) == len(set(asked))
    assert not known & set(asked)
    assert stats(run)["verdicts_reused"] > 20
    # And once more, from verdicts that are spread over two attempts.
    execute(opened(tmp_path, server, *overrides), FROM_CLUSTER, Partition(), fresh=True)
    assert judged(server) == asked


@pytest.mark.parametrize("change", ["model", "revision", "prompt", "max_tokens"])
def test_another_judge_is_asked_everything(
    tmp_path: Path, server: ScriptedServer, finished: Run, change: str
) -> None:
    own = tmp_path / "own.md"
    own.write_text(
        "Task: judge\nThe same?\n<!-- user -->\n"
        "Problem: {{ problem }}\n\nAnswer A: {{ a }}\nAnswer B: {{ b }}"
    )
    override = {
        "model": "models.judge.model=other",
        "revision": "models.judge.revision=abc",
        "prompt": f"cluster.prompt={own}",
        "max_tokens": "cluster.max_tokens=99",
    }[change]
    known = questions(finished)
    run = opened(tmp_path, server, override)
    execute(run, FROM_CLUSTER, Partition(), fresh=True)
    asked = judged(server)
    assert len(asked) == len(set(asked))
    assert set(asked) == known
    assert stats(run)["verdicts_reused"] == 0


def test_a_lost_shard_is_made_again_from_its_journal(
    tmp_path: Path, server: ScriptedServer, finished: Run
) -> None:
    part = finished.root / "cluster/part-00000.parquet"
    before = part.read_bytes()
    part.unlink()
    execute(opened(tmp_path, server), FROM_CLUSTER, Partition())
    assert part.read_bytes() == before
    assert not server.requests


@pytest.mark.parametrize("fresh", [False, True])
def test_killed_in_the_middle_of_a_shard(tmp_path: Path, fresh: bool) -> None:
    """The server kills its client while it waits for its tenth verdict."""
    victim: list[int] = []

    def deadly(body: Body, index: int) -> Answer:
        if victim and len(judged(server)) == 10:
            until_journaled(next(tmp_path.glob("runs/*/cluster")), len(to_the_judge(server)) - 1)
            os.kill(victim.pop(), signal.SIGKILL)
        return respond(body, index)

    with ScriptedServer(deadly) as server:
        one = "models.judge.concurrency=1"
        recipe = opened(tmp_path, server, one)
        execute(recipe, select(None, "answers"), Partition())
        command = [sys.executable, "-m", "sure_math.cli", "run", str(tmp_path / "scripted.yaml")]
        process = subprocess.Popen([*command, "--to", "weight", "--set", one], cwd=tmp_path)
        victim.append(process.pid)
        assert process.wait(timeout=120) == -signal.SIGKILL
        killed = judged(server)
        assert len(killed) == 10
        change = ["cluster.linkage=complete"] if fresh else []
        run = opened(tmp_path, server, one, *change)
        execute(run, FROM_CLUSTER, Partition(), fresh=fresh)
        asked = Counter(judged(server))
    assert sorted(asked.values())[-2:] == [1, 2]  # only the one that was on its way
    assert bool(stats(run)["verdicts_reused"]) is fresh


class Brittle:
    """An engine in this process, which nobody pays for, that breaks after so many answers."""

    info = BackendInfo("here", "here", None, "none", "none")
    journaled = False

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked: list[Request] = []

    def generate(self, requests: Sequence[Request]) -> Iterator[Completion]:
        for request in requests:
            if len(self.asked) == self.most:
                raise BackendError("the engine broke")
            self.asked.append(request)
            yield Completion(request.id, (Sample("no", 1, None, "stop"),))


class Here(Models):
    def __init__(self, recipe: Recipe, engine: Brittle) -> None:
        super().__init__(recipe)
        self.engine = engine

    def backend(self, role: Role) -> Brittle:  # type: ignore[override]
        return self.engine


def test_verdicts_of_an_engine_in_this_process_survive_too(tmp_path: Path) -> None:
    recipe = Recipe.model_validate({"name": "test", "cluster": {"controls": "skip"}})
    questions = {str(n): ("Which?", f"a{n}", f"b{n}") for n in range(9)}
    journal = tmp_path / "journal/part-00000.jsonl"
    engine = Brittle(most=5)
    with pytest.raises(BackendError, match="broke"):
        Judge(Context(recipe, Here(recipe, engine), journal)).ask(questions)
    assert len(engine.asked) == 5
    engine.most = 100
    context = Context(recipe, Here(recipe, engine), journal)
    assert Judge(context).ask(questions) == dict.fromkeys(questions, False)
    assert len(engine.asked) == 9
    assert context.stats["judge_calls"] == 9  # as if nothing had happened


def test_what_could_not_be_read_or_was_refused_is_asked_again(tmp_path: Path) -> None:
    answers = {"vague": "Hard to say.", "clear": "no"}

    def say(body: Body, _: int) -> str:
        return next(text for word, text in answers.items() if word in prompt_of(body))

    questions = {word: ("Which?", word, "other") for word in ("clear", "vague", "refused")}
    with ScriptedServer(
        say, lambda body: error(400, "no") if "refused" in prompt_of(body) else None
    ) as server:
        recipe = served(server, cluster={"controls": "skip", "retries": 0})
        with open_context(recipe, tmp_path / "cluster") as first:
            verdicts = Judge(first).ask(questions)
            assert verdicts == {"clear": False, "vague": None, "refused": None}
            assert first.stats["judge_failures"] == 1
            assert first.stats["unparseable_verdicts"] == 2
        asked = len(server.requests)
        with Models(recipe) as models:
            journal = tmp_path / "again/journal/part-00000.jsonl"
            second = Context(recipe, models, journal, earlier=[tmp_path / "cluster"])
            answers["vague"] = "yes"
            assert Judge(second).ask(questions) == verdicts | {"vague": True}
            assert second.stats["verdicts_reused"] == 1
            assert len(server.requests) == asked + 2


def test_one_question_of_two_problems_is_one_call(tmp_path: Path) -> None:
    with ScriptedServer(lambda *_: "yes") as server:
        recipe = served(server, cluster={"controls": "skip"})
        with open_context(recipe, tmp_path) as context:
            question = ("Which?", "cat", "feline")
            assert Judge(context).ask({"p": question, "q": question}) == {"p": True, "q": True}
        assert len(server.requests) == 1


def test_damaged_journals_are_passed_over(tmp_path: Path) -> None:
    with ScriptedServer(lambda *_: "yes") as server:
        recipe = served(server, cluster={"controls": "skip"})
        old = tmp_path / "old-1/cluster"
        with open_context(recipe, old) as context:
            Judge(context).ask({"p": ("Which?", "cat", "feline")})
        (part,) = (old / "journal").glob("*.jsonl")
        part.write_bytes(part.read_bytes()[:-9] + b"\xff\x00\n5\n")
        with Models(recipe) as models:
            journal = tmp_path / "cluster/journal/part-00000.jsonl"
            again = Context(recipe, models, journal, earlier=[old])
            assert Judge(again).ask({"p": ("Which?", "cat", "feline")}) == {"p": True}
        assert len(server.requests) == 2
