"""Table 1 of recorded runs with known answers: every printed figure is computed by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from sure_math.errors import DataError
from sure_math.evaluate.suite import Benchmark, Decoding, Suite
from sure_math.report.document import Document
from sure_math.report.runs import find_runs
from sure_math.report.table1 import table1
from tests.report.by_hand import over_seeds, percent, points
from tests.report.recorded import (
    DATASET,
    STUDENT,
    SUITE,
    TEACHER,
    evaluation,
    first,
    graded,
    recipe,
    trained,
    training,
)

WILSON_7_OF_10 = "70.0 [39.7, 89.2]"


def table(root: Path) -> Document:
    return table1(find_runs(root))


def rates(marks: list[list[bool]]) -> list[float]:
    return [sum(each) / len(each) for each in marks]


def test_one_seed(tmp_path: Path) -> None:
    evaluation(tmp_path / "base", first(2), model=STUDENT)
    evaluation(tmp_path / "teacher", first(9), model=TEACHER)
    trained(tmp_path, recipe("opd"), first(5))
    trained(tmp_path, recipe("uopd"), first(7))
    text = table(tmp_path).render("text")
    assert "Student Qwen/Qwen3-1.7B, teacher Qwen/Qwen3-8B, dataset own/sure-math" in text
    assert f"\nUOPD                     1      {WILSON_7_OF_10} *\n" in text
    assert "20.0 [5.7, 51.0]" in text  # Wilson's for 2 of 10
    assert "90.0 [59.6, 98.2]" in text  # and for 9 of 10
    opd, uopd = rates(first(5)), rates(first(7))
    assert points([uopd], [opd]) in text
    assert points([rates(first(2))], [opd]) in text
    assert [line.split()[0] for line in text.splitlines() if line.endswith("not run")] == [
        "GRPO", "Self-Distilled"
    ]  # fmt: skip
    assert "Rows with one seed: how much another seed would move them is unknown" in text
    assert "Wilson's for one greedy completion" in text


def test_three_seeds_and_two_decodings(tmp_path: Path) -> None:
    suite = Suite(
        name="small",
        benchmarks=(Benchmark(name="Sums", adapter="table"),),
        decodings=(
            Decoding(name="pass@1"), Decoding(name="avg@4", n=4, temperature=1.2, top_p=0.95)
        ),
    )  # fmt: skip
    sampled: dict[tuple[str, int], list[list[bool]]] = {}
    greedy: dict[tuple[str, int], list[list[bool]]] = {}
    for seed in range(3):
        sampled["opd", seed] = graded(4, 3, 2, 1 + seed, samples=4, problems=12)
        sampled["uopd", seed] = graded(4, 4, 3, 2 + seed, 2, 1, samples=4, problems=12)
        greedy["opd", seed], greedy["uopd", seed] = first(5 + seed, 12), first(9 - seed, 12)
    for method, seed in sampled:
        answers = {("Sums", "pass@1"): greedy[method, seed],
                   ("Sums", "avg@4"): sampled[method, seed]}  # fmt: skip
        trained(tmp_path, recipe(method, seed), answers, suite=suite)
    base = {("Sums", "pass@1"): first(1, 12),
            ("Sums", "avg@4"): graded(3, 1, samples=4, problems=12)}  # fmt: skip
    evaluation(tmp_path / "base", base, model=STUDENT, suite=suite)
    text = table(tmp_path).render("text")
    matrices = {
        (method, name): [rates(marks[method, seed]) for seed in range(3)]
        for method in ("opd", "uopd")
        for name, marks in (("pass@1", greedy), ("avg@4", sampled))
    }
    for matrix in matrices.values():
        assert percent(matrix) in text
    for name in ("pass@1", "avg@4"):
        assert points(matrices["uopd", name], matrices["opd", name]) in text
    lone = rates(base["Sums", "avg@4"])
    assert percent([lone]) in text
    assert points([lone] * 3, matrices["opd", "avg@4"]) in text  # the same under every seed
    assert "avg@4: mean of 4 at temperature 1.2, top-p 0.95" in text
    assert "training seeds 0, 1, 2" in " ".join(text.split())


def test_json_has_every_number(tmp_path: Path) -> None:
    marks = {("opd", 0): 4, ("opd", 1): 5, ("uopd", 0): 6, ("uopd", 1): 8}
    for (method, seed), count in marks.items():
        trained(tmp_path, recipe(method, seed), first(count))
    found: dict[str, Any] = json.loads(table(tmp_path).render("json"))
    rows = {each["method"]: each for each in found["blocks"][0]["rows"]}
    matrix = [rates(first(6)), rates(first(8))]
    mean, se, low, high = over_seeds(matrix)
    accuracy = rows["uopd"]["accuracy"]["Sums pass@1"]
    assert accuracy == {
        "mean": pytest.approx(mean, abs=1e-6), "se": pytest.approx(se, abs=1e-6),
        "low": pytest.approx(low, abs=1e-6), "high": pytest.approx(high, abs=1e-6),
        "n": 10, "seeds": 2, "p": None, "interval": "seeds", "seed_names": [0, 1], "best": True,
    }  # fmt: skip
    assert rows["uopd"]["difference"]["Sums pass@1"]["mean"] == pytest.approx(0.25)
    assert rows["grpo"]["accuracy"]["Sums pass@1"] == {"missing": "not run"}
    assert len(rows["uopd"]["folders"]) == 2
    assert found["datasets"][0]["version"] == DATASET["version"]


def test_the_best_is_marked_only_beyond_one_standard_error(tmp_path: Path) -> None:
    evaluation(tmp_path / "teacher", first(10), model=TEACHER)
    trained(tmp_path, recipe("opd"), first(3))
    trained(tmp_path, recipe("uopd"), first(4))  # +10 points, SE of the difference 10 points
    close = table(tmp_path)
    assert " *" not in close.render("text").split("Best of")[0]
    assert "**" not in close.render("markdown")
    trained(tmp_path, recipe("grpo"), first(7))  # +30 points over the next, SE 15.3
    ahead = table(tmp_path).render("markdown")
    assert f"**{WILSON_7_OF_10.replace('*', '')}**" in ahead
    assert ahead.count("**") == 2  # never the teacher, which is not of the student's size


def test_differences_use_the_seeds_that_both_have(tmp_path: Path) -> None:
    for seed in (0, 1):
        trained(tmp_path, recipe("opd", seed), first(4 + seed))
    for seed in (1, 2):
        trained(tmp_path, recipe("uopd", seed), first(7 + seed))
    trained(tmp_path, recipe("grpo", 5), first(6))
    found = json.loads(table(tmp_path).render("json"))
    rows = {each["method"]: each["difference"] for each in found["blocks"][0]["rows"]}
    assert rows["uopd"]["Sums pass@1"]["seed_names"] == [1]
    assert rows["uopd"]["Sums pass@1"]["mean"] == pytest.approx(0.3)  # 8 less 5 of 10
    assert rows["grpo"]["Sums pass@1"] == {"missing": "no common seed"}


def test_remarks_stand_below_the_table(tmp_path: Path) -> None:
    trained(tmp_path, recipe("opd"), first(4))
    labels = {"use": "majority"}
    counts = {"verified": 800, "majority": 7000, "unlabelled": 900, "unreadable": 100}
    record = training(recipe("grpo", labels=labels), counts=counts, rows=7800)
    trained(tmp_path, recipe("grpo", labels=labels), first(5), training=record)
    trained(tmp_path, recipe("sdr", sdr={"teacher": "self"}), first(5), name="self")
    trained(tmp_path, recipe("sdr"), first(6), name="external")
    text = table(tmp_path).render("text")
    assert "\nGRPO † ‡ " in text
    assert "† pseudo-labelled: 7,000 of 7,800 rows take the teacher's majority answer" in text
    assert "‡ trained on 7,800 of 8,800 rows." in text
    assert "Self-Distilled Reasoner (external teacher) §" in text
    assert "§ our re-implementation; teacher: Qwen/Qwen3-8B, shown a reference solution" in text
    assert "Self-Distilled Reasoner (self teacher) ¶" in text
    assert "¶ our re-implementation; teacher: the student itself" in text


def test_pairs_and_datasets_are_blocks_of_their_own(tmp_path: Path) -> None:
    bigger = {"student": {"model": "Qwen/Qwen3-4B"}}
    trained(tmp_path, recipe("opd"), first(4))
    trained(tmp_path, recipe("opd", **bigger), first(5), name="opd-4b")
    evaluation(tmp_path / "base-4b", first(3), model="Qwen/Qwen3-4B")
    evaluation(tmp_path / "teacher", first(9), model=TEACHER)
    record = training(recipe("opd"), dataset={**DATASET, "version": "2.0.0"})
    trained(tmp_path, recipe("opd"), first(6), training=record, name="newer")
    document = table(tmp_path)
    blocks = document.data["blocks"]
    assert len(blocks) == 3
    models = [[Path(f).name for each in block["rows"] for f in each["folders"]] for block in blocks]
    assert sorted(models) == [
        ["base-4b", "teacher", "opd-4b"], ["teacher", "newer"], ["teacher", "opd-0"]
    ]  # fmt: skip


def test_amo_bench_and_its_parser_graded_part_are_two_columns(tmp_path: Path) -> None:
    benchmark = Benchmark(name="AMO-Bench", adapter="amo_bench", grader="amo")
    suite = SUITE.model_copy(update={"benchmarks": (benchmark,)})
    trained(tmp_path, recipe("opd"), {("AMO-Bench", "pass@1"): first(4)}, suite=suite)
    judge = {"backend": "openai", "model": "wise"}
    judged = Suite.model_validate({**suite.model_dump(), "judge": judge})
    answers = {("AMO-Bench", "pass@1"): first(5)}
    trained(tmp_path, recipe("uopd"), answers, suite=judged, judge="wise")
    found = json.loads(table(tmp_path).render("json"))
    rows = {each["method"]: each["accuracy"] for each in found["blocks"][0]["rows"]}
    assert rows["opd"]["AMO-Bench pass@1"] == {"missing": "not run"}
    assert rows["opd"]["AMO-Bench-P pass@1"]["mean"] == pytest.approx(0.4)
    assert rows["uopd"]["AMO-Bench pass@1"]["mean"] == pytest.approx(0.5)
    assert any("judged by wise" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"suite": SUITE.model_copy(update={"max_tokens": 1024})}, "max_tokens = 512 (1024)"),
        ({"identity": {"prompt_sha": "p2"}}, "prompt_sha = p1 (p2)"),
        ({"grader": "g2"}, "grader = g1 (g2)"),
    ],
)
def test_runs_of_different_conditions_are_not_compared(
    change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    trained(tmp_path, recipe("uopd"), first(7))
    trained(tmp_path, recipe("opd"), first(4))
    trained(tmp_path, recipe("grpo"), first(4), **change)
    with pytest.raises(DataError, match="measured under different conditions") as refused:
        table(tmp_path)
    assert f"{words}, in {tmp_path / 'opd-0'} ({tmp_path / 'grpo-0'})" in str(refused.value)
    assert "--only" in str(refused.value.hint)


def test_other_problems_are_other_conditions(tmp_path: Path) -> None:
    trained(tmp_path, recipe("uopd"), first(7))
    trained(tmp_path, recipe("opd"), first(4, problems=9))
    with pytest.raises(DataError, match="Sums pass@1 was measured under different conditions"):
        table(tmp_path)


def test_a_seed_evaluated_twice_is_refused(tmp_path: Path) -> None:
    trained(tmp_path, recipe("opd", 1), first(4), name="once")
    trained(tmp_path, recipe("opd", 1), first(5), name="again")
    with pytest.raises(DataError, match=r"seed 1, was evaluated twice .* with equal settings"):
        table(tmp_path)


def test_data_of_one_name_and_other_content_is_refused(tmp_path: Path) -> None:
    trained(tmp_path, recipe("opd"), first(4))
    record = training(recipe("uopd"), dataset={**DATASET, "sha256": "cd" * 32})
    trained(tmp_path, recipe("uopd"), first(4), training=record)
    with pytest.raises(DataError, match="trained on different data of the same name"):
        table(tmp_path)


def test_variants_of_ablations_are_not_rows(tmp_path: Path) -> None:
    trained(tmp_path, recipe("opd"), first(4))
    trained(tmp_path, recipe("uopd"), first(6))
    trained(tmp_path, recipe("uopd", rollout={"k": 8}), first(8), name="k8")
    trained(tmp_path, recipe("uopd", weighting={"samples": 2}), first(8), name="n2")
    text = table(tmp_path).render("text")
    assert text.count("\nUOPD") == 2  # the accuracy and the difference
    words = " ".join(text.split())  # lines break where the folder's name ends
    assert "k8: another variant of UOPD, rollout.k = 8 (4)" in words
    assert "n2: weights from fewer samples, see ablation-n" in words


def test_a_method_that_differs_in_more_than_the_switch_says_so(tmp_path: Path) -> None:
    for method in ("opd", "uopd"):
        trained(tmp_path, recipe(method), first(4))
    trained(tmp_path, recipe("grpo", optimization={"learning_rate": 1e-5}), first(6))
    text = table(tmp_path).render("text")
    assert "\nGRPO † " in text
    assert "† differs from the other methods in optimization.learning_rate = 1e-05 (3e-06)." in text


def test_models_without_training(tmp_path: Path) -> None:
    evaluation(tmp_path / "a", first(3), model=STUDENT, label="small one")
    evaluation(tmp_path / "b", first(9), model=TEACHER, label="large one")
    text = table(tmp_path).render("text")
    assert "no finished training was evaluated at its end" in text
    assert "\nsmall one" in text
    assert "90.0 [59.6, 98.2]" in text


def test_what_is_not_in_the_table_is_named(tmp_path: Path) -> None:
    trained(tmp_path, recipe("opd"), first(4))
    for step in (10, 20):
        trained(tmp_path, recipe("opd"), first(3), step=step, name=f"step-{step}")
    record = training(recipe("uopd"), finished=False)
    trained(tmp_path, recipe("uopd"), first(4), training=record, name="killed")
    evaluation(tmp_path / "stranger", first(3), model="another/model")
    evaluation(tmp_path / "half", first(3), model=STUDENT, finished=False)
    notes = table(tmp_path).notes
    assert notes[notes.index("Not in this table:") + 1 :] == (
        f"  {tmp_path / 'killed'}: its training is not finished",
        "  checkpoints: 2 evaluations",
        f"  partial, not finished: {tmp_path / 'half'}",
        f"  {tmp_path / 'stranger'}: neither student nor teacher of a recorded training",
    )
