"""What every judge is promised: controls first, nothing asked twice, faults are no verdicts."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sure_math.config import Recipe
from sure_math.decontaminate.judge import ProblemPair, SameProblemJudge
from sure_math.errors import ConfigError, JudgeUnfit
from sure_math.evolve.validity import ValidityControl, ValidityJudge
from sure_math.judging.controls import Control, load_controls, read_report
from sure_math.runtime.context import Context, Models
from tests.backends.scripted_server import Body, ScriptedServer, error, prompt_of
from tests.one_shard import open_context, served
from tests.roles import right_verdict
from tests.waiting import until_journaled

TEXTS = [f"Find {n} + {n}." for n in range(8)]


@dataclass(frozen=True)
class Bench:
    """A judge, and how to ask it about `TEXTS`."""

    control_set: str
    kind: type[Control]
    good: str
    """The word for every question that is no control."""
    settings: Callable[..., dict[str, Any]]
    ask: Callable[[Context], Any]
    verdict: Any
    """What `ask` gives if everything was answered with `good`."""
    questions: int

    @property
    def controls(self) -> int:
        return sum(len(each.questions) for each in load_controls(self.control_set, self.kind))

    def recipe(self, server: ScriptedServer | None, **controls: str) -> Recipe:
        return served(server, **self.settings(**controls))

    def knows(self, body: Body, _: int) -> str:
        return right_verdict(prompt_of(body)) or self.good


SAMENESS = Bench(
    "same_problem",
    ProblemPair,
    "yes",
    lambda **controls: {"decontaminate": {"judge": True, **controls}},
    lambda context: SameProblemJudge(context).ask([(text, "Find it.") for text in TEXTS]),
    [True] * 8,
    8,
)
VALIDITY = Bench(
    "validity",
    ValidityControl,
    "well_posed",
    lambda **controls: {
        "evolve": {"validity_votes": 2, **{f"validity_{k}": v for k, v in controls.items()}}
    },
    lambda context: ValidityJudge(context).vote({text: text for text in TEXTS}),
    dict.fromkeys(TEXTS, ("well_posed",) * 2),
    16,
)
BENCHES = pytest.mark.parametrize("bench", [SAMENESS, VALIDITY], ids=["sameness", "validity"])


def asked(server: ScriptedServer) -> list[tuple[str, int]]:
    """The questions that arrived, without controls."""
    bodies = [body for body in server.bodies if right_verdict(prompt_of(body)) is None]
    return [(prompt_of(body), body["seed"]) for body in bodies]


@BENCHES
def test_controls_come_first_and_once(tmp_path: Path, bench: Bench) -> None:
    with ScriptedServer(bench.knows) as server:
        recipe = bench.recipe(server)
        with open_context(recipe, tmp_path / "stage") as context:
            assert bench.ask(context) == bench.verdict
            assert context.stats["judge_calls"] == bench.questions
            assert context.stats["verdicts_reused"] == 0
        first = [right_verdict(prompt_of(body)) for body in server.bodies[: bench.controls]]
        assert None not in first
        assert len(server.requests) == bench.controls + bench.questions
        with open_context(recipe, tmp_path / "stage") as context:
            assert bench.ask(context) == bench.verdict
            assert context.stats["judge_calls"] == bench.questions  # as if nothing had happened
        assert len(server.requests) == bench.controls + bench.questions
    report = read_report(tmp_path / "stage")
    assert report is not None
    assert (report.accuracy, report.complaint) == (1.0, None)


@BENCHES
@pytest.mark.parametrize(
    "word", ["yes", "no", "well_posed", "not_math", "impossible", "Hard to say.", ""]
)
def test_a_judge_that_always_says_the_same_is_stopped(
    tmp_path: Path, bench: Bench, word: str
) -> None:
    with ScriptedServer(lambda *_: word) as server:
        with (
            open_context(bench.recipe(server), tmp_path / "stage") as context,
            pytest.raises(JudgeUnfit, match=f"{bench.controls} control questions") as stopped,
        ):
            bench.ask(context)
        assert not asked(server)
        (prefix,) = bench.settings(controls="report")
        assert f"--set {prefix}." in str(stopped.value)
        assert "of the stage stage" in str(stopped.value)
        before = len(server.requests)
        with (
            pytest.warns(UserWarning, match="would mean nothing"),
            open_context(bench.recipe(server, controls="report"), tmp_path / "stage") as context,
        ):
            bench.ask(context)
        assert len(set(asked(server))) == len(server.requests) - before >= bench.questions


@BENCHES
def test_skip_asks_no_controls(tmp_path: Path, bench: Bench) -> None:
    with ScriptedServer(lambda *_: bench.good) as server:
        recipe = bench.recipe(server, controls="skip")
        with open_context(recipe, tmp_path / "stage") as context:
            assert bench.ask(context) == bench.verdict
        assert len(server.requests) == bench.questions
    assert read_report(tmp_path / "stage") is None


@BENCHES
def test_controls_of_ones_own(tmp_path: Path, bench: Bench) -> None:
    few = load_controls(bench.control_set, bench.kind)[:4]
    own = tmp_path / "own.jsonl"
    own.write_text("".join(control.model_dump_json() + "\n" for control in few))
    with ScriptedServer(bench.knows) as server:
        recipe = bench.recipe(server, control_set=str(own))
        with open_context(recipe, tmp_path / "stage") as context:
            bench.ask(context)
    report = read_report(tmp_path / "stage")
    assert report is not None
    assert report.control_set == "own"
    assert len(report.verdicts) == sum(len(control.questions) for control in few)
    with (
        open_context(bench.recipe(None, control_set="judge"), tmp_path / "stage") as context,
        pytest.raises(ConfigError, match="'judge'"),
    ):
        bench.ask(context)


@BENCHES
def test_faults_of_a_server_are_no_verdicts(tmp_path: Path, bench: Bench) -> None:
    faults = [error(429, retry_after="0"), error(503), None, error(500)] * 6
    with ScriptedServer(bench.knows, faults) as server:
        recipe = bench.recipe(server)
        with open_context(recipe, tmp_path / "stage") as context:
            assert bench.ask(context) == bench.verdict
            assert context.stats["unparseable_verdicts"] == 0


@BENCHES
def test_refused_questions_stay_unreadable_and_are_counted(tmp_path: Path, bench: Bench) -> None:
    with ScriptedServer(
        bench.knows, lambda body: error(400, "no") if TEXTS[3] in prompt_of(body) else None
    ) as server:
        recipe = bench.recipe(server)
        with open_context(recipe, tmp_path / "stage") as context:
            verdicts = bench.ask(context)
            votes = bench.questions // len(TEXTS)
            assert context.stats["unparseable_verdicts"] == votes
            assert context.stats["judge_failures"] == 2 * votes
    third = verdicts[TEXTS[3]] if isinstance(verdicts, dict) else verdicts[3]
    assert third in (None, ("unparseable",) * 2)


@BENCHES
def test_an_earlier_configuration_of_the_run_is_remembered(tmp_path: Path, bench: Bench) -> None:
    with ScriptedServer(bench.knows) as server:
        recipe = bench.recipe(server)
        old = tmp_path / "old-1/stage"
        with open_context(recipe, old) as context:
            bench.ask(context)
        before = len(server.requests)
        with Models(recipe) as models:
            journal = tmp_path / "stage/journal/part-00000.jsonl"
            again = Context(recipe, models, journal, earlier=[old])
            assert bench.ask(again) == bench.verdict
            assert again.stats["verdicts_reused"] == bench.questions
            assert again.stats["judge_calls"] == 0
        assert len(server.requests) == before
    assert read_report(tmp_path / "stage") == read_report(old)


KILLED = """
import sys
from pathlib import Path
from sure_math.recipes import load_recipe
from tests.judging.test_asking import SAMENESS, VALIDITY
from tests.one_shard import open_context
bench = {"sameness": SAMENESS, "validity": VALIDITY}[sys.argv[1]]
with open_context(load_recipe(sys.argv[2]), Path(sys.argv[3])) as context:
    bench.ask(context)
