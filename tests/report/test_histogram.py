"""The distribution of semantic entropy of a dataset with known entropies."""

import json
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sure_math.errors import DataError
from sure_math.report.dataset import Dataset
from sure_math.report.document import write
from sure_math.report.histogram import histogram

LOG_8 = math.log(8)
SEVEN_ONE = -(7 / 8 * math.log(7 / 8) + 1 / 8 * math.log(1 / 8))


def dataset(entropies: list[float], **columns: Any) -> Dataset:
    rows = len(entropies)
    given = {
        "tier": ["easy" if n % 2 else "hard" for n in range(rows)],
        "curated": [n < 2 for n in range(rows)],
        "semantic_entropy": entropies,
        "discrete_entropy": entropies,
        "n_samples": [8] * rows,
        "w_se": [1 - entropy / LOG_8 for entropy in entropies],
        "teacher": ["wise"] * rows,
        "logprobs_mode": ["raw_logprobs"] * rows,
        **columns,
    }
    problems = pa.table({name: values for name, values in given.items() if values is not None})
    return Dataset("release small", problems, pa.table({}))


def figures(found: Dataset) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(histogram(found).render("json"))
    return content


def test_shares_by_group() -> None:
    found = figures(dataset([0.0, SEVEN_ONE, 0.5 * LOG_8, LOG_8]))
    everything = found["groups"]["all"]
    assert everything == {
        "problems": 4,
        "unanimous": 0.25,
        "median": pytest.approx((SEVEN_ONE + 0.5 * LOG_8) / 2, abs=1e-6),
        "mean": pytest.approx((SEVEN_ONE + 1.5 * LOG_8) / 4, abs=1e-6),
        "all_different": 0.25,
        "mean_weight": pytest.approx(1 - (SEVEN_ONE / LOG_8 + 1.5) / 4, abs=1e-6),
        "kept_at_0.3": 0.5,
        "kept_at_0.5": 0.75,  # exactly at tau counts
    }
    assert list(found["groups"]) == ["all", "easy", "hard", "curated", "evolved"]
    assert found["groups"]["curated"]["unanimous"] == 0.5
    assert sum(found["bins"]["counts"]["all"]) == 4


def test_levels_of_eight_responses() -> None:
    levels = figures(dataset([0.0, 0.0, SEVEN_ONE, LOG_8]))["levels"]
    assert len(levels) == 21
    assert {level["splits"][0]: level["problems"] for level in levels if level["problems"]} == {
        "8": 2, "7/1": 1, "1/1/1/1/1/1/1/1": 1
    }  # fmt: skip


def test_levels_need_one_small_n() -> None:
    assert figures(dataset([0.0, 0.1], n_samples=[8, 16]))["levels"] == []
    assert figures(dataset([0.0, 0.1], n_samples=[64, 64]))["levels"] == []


def test_text_and_picture(tmp_path: Path) -> None:
    document = histogram(dataset([0.0, SEVEN_ONE, 1.0, LOG_8], logprobs_mode=["none"] * 4))
    text = document.render("text")
    assert "The 21 levels of discrete entropy with N = 8" in text
    assert "4 problems have no log-probabilities: their entropy is discrete." in text
    assert "teacher wise, N = 8" in text
    written = write(document, tmp_path)
    assert written[-1] == tmp_path / "se-histogram.png"
    assert written[-1].stat().st_size > 10_000


def test_other_datasets_are_refused() -> None:
    with pytest.raises(DataError, match="has no column tier, w_se"):
        histogram(dataset([0.0], tier=None, w_se=None))
    with pytest.raises(DataError, match="has no rows"):
        histogram(dataset([]))
