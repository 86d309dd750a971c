"""Control pairs: what they hold, and what happens to a judge that fails them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sure_math.answers.equivalence import equivalent
from sure_math.cluster.judge import AnswerPair, Judge
from sure_math.errors import BackendUnavailable, JudgeUnfit
from sure_math.judging.controls import (
    FILE,
    MIN_ACCURACY,
    ControlReport,
    load_controls,
    read_report,
)
from sure_math.model_config import BuiltinModel
from tests.backends.scripted_server import (
    Answer,
    Body,
    ScriptedServer,
    dice,
    error,
    prompt_of,
)
from tests.one_shard import open_context, served
from tests.roles import on_controls

SETS = ("judge", "builtin", "entail")
QUESTION = ("Which animal is it?", "a cat", "a feline")
COUNT = sum(len(control.questions) for control in load_controls("judge", AnswerPair))


def knows(body: Body, _: int) -> str:
    """A good judge, which calls everything equal that it has no control answer for."""
    return "no" if on_controls(prompt_of(body)) is False else "yes"


def ask(folder: Path, server: ScriptedServer, **settings: object) -> dict[str, bool | None]:
    with open_context(served(server, cluster=settings), folder) as context:
        return Judge(context).ask({"p": QUESTION})


def stored(folder: Path) -> ControlReport:
    report = read_report(folder)
    assert report is not None
    return report


@pytest.mark.parametrize("name", SETS)
def test_shipped_sets_are_balanced_and_ask_nothing_twice(name: str) -> None:
    controls = load_controls(name, AnswerPair)
    asked = [each for control in controls for each in control.questions]
    assert 12 <= len(controls) <= 16
    assert 0.4 <= sum(right == ("yes",) for _, right in asked) / len(asked) <= 0.6
    assert len({question for question, _ in asked}) == len(asked)
    for word in ("yes", "no"):  # whoever always says the same is below the mark
        assert sum(right == (word,) for _, right in asked) / len(asked) < MIN_ACCURACY - 0.1


@pytest.mark.parametrize("name", ["judge", "builtin"])
def test_equal_answers_are_equal_in_both_orders_and_different_ones_are_never_equal(
    name: str,
) -> None:
    for control in load_controls(name, AnswerPair):
        assert control.forward is control.reverse
        assert control.forward or not equivalent(control.a, control.b)


def test_the_builtin_judge_passes_the_set_in_its_language(tmp_path: Path) -> None:
    recipe = served(None).model_copy(update={"name": "builtin"})
    assert recipe.models.judge == BuiltinModel(model="judge")
    with open_context(recipe, tmp_path) as context:
        verdicts = Judge(context).ask({"p": ("Find 1/2.", r"\frac{1}{2}", "0.5")})
        assert context.stats["judge_calls"] == 1  # control questions are not the shard's
    assert verdicts == {"p": True}
    report = stored(tmp_path)
    assert (report.judge, report.control_set) == ("builtin/judge", "builtin")
    assert report.accuracy >= 0.9
    assert report.complaint is None


@pytest.mark.parametrize(
    ("respond", "complaint"),
    [
        (lambda *_: "yes", f"said yes to every one of {COUNT} control questions"),
        (lambda *_: "They differ.\nNo.", f"said no to every one of {COUNT} control questions"),
        (lambda *_: "Hard to say.", f"no readable verdict on {COUNT} of {COUNT}"),
        (lambda *_: "", f"no readable verdict on {COUNT} of {COUNT}"),
        (lambda *_: Answer("yes", "length"), f"no readable verdict on {COUNT} of {COUNT}"),
        (lambda *_: "<think>yes or no", f"no readable verdict on {COUNT} of {COUNT}"),
        (lambda body, _: dice(body, 0).choice(["yes", "no"]), "was right on only"),
        (lambda body, _: "no" if on_controls(prompt_of(body)) else "yes", "right on only 0 of"),
    ],
    ids=["yes", "no", "garbage", "empty", "cut off", "endless", "coin", "contrary"],
)
def test_an_unfit_judge_is_stopped_before_the_runs_questions(
    tmp_path: Path, respond: Callable[[Body, int], str], complaint: str
) -> None:
    with ScriptedServer(respond) as server:
        with pytest.raises(JudgeUnfit, match=complaint) as stopped:
            ask(tmp_path, server, retries=0)
        assert len(server.requests) == COUNT
        assert not any("animal" in prompt_of(body) for body in server.bodies)
        with pytest.raises(JudgeUnfit, match=complaint):
            ask(tmp_path, server, retries=0)
        assert len(server.requests) == COUNT  # what it said is known
    assert "cluster.controls=report" in str(stopped.value)
    assert stored(tmp_path).complaint is not None


def test_report_goes_on_with_a_warning_and_asks_no_control_again(tmp_path: Path) -> None:
    with ScriptedServer(lambda *_: "yes") as server:
        with pytest.raises(JudgeUnfit):
            ask(tmp_path, server)
        with pytest.warns(UserWarning, match="said yes to every one"):
            assert ask(tmp_path, server, controls="report") == {"p": True}
        assert len(server.requests) == COUNT + 1


def test_skip_asks_no_controls(tmp_path: Path) -> None:
    with ScriptedServer(lambda *_: "yes") as server:
        assert ask(tmp_path, server, controls="skip") == {"p": True}
        assert len(server.requests) == 1
    assert read_report(tmp_path) is None


def test_a_good_judge_is_asked_its_controls_once(tmp_path: Path) -> None:
    with ScriptedServer(knows) as server:
        assert ask(tmp_path, server) == {"p": True}
        assert len(server.requests) == COUNT + 1
        report = stored(tmp_path)
        assert (report.accuracy, report.rate("yes"), report.order_consistency) == (1.0, 0.5, 1.0)
        figures = json.loads((tmp_path / FILE).read_text())["figures"]
        assert (figures["questions"], figures["complaint"]) == (COUNT, None)
        ask(tmp_path, server)
        assert len(server.requests) == COUNT + 1


@pytest.mark.parametrize("changed", ["model", "prompt", "retries", "pairs"])
def test_another_judge_is_asked_its_controls(tmp_path: Path, changed: str) -> None:
    prompt = tmp_path / "own.md"
    prompt.write_text(
        "Task: judge\nSame?\n<!-- user -->\n"
        "Problem: {{ problem }}\n\nAnswer A: {{ a }}\nAnswer B: {{ b }}"
    )
    pairs = tmp_path / "own.jsonl"
    few = load_controls("judge", AnswerPair)[:4]
    pairs.write_text("".join(control.model_dump_json() + "\n" for control in few))
    settings = {"prompt": str(prompt)} if changed == "prompt" else {}
    settings |= {"retries": 0} if changed == "retries" else {}
    settings |= {"control_set": str(pairs)} if changed == "pairs" else {}
    with ScriptedServer(knows) as server:
        ask(tmp_path, server)
        before = len(server.requests)
        recipe = served(server, cluster=settings)
        if changed == "model":
            judge = recipe.models.judge.model_copy(update={"revision": "2"})
            models = recipe.models.model_copy(update={"judge": judge})
            recipe = recipe.model_copy(update={"models": models})
        with open_context(recipe, tmp_path) as context:
            Judge(context).ask({"p": QUESTION})
        # Same model, prompt and decoding: the journal knows the verdicts, whatever set is asked.
        new = {"model": COUNT + 1, "prompt": COUNT + 1, "retries": 0, "pairs": 0}[changed]
        assert len(server.requests) - before == new
    assert len(stored(tmp_path).verdicts) == (8 if changed == "pairs" else COUNT)


def test_faults_of_a_server_are_no_verdicts(tmp_path: Path) -> None:
    faults = iter([error(429, retry_after="0"), error(500), error(503), None, error(500)] * 4)
    with ScriptedServer(knows, lambda _: next(faults, None)) as server:
        assert ask(tmp_path, server) == {"p": True}
    assert stored(tmp_path).accuracy == 1.0


def test_a_server_that_never_answers_is_no_unfit_judge(tmp_path: Path) -> None:
    with ScriptedServer(knows, lambda _: error(500)) as server:
        recipe = served(server)
        judge = recipe.models.judge.model_copy(update={"give_up_after": 0.5})
        models = recipe.models.model_copy(update={"judge": judge})
        with (
            open_context(recipe.model_copy(update={"models": models}), tmp_path) as context,
            pytest.raises(BackendUnavailable),
        ):
            Judge(context).ask({"p": QUESTION})
    assert read_report(tmp_path) is None


def test_refused_control_questions_count_as_unreadable(tmp_path: Path) -> None:
    faults = [None, *[error(400, "too rude")] * COUNT]
    with (
        ScriptedServer(knows, faults) as server,
        pytest.raises(JudgeUnfit, match=f"no readable verdict on {COUNT - 1} of {COUNT}"),
    ):
        ask(tmp_path, server, retries=0)