"""


@pytest.mark.parametrize("name", ["sameness", "validity"])
def test_killed_in_the_middle(tmp_path: Path, name: str) -> None:
    """The server kills its client while it waits for its sixth verdict."""
    bench = {"sameness": SAMENESS, "validity": VALIDITY}[name]
    victim: list[int] = []

    def deadly(body: Body, index: int) -> str:
        if victim and len(asked(server)) == 6:
            until_journaled(tmp_path / "stage", len(server.requests) - 1)
            os.kill(victim.pop(), signal.SIGKILL)
        return bench.knows(body, index)

    with ScriptedServer(deadly) as server:
        recipe = bench.recipe(server)
        judge = recipe.models.judge.model_copy(update={"concurrency": 1})
        models = recipe.models.model_copy(update={"judge": judge})
        recipe = recipe.model_copy(update={"models": models})
        path = tmp_path / "recipe.yaml"
        path.write_text(json.dumps(recipe.model_dump(mode="json")))
        command = [sys.executable, "-c", KILLED, name, str(path), str(tmp_path / "stage")]
        process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        victim.append(process.pid)
        assert process.wait(timeout=120) == -signal.SIGKILL
        assert len(asked(server)) == 6
        controls = len(server.requests) - 6
        assert controls == bench.controls
        with open_context(recipe, tmp_path / "stage") as context:
            assert bench.ask(context) == bench.verdict
            assert context.stats["judge_calls"] == bench.questions
        counted = Counter(asked(server))
    assert len(counted) == bench.questions
    assert sorted(counted.values())[-2:] == [1, 2]  # only the one that was on its way
    assert len(server.requests) - sum(counted.values()) == bench.controls  # controls only once
