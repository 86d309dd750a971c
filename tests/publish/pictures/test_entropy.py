"""The numbers behind the histogram of semantic entropy."""

import math

import polars as pl
import pytest

from sure_math.publish.pictures.entropy import BINS, entropy_histogram
from tests.publish.pictures import fabricated


def test_every_problem_is_counted_once() -> None:
    rows = fabricated.problems(500)
    table = entropy_histogram(rows)
    assert table["tier"].to_list() == ["easy", "medium", "hard", "competition"]
    for row in table.to_dicts():
        mine = rows.filter(tier=row["tier"])["semantic_entropy"]
        zero = (mine < 1e-9).sum()
        assert len(row["counts"]) == BINS
        assert sum(row["counts"]) + zero == row["problems"] == mine.len()
        assert row["unanimous"] == pytest.approx(zero / mine.len())
        assert row["median"] == pytest.approx(mine.median())


def test_the_bins_reach_from_0_to_log_n() -> None:
    rows = fabricated.problems(3, ("hard",)).with_columns(
        semantic_entropy=pl.Series([1e-12, 1e-6, math.log(fabricated.SAMPLES) + 1e-12])
    )
    (row,) = entropy_histogram(rows).to_dicts()
    assert row["counts"] == [1, *[0] * (BINS - 2), 1]
    assert row["unanimous"] == pytest.approx(1 / 3)
