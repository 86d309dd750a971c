"""Table 2: rows by weighting, the filter's threshold with its unit."""

import json
import re
from pathlib import Path

import pytest

from sure_math.errors import DataError
from sure_math.report.runs import find_runs
from sure_math.report.table2 import table2
from tests.report.by_hand import percent, points
from tests.report.recorded import STUDENT, evaluation, first, recipe, trained, training


def test_weightings_side_by_side(tmp_path: Path) -> None:
    counts = {"opd": (4, 5), "uopd": (7, 9), "sampler": (6, 8)}
    for method, right in counts.items():
        for seed, each in enumerate(right):
            trained(tmp_path, recipe(method, seed), first(each))
    nats = {"tau": 0.3, "tau_unit": "nats"}
    kept = recipe("binary", 0, weighting={"tau": 0.3})
    trained(tmp_path, kept, first(5), training=training(kept, rows=5200), name="b")
    trained(tmp_path, recipe("binary", 0, weighting=nats), first(6), name="b-nats")
    document = table2(find_runs(tmp_path))
    labels = [row["label"] for row in document.data["blocks"][0]["rows"]]
    assert labels == [
        "Uniform (w = 1)",
        "Binary filter (H in nats ≤ 0.3)",
        "Binary filter (H/log N ≤ 0.3)",
        "Binary filter (τ = 0.5)",
        "Soft weighting (UOPD)",
        "Prompts drawn by w_se, w = 1",
    ]
    text = document.render("text")

    def matrix(method: str) -> list[list[float]]:
        return [[1.0] * right + [0.0] * (10 - right) for right in counts[method]]

    for method in counts:
        assert percent(matrix(method)) in text
    assert points(matrix("uopd"), matrix("opd")) in text
    assert points(matrix("sampler"), matrix("opd")) in text
    assert "† trained on 5,200 of 8,800 rows." in text
    assert re.search(r"Binary filter \(τ = 0\.5\) +0 +not run", text)


def test_without_uniform_weights_there_is_nothing_to_compare_to(tmp_path: Path) -> None:
    trained(tmp_path, recipe("uopd"), first(7))
    document = table2(find_runs(tmp_path))
    found = json.loads(document.render("json"))["blocks"][0]
    assert found["reference"] is None
    assert found["rows"][0]["accuracy"]["Sums pass@1"] == {"missing": "not run"}
    assert found["rows"][-1]["accuracy"]["Sums pass@1"]["mean"] == pytest.approx(0.7)
    assert "Less" not in document.render("text")


def test_nothing_trained_is_no_table(tmp_path: Path) -> None:
    evaluation(tmp_path / "base", first(3), model=STUDENT)
    with pytest.raises(DataError, match="no finished training below"):
        table2(find_runs(tmp_path))
