"""A judge for described answers: votes, majority, controls, and what is asked only once."""

from collections import Counter
from pathlib import Path

import pytest

from sure_math.config import Recipe
from sure_math.errors import JudgeUnfit
from sure_math.evaluate.judge import Described, GradedAnswer, GradingJudge, Votes
from sure_math.judging.controls import load_controls, read_report
from tests.backends.scripted_server import Answer, Body, ScriptedServer, dice, prompt_of
from tests.one_shard import open_context, served

CONTROLS = load_controls("grade", GradedAnswer)
ONE = Described("For which $n$ is $n$ even?", "All multiples of 2.", "$n = 2k$ for an integer $k$")
OTHER = Described(ONE.problem, ONE.gold, "For odd $n$.")


def _control(body: Body) -> str | None:
    """The right word on a control question, None for any other."""
    prompt = prompt_of(body)
    for control in CONTROLS:
        if all(text in prompt for text in (control.problem, control.gold, control.answer)):
            return "yes" if control.right else "no"
    return None


def _fair(body: Body, index: int) -> str:
    known = _control(body)
    right = "odd" not in prompt_of(body).partition("<answer>")[2]
    return f"Case by case.\n{known or ('yes' if right else 'no')}"


def _votes(server: ScriptedServer) -> list[Body]:
    return [body for body in server.bodies if _control(body) is None]


def test_five_votes_at_temperature_one_and_one_name(tmp_path: Path) -> None:
    with (
        ScriptedServer(respond=_fair) as server,
        open_context(served(server), tmp_path) as context,
    ):
        judge = GradingJudge(context, votes=5)
        found = judge.vote({"a": ONE, "b": OTHER, "again": ONE})
        assert judge.model == "scripted"
    assert found == {"a": Votes(5, 0, 0), "b": Votes(0, 5, 0), "again": Votes(5, 0, 0)}
    assert found["a"].correct
    assert not found["b"].correct
    asked = _votes(server)
    assert Counter(prompt_of(body) for body in asked).most_common()[0][1] == 5
    assert len({body["seed"] for body in asked}) == len(asked) == 10
    assert {body["temperature"] for body in asked} == {1.0}
    report = read_report(tmp_path)
    assert report is not None
    assert report.accuracy == 1


def test_half_of_the_votes_is_no_majority() -> None:
    assert Votes(3, 2, 0).correct
    assert not Votes(2, 2, 1).correct
    assert not Votes(2, 2, 0).correct
    assert not Votes(2, 1, 2).correct
    assert not Votes(0, 0, 0).correct


def test_votes_that_cannot_be_read_are_asked_again_and_counted(tmp_path: Path) -> None:
    def mumble(body: Body, index: int) -> str | Answer:
        known = _control(body)
        if known is not None:
            return known
        return dice(body, index).choice(["yes", "It depends.", Answer("no", "length")])

    with (
        ScriptedServer(respond=mumble) as server,
        open_context(served(server), tmp_path) as context,
    ):
        found = GradingJudge(context, votes=20).vote({"a": ONE})["a"]
        assert context.stats["unparseable_verdicts"] == found.unreadable
    assert found.yes + found.unreadable == 20
    assert found.no == 0
    assert found.yes > 0
    assert found.unreadable > 0
    assert len(_votes(server)) > 20


def test_what_was_said_is_not_asked_again(tmp_path: Path) -> None:
    with ScriptedServer(respond=_fair) as server:
        for _ in range(2):
            with open_context(served(server), tmp_path) as context:
                found = GradingJudge(context, votes=3).vote({"a": ONE})
                assert found["a"] == Votes(3, 0, 0)
    assert len(server.bodies) == 3 + len(CONTROLS)


def test_a_judge_that_always_agrees_grades_nothing(tmp_path: Path) -> None:
    with (
        ScriptedServer(respond=lambda body, index: "yes") as server,
        open_context(served(server), tmp_path) as context,
        pytest.raises(JudgeUnfit, match="said yes to every one") as caught,
    ):
        GradingJudge(context, votes=5).vote({"a": ONE})
    assert caught.value.hint is not None
    assert "`judge`" in caught.value.hint
    assert len(_votes(server)) == 0


def test_the_builtin_judge_is_no_examiner(tmp_path: Path) -> None:
    """It compares two short answers and knows no other question."""
    with (
        open_context(Recipe(name="test"), tmp_path) as context,
        pytest.raises(JudgeUnfit, match="control questions"),
    ):
        GradingJudge(context, votes=1).vote({"a": ONE})


def test_long_answers_are_shown_from_both_ends(tmp_path: Path) -> None:
    long = Described(ONE.problem, ONE.gold, "begin " + "x" * 50_000 + " end")
    with (
        ScriptedServer(respond=_fair) as server,
        open_context(served(server), tmp_path) as context,
    ):
        GradingJudge(context, votes=1).vote({"a": long})
    (prompt,) = (prompt_of(body) for body in _votes(server))
    assert "begin" in prompt
    assert "end\n</answer>" in prompt
    assert len(prompt) < 11_000


def test_nothing_to_grade_asks_nothing(tmp_path: Path) -> None:
    with (
        ScriptedServer(respond=_fair) as server,
        open_context(served(server), tmp_path) as context,
    ):
        assert GradingJudge(context, votes=5).vote({}) == {}
    assert server.bodies == []


def test_the_controls_have_as_many_right_as_wrong_answers() -> None:
    assert sum(control.right for control in CONTROLS) * 2 == len(CONTROLS)
