"""What a threshold keeps, and how often the majority answer is right among it."""

import numpy as np
import polars as pl
import pytest

from sure_math.publish.pictures.weights import THRESHOLDS, accuracy, kept
from tests.publish.pictures import fabricated


@pytest.mark.parametrize("place", [0, 20, 50, 99, 100])
def test_kept_is_what_a_filter_keeps(place: int) -> None:
    rows = fabricated.problems(400)
    threshold = THRESHOLDS[place]
    found = rows.filter(pl.col("w_se") >= threshold - 1e-9).height
    assert kept(rows["w_se"].to_numpy())[place] == found


def test_a_weight_on_the_threshold_is_kept() -> None:
    found = kept(np.array([0.0, 0.3, 1.0, 1 - 1e-12]))
    assert found.shape == (101,)
    assert [found[place] for place in (0, 1, 30, 31, 100)] == [4, 3, 3, 2, 2]


def test_accuracy_is_that_of_what_is_kept() -> None:
    weights = np.array([0.1, 0.4, 0.6, 0.9])
    found = accuracy(weights, np.array([False, True, False, True]))
    assert [(found[p].count, found[p].total) for p in (0, 30, 50, 95)] == [
        (2, 4), (2, 3), (1, 2), (0, 0)
    ]  # fmt: skip
