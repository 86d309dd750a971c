"""Reading evaluations: pass rates per problem, and the two numbers of AMO-Bench."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sure_math.errors import DataError, StageError
from sure_math.evaluate.judge import GradedAnswer
from sure_math.evaluate.plan import new_plan
from sure_math.evaluate.results import Results, read_results
from sure_math.evaluate.run import evaluate, regrade
from sure_math.evaluate.subject import subject
from sure_math.judging.controls import load_controls
from sure_math.model_config import OpenAIModel
from sure_math.prompts import load_prompt
from tests.backends.scripted_server import Answer, Body, ScriptedServer, prompt_of
from tests.evaluate.asking import DECODINGS, respond, small_suite


def evaluated(folder: Path, out: str = "out", **settings: Any) -> Results:
    with ScriptedServer(respond) as server:
        plan = new_plan(
            small_suite(folder, **settings), subject(f"openai:scripted@{server.base_url}")
        )
        results = evaluate(plan, folder / out)
    assert results is not None
    return results


def test_rates(tmp_path: Path) -> None:
    rates = evaluated(tmp_path).rates
    assert rates.columns == [
        "benchmark", "decoding", "problem_id", "n", "correct", "unanswered", "truncated", "failed",
        "tokens",
    ]  # fmt: skip
    assert rates.filter(decoding="avg@4")["n"].to_list() == [4] * 6
    assert rates.filter(decoding="pass@1")["n"].to_list() == [1] * 6
    assert (rates["correct"] <= rates["n"]).all()
    assert rates["correct"].sum() > 0
    assert rates["truncated"].sum() == rates["unanswered"].sum() == 0
    first, second = (rates.filter(decoding=each["name"])["problem_id"] for each in DECODINGS)
    assert first.to_list() == second.to_list()


def test_cut_off_completions(tmp_path: Path) -> None:
    rates = evaluated(tmp_path, max_tokens=2).rates
    assert rates["truncated"].to_list() == rates["n"].to_list()
    assert rates["unanswered"].to_list() == rates["n"].to_list()
    assert rates["tokens"].to_list() == [2.0] * 12


def amo(folder: Path) -> list[dict[str, Any]]:
    folder.mkdir()
    rows = [
        {"question_id": 1, "prompt": "What is 3 + 4 in numbers?", "answer": r"\boxed{7}",
         "answer_type": "number"},
        {"question_id": 2, "prompt": "What is 5 + 6 in words of wisdom?", "answer": "much",
         "answer_type": "description"},
    ]  # fmt: skip
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return [{"name": "AMO-Bench", "adapter": "amo_bench", "path": str(folder), "grader": "amo"}]


def test_described_answers_belong_to_no_number_without_a_judge(tmp_path: Path) -> None:
    results = evaluated(tmp_path, benchmarks=amo(tmp_path / "amo"))
    assert set(results.rates["benchmark"]) == {"AMO-Bench-P"}
    assert results.rates["problem_id"].str.ends_with(":1").all()
    assert results.meta["problems"] == {"AMO-Bench-P": 1}
    assert results.meta["judge"] is None


def test_what_is_no_evaluation(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no evaluation"):
        read_results(tmp_path)
    (tmp_path / "evaluation.json").write_text("{")
    with pytest.raises(DataError, match="is not JSON"):
        read_results(tmp_path)
    (tmp_path / "evaluation.json").write_text("[]")
    with pytest.raises(DataError, match="not the record"):
        read_results(tmp_path)


def test_a_damaged_file_is_noticed(tmp_path: Path) -> None:
    folder = evaluated(tmp_path).folder
    part = folder / "grades/part-00001.parquet"
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(StageError, match="is damaged"):
        read_results(folder)


@pytest.mark.parametrize("stage", ["problems", "completions", "grades"])
def test_a_lost_file_is_no_wrong_answer(tmp_path: Path, stage: str) -> None:
    folder = evaluated(tmp_path).folder
    (folder / stage / "part-00001.parquet").unlink()
    with pytest.raises(DataError, match=rf"finished but lacks {stage}/part-00001\.parquet"):
        read_results(folder)


def test_a_problem_s_rate_is_that_of_its_grades(tmp_path: Path) -> None:
    results = evaluated(tmp_path)
    grades = pl.read_parquet(tmp_path / "out/grades/*.parquet")
    by_hand = grades.group_by("decoding", "problem_id").agg(pl.col("correct").sum().cast(pl.Int64))
    joined = results.rates.join(by_hand, on=["decoding", "problem_id"])
    assert joined.height == 12
    assert joined["correct"].cast(pl.Int64).to_list() == joined["correct_right"].to_list()


def judging(body: Body, index: int) -> Answer:
    """Also grades: the control answers by heart, the others by the word `much`."""
    if body["messages"][0]["content"].splitlines()[0] != "Task: judge grade":
        return respond(body, index) if "wisdom" not in prompt_of(body) else Answer(r"\boxed{much}")
    known = {
        load_prompt("grade")
        .messages(**dict(zip(("problem", "gold", "answer"), question, strict=False)))[1]
        .content: right
        for control in load_controls("grade", GradedAnswer)
        for question, (right, *_) in control.questions
    }
    return Answer(known.get(prompt_of(body), "yes" if "much" in prompt_of(body) else "no"))


def test_a_judge_makes_a_second_number_and_its_words_are_not_paid_twice(tmp_path: Path) -> None:
    with ScriptedServer(judging) as server:
        model = f"openai:scripted@{server.base_url}"
        suite = small_suite(tmp_path, benchmarks=amo(tmp_path / "amo"))
        plan = new_plan(suite, subject(model))
        first = evaluate(plan, tmp_path / "out")
        sampled = len(server.requests)
        judge = OpenAIModel(model="scripted", base_url=server.base_url)
        plan = replace(plan, suite=suite.model_copy(update={"judge": judge, "judge_votes": 3}))
        results = regrade(plan, tmp_path / "out")
        asked = len(server.requests) - sampled
        assert asked > 3
        regrade(plan, tmp_path / "out")
        assert len(server.requests) == sampled + asked
    assert first is not None
    assert results is not None
    assert results.meta["problems"] == {"AMO-Bench-P": 1, "AMO-Bench": 2}
    assert results.meta["judge"] == "scripted"
    by_rules = results.rates.filter(benchmark="AMO-Bench-P")
    assert by_rules.equals(first.rates)
    described = results.rates.filter(benchmark="AMO-Bench").filter(
        pl.col("problem_id").str.ends_with(":2")
    )
    assert described["correct"].to_list() == [1, 4]
