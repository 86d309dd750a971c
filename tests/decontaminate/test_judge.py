"""Asking whether two texts state the same problem."""

import json
from pathlib import Path

import pytest

from sure_math.decontaminate.judge import ProblemPair, SameProblemJudge, judge_content
from sure_math.errors import JudgeUnfit
from sure_math.judging.controls import load_controls, read_report
from tests.backends.scripted_server import Body, Respond, ScriptedServer, prompt_of
from tests.one_shard import open_context, served
from tests.roles import respond

SHORT, LONG = "Add 2 and 3.", "What is the sum of the numbers two and three?"


def ask(
    folder: Path, answer: Respond, questions: list[tuple[str, str]], **settings: object
) -> tuple[list[bool | None], dict[str, int], list[Body]]:
    """Verdicts, counters, and what the server was asked."""
    settings = {"judge": True, "controls": "skip", **settings}
    with ScriptedServer(answer) as server:
        recipe = served(server, decontaminate=settings)
        with open_context(recipe, folder) as context:
            verdicts = SameProblemJudge(context).ask(questions)
            return verdicts, dict(context.stats), server.bodies


def test_each_order_is_a_question_of_its_own(tmp_path: Path) -> None:
    def biased(body: Body, _: int) -> str:
        return "yes" if prompt_of(body).startswith(f"<first>\n{SHORT}") else "They differ.\nno"

    orders = [(SHORT, LONG), (LONG, SHORT)]
    verdicts, stats, bodies = ask(tmp_path, biased, orders)
    assert verdicts == [True, False]
    assert {prompt_of(body) for body in bodies} == {
        f"<first>\n{first}\n</first>\n\n<second>\n{second}\n</second>" for first, second in orders
    }
    assert stats["judge_calls"] == 2
    assert {body["temperature"] for body in bodies} == {0.0}


def test_one_verdict_for_each_question_in_order(tmp_path: Path) -> None:
    def same_length(body: Body, _: int) -> str:
        _, first, _, _, _, second, _ = prompt_of(body).split("\n")
        return "yes" if len(first) == len(second) else "no"

    questions = [("ab", "cd"), ("ab", "c"), ("ab", "cd"), ("x", "y")]
    verdicts, _, bodies = ask(tmp_path, same_length, questions)
    assert verdicts == [True, False, True, True]
    assert len(bodies) == 3
    assert ask(tmp_path, same_length, [])[::2] == ([], [])


def test_what_cannot_be_read_is_asked_again_and_then_none(tmp_path: Path) -> None:
    def vague(body: Body, _: int) -> str:
        return "yes" if body["temperature"] and SHORT in prompt_of(body) else "Hard to say."

    questions = [(SHORT, LONG), ("Find 5.", "Find 6.")]
    verdicts, stats, bodies = ask(tmp_path, vague, questions)
    assert verdicts == [True, None]
    assert (stats["judge_calls"], stats["unparseable_verdicts"]) == (len(bodies), 1) == (4, 1)
    verdicts, _, _ = ask(tmp_path / "once", vague, questions, retries=0)
    assert verdicts == [None, None]


def test_the_shipped_pairs_are_balanced() -> None:
    pairs = load_controls("same_problem", ProblemPair)
    assert 12 <= len(pairs) <= 16
    assert sum(pair.same for pair in pairs) == len(pairs) / 2
    texts = [text for pair in pairs for text in (pair.first, pair.second)]
    assert len(set(texts)) == len(texts)


def test_a_good_judge_passes_in_both_orders(tmp_path: Path) -> None:
    verdicts, stats, bodies = ask(tmp_path, respond, [(SHORT, LONG)], controls="require")
    assert verdicts == [False]
    report = read_report(tmp_path)
    assert report is not None
    assert (report.accuracy, report.order_consistency, report.rate("yes")) == (1.0, 1.0, 0.5)
    assert (len(bodies), stats["judge_calls"]) == (len(report.verdicts) + 1, 1)


def test_a_judge_that_looks_at_the_numbers_only_is_not_good_enough(tmp_path: Path) -> None:
    def only_numbers(body: Body, _: int) -> str:
        first, second = prompt_of(body).split("</first>")
        digits = [sorted(filter(str.isdigit, text)) for text in (first, second)]
        return "yes" if digits[0] == digits[1] else "no"

    with pytest.raises(JudgeUnfit, match="was right on only"):
        ask(tmp_path, only_numbers, [(SHORT, LONG)], controls="require")


def test_what_decides_the_verdicts(tmp_path: Path) -> None:
    own = tmp_path / "own.md"
    own.write_text("Task: judge sameness\n<!-- user -->\n{{ first }} {{ second }}")
    assert judge_content(served(None)) == {}
    contents = [
        judge_content(served(None, decontaminate={"judge": True, **settings}))
        for settings in ({}, {"retries": 4}, {"max_tokens": 9}, {"prompt": str(own)})
    ]
    assert len({json.dumps(content) for content in contents}) == 4
    same = served(None, decontaminate={"judge": True, "controls": "skip"})
    assert judge_content(same) == contents[0]
