"""Examples: the most and the least certain rows, and what two students answered."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sure_math.errors import DataError
from sure_math.report.dataset import Dataset
from sure_math.report.qualitative import examples
from sure_math.report.runs import find_runs
from tests.report.recorded import evaluation, recipe, trained

PROBLEM = {
    "problem": "What is 1 + 1?", "tier": "easy", "answer": "2", "w_se": 1.0, "n_samples": 4,
    "n_answered": 4, "majority_answer": "2", "teacher": "wise",
    "clusters": [{"answer": "2", "count": 4, "prob": 1.0}],
}  # fmt: skip


def dataset(*rows: dict[str, Any]) -> Dataset:
    return Dataset("release small", pa.Table.from_pylist([{**PROBLEM, **row} for row in rows]),
                   pa.table({}))  # fmt: skip


ROWS = (
    {"problem_id": "b", "semantic_entropy": 0.0},
    {"problem_id": "a", "semantic_entropy": 0.0, "problem": "Sure?"},
    {
        "problem_id": "Sums-002", "semantic_entropy": 1.2, "w_se": 0.1, "n_answered": 3,
        "problem": "Unsure?", "answer": None, "majority_answer": None,
        "clusters": [
            {"answer": "5", "count": 1, "prob": 0.2}, {"answer": "7", "count": 2, "prob": 0.5}
        ],
    },
    {"problem_id": "c", "semantic_entropy": 0.7, "problem": "Between?"},
)  # fmt: skip


def test_the_ends_of_the_distribution() -> None:
    document = examples(dataset(*ROWS), None, count=1, why_none="no recorded runs: none at all")
    assert [row["problem_id"] for row in document.data["low"]] == ["a"]  # ties by id
    assert [row["problem_id"] for row in document.data["high"]] == ["Sums-002"]
    text = document.render("text")
    assert "1. Sure?" in text
    assert "answered: 7 (×2, p = 0.50), 5 (×1, p = 0.20); no answer ×1" in text
    assert "verified answer: none" in text
    assert "Between?" not in text
    assert "Nothing to show: no recorded runs: none at all." in text
    assert document.data["students"] == []


def marks(*right: int) -> list[list[bool]]:
    return [[number in right] for number in range(6)]


def test_what_the_students_answered(tmp_path: Path) -> None:
    trained(tmp_path, recipe("opd", 1), marks(0, 1))
    trained(tmp_path, recipe("uopd", 1), marks(1, 2, 4))
    trained(tmp_path, recipe("uopd", 0), marks(5))  # a seed that only one of them has
    document = examples(dataset(*ROWS), find_runs(tmp_path), count=1)
    (duel,) = document.data["students"]
    assert duel["seed"] == 1
    assert duel["counts"] == {"only UOPD": 2, "only Standard OPD": 1, "both": 1, "neither": 2}
    assert [each["problem_id"] for each in duel["won"]] == ["Sums-002"]  # the teacher was unsure
    assert [each["problem_id"] for each in duel["lost"]] == ["Sums-000"]
    text = document.render("text")
    assert "Right: only UOPD 2, only Standard OPD 1, both 1, neither 2." in text
    assert "Standard OPD: 3 (wrong): ... So it is \\boxed{3}." in text
    assert "UOPD: 2 (right): ... So it is \\boxed{2}." in text
    assert "teacher: H = 1.200 nats" in text


def test_students_that_cannot_be_compared(tmp_path: Path) -> None:
    trained(tmp_path, recipe("opd", 1), marks(0))
    evaluation(tmp_path / "other", marks(0), model="other")
    text = examples(dataset(*ROWS), find_runs(tmp_path)).render("text")
    assert "Nothing to show: no Standard OPD and UOPD run of one seed" in text


def test_a_dataset_without_clusters_is_refused() -> None:
    bare = dataset(*ROWS).problems.drop_columns("clusters")
    with pytest.raises(DataError, match="has no column clusters"):
        examples(Dataset("x", bare, pa.table({})), None)
