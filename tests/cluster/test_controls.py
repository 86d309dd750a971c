"""Control pairs: what they hold, what they notice, and what happens to a judge that fails."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sure_math.answers.equivalence import equivalent
from sure_math.cluster.controls import (
    FILE,
    MIN_ACCURACY,
    Control,
    ControlReport,
    ControlVerdict,
    load_controls,
    put_controls,
    read_report,
    write_report,
)
from sure_math.cluster.judge import Judge
from sure_math.config import BuiltinModel
from sure_math.errors import BackendUnavailable, ConfigError, JudgeUnfit
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
COUNT = sum(len(control.questions) for control in load_controls("judge"))


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
    controls = load_controls(name)
    asked = [each for control in controls for each in control.questions]
    assert 12 <= len(controls) <= 16
    assert 0.4 <= sum(right for _, right in asked) / len(asked) <= 0.6
    assert len({question for question, _ in asked}) == len(asked)
    for right in (True, False):  # whoever always says the same is below the mark
        assert sum(r is right for _, r in asked) / len(asked) < MIN_ACCURACY - 0.1


@pytest.mark.parametrize("name", ["judge", "builtin"])
def test_equal_answers_are_equal_in_both_orders_and_different_ones_are_never_equal(
    name: str,
) -> None:
    for control in load_controls(name):
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
        assert (report.accuracy, report.yes_rate, report.order_consistency) == (1.0, 0.5, 1.0)
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
    few = load_controls("judge")[:4]
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


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "verdicts of both kinds"),
        ('{"problem": "p", "a": "1", "b": "2", "forward": false, "reverse": false}', "both kinds"),
        ('{"problem": "p", "a": "1", "b": "2", "forward": 1, "reverse": false}', "forward"),
        ('{"problem": "p", "a": "1", "b": "2", "equal": true}', "forward"),
        ("yes", "cannot read"),
    ],
)
def test_bad_control_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "own.jsonl").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_controls(str(tmp_path / "own.jsonl"))


def test_an_unknown_set_is_named() -> None:
    with pytest.raises(ConfigError, match="'jury'"):
        load_controls("jury")


SAID = st.lists(st.sampled_from([True, False, None]), min_size=4, max_size=4)


@given(SAID)
def test_figures(said: list[bool | None]) -> None:
    controls = (
        Control(problem="p", a="1", b="1.0", forward=True, reverse=True),
        Control(problem="p", a="1", b="2", forward=False, reverse=False),
    )
    verdicts = put_controls(controls, lambda asked: dict(zip(asked, said, strict=True)))
    report = ControlReport("key", "judge", "sha", "own", verdicts)
    right = [True, True, False, False]
    assert report.correct == sum(x is y for x, y in zip(said, right, strict=True))
    assert report.unparseable == said.count(None)
    readable = [verdict for verdict in said if verdict is not None]
    assert report.yes_rate == (sum(readable) / len(readable) if readable else None)
    assert (report.complaint is None) == (report.correct >= 3)
    same = [x == y for x, y in (said[:2], said[2:]) if x is not None and y is not None]
    assert report.order_consistency == (sum(same) / len(same) if same else None)
    assert f"{report.correct} of 4" in report.summary()


def test_one_way_pairs_say_nothing_about_order() -> None:
    controls = (Control(problem="p", a="more", b="less", forward=True, reverse=False),)
    right = {question: verdict for control in controls for question, verdict in control.questions}
    verdicts = put_controls(controls, lambda _: dict(right))
    report = ControlReport("key", "judge", "sha", "own", verdicts)
    assert (report.accuracy, report.order_consistency) == (1.0, None)


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    verdict = ControlVerdict("p", "1", "½", right=True, said=None)
    report = ControlReport("key", "judge", "sha", "own", (verdict, verdict))
    write_report(tmp_path, report)
    assert read_report(tmp_path) == report


@pytest.mark.parametrize("text", ["", "[]", "5", '{"verdicts": [5]}', '{"verdicts": []}', "\\x00"])
def test_a_file_that_is_no_report_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert read_report(tmp_path) is None
