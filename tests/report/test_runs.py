"""Evaluations are found below a folder; what is no run for the tables is named."""

import json
from pathlib import Path

import pytest

from sure_math.errors import DataError
from sure_math.evaluate.suite import Benchmark, Decoding, Suite
from sure_math.report.runs import Column, find_runs
from tests.report.recorded import STEPS, STUDENT, SUITE, evaluation, first, recipe, trained


def test_a_run_knows_its_rates_its_training_and_its_conditions(tmp_path: Path) -> None:
    trained(tmp_path / "evaluations", recipe("uopd", 3), first(7))
    (run,) = find_runs(tmp_path).runs
    assert (run.label, run.engine, run.step) == ("uopd-3", "vllm 0.22.0", STEPS)
    assert run.recipe is not None
    assert (run.recipe.method, run.recipe.seed, run.final) == ("uopd", 3, True)
    measured = run.columns[Column("Sums", "pass@1")]
    assert [measured.rates[f"Sums-00{n}"] for n in range(10)] == [1] * 7 + [0] * 3
    assert (measured.samples, measured.failed) == (1, 0)
    assert measured.setting["max_tokens"] == 512


def test_completions_that_never_came_count_as_wrong(tmp_path: Path) -> None:
    suite = SUITE.model_copy(update={"decodings": (Decoding(name="avg@4", n=4, temperature=1.0),)})
    evaluation(tmp_path / "a", {("Sums", "avg@4"): [[True] * 3, [True] * 4]}, suite=suite)
    (run,) = find_runs(tmp_path).runs
    measured = run.columns[Column("Sums", "avg@4")]
    assert dict(measured.rates) == {"Sums-000": 0.75, "Sums-001": 1.0}
    assert measured.failed == 1


def test_checkpoints_and_unfinished_trainings_are_no_final_models(tmp_path: Path) -> None:
    from tests.report.recorded import training

    trained(tmp_path, recipe(seed=0), first(7), step=10, name="early")
    record = training(recipe(seed=1), finished=False)
    trained(tmp_path, recipe(seed=1), first(7), training=record, name="killed")
    evaluation(tmp_path / "base", first(2), model=STUDENT)
    assert {run.label: run.final for run in find_runs(tmp_path).runs} == {
        "base": True, "early": False, "killed": False
    }  # fmt: skip


def test_what_is_not_finished_is_named_and_not_read(tmp_path: Path) -> None:
    evaluation(tmp_path / "done", first(7), model=STUDENT)
    evaluation(tmp_path / "half", first(7), model=STUDENT, finished=False)
    found = find_runs(tmp_path)
    assert [run.label for run in found.runs] == ["done"]
    assert found.left_out == (f"partial, not finished: {tmp_path / 'half'}",)


def test_one_suite_is_taken_and_the_others_are_named(tmp_path: Path) -> None:
    curve = SUITE.model_copy(update={"name": "curve"})
    trained(tmp_path, recipe(seed=0), first(7))
    evaluation(tmp_path / "base", first(2), model=STUDENT)
    for step in (10, 20, 30, STEPS):
        trained(tmp_path, recipe(seed=0), first(5), step=step, suite=curve, name=f"step-{step}")
    found = find_runs(tmp_path)
    assert (found.suite, len(found.runs)) == ("small", 2)
    assert found.left_out == ("suite curve: 4 evaluations",)
    assert find_runs(tmp_path, curve=True).suite == "curve"
    assert len(find_runs(tmp_path, suite="curve").runs) == 4
    with pytest.raises(DataError, match="suite 'none'; there is: curve, small"):
        find_runs(tmp_path, suite="none")


def test_the_end_of_a_training_counts_once(tmp_path: Path) -> None:
    trained(tmp_path, recipe(seed=0), first(7), name="end")
    trained(tmp_path, recipe(seed=0), first(7), name="step-40")
    trained(tmp_path, recipe(seed=0), first(6), name="other")
    found = find_runs(tmp_path)
    assert [run.folder.name for run in found.runs] == ["end", "other"]
    assert found.left_out == (f"the same once more: {tmp_path / 'step-40'}",)


def test_patterns_choose_evaluations(tmp_path: Path) -> None:
    for name in ("long/opd", "long/uopd", "short/opd"):
        evaluation(tmp_path / name, first(1), model=STUDENT)
    found = find_runs(tmp_path, only=["long/*"]).runs
    assert [run.folder.relative_to(tmp_path).as_posix() for run in found] == [
        "long/opd", "long/uopd"
    ]  # fmt: skip
    with pytest.raises(DataError, match=r"no evaluations that match none\* below"):
        find_runs(tmp_path, only=["none*"])


def test_nothing_found_says_where_it_looked_and_what_makes_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError, match="no evaluations below") as empty:
        find_runs(tmp_path)
    assert "sure-math evaluate --model" in str(empty.value.hint)
    with pytest.raises(DataError, match="there is no folder"):
        find_runs(tmp_path / "nowhere")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"neither \./experiments nor \./evaluations"):
        find_runs(None)
    evaluation(tmp_path / "evaluations" / "base", first(2), model=STUDENT)
    assert find_runs(None).root == Path("evaluations")
    evaluation(tmp_path / "experiments" / "x" / "base", first(2), model=STUDENT, finished=False)
    with pytest.raises(DataError, match="no finished evaluations below experiments"):
        find_runs(None)


def test_a_record_of_another_kind_is_refused(tmp_path: Path) -> None:
    folder = evaluation(tmp_path / "a", first(2), model=STUDENT)
    meta = json.loads((folder / "evaluation.json").read_text())
    del meta["label"]
    (folder / "evaluation.json").write_text(json.dumps(meta))
    with pytest.raises(DataError, match="not what `sure-math evaluate` writes"):
        find_runs(tmp_path)


def test_conditions_follow_the_problems_and_their_answers(tmp_path: Path) -> None:
    evaluation(tmp_path / "a", first(2), model=STUDENT)
    evaluation(tmp_path / "b", first(2, problems=9), model=STUDENT)
    evaluation(tmp_path / "c", first(5), model=STUDENT)
    settings = [run.columns[Column("Sums", "pass@1")].setting for run in find_runs(tmp_path).runs]
    assert settings[0] == settings[2]
    assert settings[0]["problems"] != settings[1]["problems"]


def test_the_judge_is_a_condition_of_what_it_judged_only(tmp_path: Path) -> None:
    suite = Suite(
        name="small",
        benchmarks=(
            Benchmark(name="AMO-Bench", adapter="amo_bench", grader="amo"),
            Benchmark(name="Sums", adapter="table"),
        ),
        decodings=(Decoding(name="pass@1"),),
        judge={"backend": "openai", "model": "wise"},  # type: ignore[arg-type]
    )
    answers = {("AMO-Bench", "pass@1"): first(3), ("Sums", "pass@1"): first(4)}
    evaluation(tmp_path / "a", answers, suite=suite, judge="wise")
    (run,) = find_runs(tmp_path).runs
    judges = {str(column): each.setting["judge"] for column, each in run.columns.items()}
    assert judges == {
        "AMO-Bench-P pass@1": None, "AMO-Bench pass@1": "wise", "Sums pass@1": None
    }  # fmt: skip
