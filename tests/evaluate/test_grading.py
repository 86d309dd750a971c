"""Which completions are right: extraction as in annotation, equality by rules."""

from pathlib import Path
from typing import Any

import pytest

from sure_math import schemas
from sure_math.config import Recipe
from sure_math.evaluate.grading import grader_digest, grades_stage
from sure_math.evaluate.suite import Benchmark, Suite
from sure_math.runtime.context import Context, Models
from sure_math.runtime.stage import ShardResult


def graded(
    tmp_path: Path, texts: list[str], gold: str, *, reason: str = "stop", kind: str | None = None
) -> ShardResult:
    grader: Any = "amo" if kind else "symbolic"
    suite = Suite(name="one", benchmarks=(Benchmark(name="b", adapter="table", grader=grader),))
    problem = {"benchmark": "b", "problem_id": "p", "problem": "?", "gold": gold,
               "answer_type": kind, "revision": None}  # fmt: skip
    rows = [
        {"benchmark": "b", "decoding": "d", "problem_id": "p", "sample_index": index,
         "text": text, "finish_reason": reason, "token_count": 3, "logprob": None, "seed": 1}
        for index, text in enumerate(texts)
    ]  # fmt: skip
    inputs = {
        "problems": schemas.BENCHMARK_PROBLEMS.build([problem]),
        "completions": schemas.COMPLETIONS.build(rows),
    }
    stage, recipe = grades_stage(suite), Recipe(name="one")
    with Models(recipe) as models:
        result = stage.run_shard(inputs, Context(recipe, models, tmp_path / "journal/x.jsonl"))
    stage.check(result, inputs, recipe)
    stage.output.build(result.rows)
    return result


@pytest.mark.parametrize(
    ("answer", "gold", "correct"),
    [
        ("7", "7", True),
        ("007", "7", True),
        ("8", "7", False),
        ("0.5", r"\frac{1}{2}", True),
        (r"\frac12", "1/2", True),
        ("x = 5", "5", True),
        (r"5\text{ cm}", "5", True),
        ("2, 1", "1, 2", True),
        (r"\{1, 2\}", "1, 2", True),
        ("1, 2, 3", "1, 2", False),
        (r"(-\infty, 3]", r"x \le 3", True),
        ("[2, 5)", "(2, 5]", False),
        (r"(1, \frac{2}{4})", r"(1, \frac{1}{2})", True),
        (r"2\sqrt{3}", r"\sqrt{12}", True),
        ("30", r"30^\circ", True),
        (r"\text{even}", r"\text{even}", True),
        (r"\text{odd}", r"\text{even}", False),
        ("(x-1)(x+1)", "x^2-1", True),
    ],
)
def test_equality(tmp_path: Path, answer: str, gold: str, correct: bool) -> None:
    (row,) = graded(tmp_path, [rf"So it is \boxed{{{answer}}}."], gold).rows
    assert row["correct"] is correct
    assert (row["answer"], row["extract_status"], row["grader"]) == (answer, "boxed", "symbolic")


def test_only_what_follows_the_thinking_counts(tmp_path: Path) -> None:
    texts = [
        r"<think>\boxed{7}</think> \boxed{8}",
        r"<think>\boxed{8}</think> \boxed{7}",
        r"<think>\boxed{7}",
        "It is 7.",
        "",
    ]
    rows = graded(tmp_path, texts, "7").rows
    assert [row["correct"] for row in rows] == [False, True, False, False, False]
    assert [row["answer"] for row in rows[2:]] == [None] * 3
    assert [row["extract_status"] for row in rows[2:]] == [
        "unclosed_thinking", "no_box", "empty_response"
    ]  # fmt: skip


def test_a_truncated_completion_is_wrong_unless_it_had_answered(tmp_path: Path) -> None:
    texts = [r"We have \boxed{7}. Let us check", r"Thus \boxed{7", "Let us"]
    rows = graded(tmp_path, texts, "7", reason="length").rows
    assert [row["correct"] for row in rows] == [True, False, False]


def test_what_no_rule_grades_is_not_graded_without_a_judge(tmp_path: Path) -> None:
    found = graded(tmp_path, [r"\boxed{Infinitely many}"], "Infinitely many", kind="description")
    assert not found.rows
    assert [(reject.id, reject.reason) for reject in found.rejects] == [("b/d/p:0", "needs_judge")]


def test_amo_s_own_rules(tmp_path: Path) -> None:
    texts = [r"### The final answer is: $\boxed{2.50001}$", "### The final answer is: 2.51"]
    rows = graded(tmp_path, texts, r"\frac{5}{2}", kind="number").rows
    assert [row["correct"] for row in rows] == [True, False]
    assert {row["grader"] for row in rows} == {"amo"}


def test_the_digest_is_that_of_the_code_and_its_libraries() -> None:
    assert grader_digest() == grader_digest()
    assert len(grader_digest()) == 32


@pytest.mark.parametrize("hostile", [r"\boxed{9^{9^{9^{9}}}}", r"\boxed{(10^9)!}", "\\boxed{" * 99])
def test_hostile_answers_are_wrong_and_end(tmp_path: Path, hostile: str) -> None:
    (row,) = graded(tmp_path, [hostile], "7").rows
    assert row["correct"] is False
