"""How the uncertainty is spread, by tier."""

import math

import pytest

from sure_math.publish.spread import spread
from tests.publish.pictures import fabricated


def test_figures_by_tier_and_of_all() -> None:
    rows = fabricated.problems(400, ("easy", "hard"))
    found = spread(rows)
    assert [row["tier"] for row in found["rows"]] == ["easy", "hard", "all"]
    assert found["all"] == found["rows"][-1]
    assert found["highest"] == pytest.approx(math.log(fabricated.SAMPLES))
    for row in found["rows"]:
        mine = rows if row["tier"] == "all" else rows.filter(tier=row["tier"])
        entropy = mine["semantic_entropy"]
        assert row["problems"] == mine.height
        assert row["unanimous"] == pytest.approx((entropy < 1e-9).mean())
        assert row["median"] == pytest.approx(entropy.median())
        assert (row["low"], row["high"]) == pytest.approx(
            (entropy.quantile(0.25, "linear"), entropy.quantile(0.75, "linear"))
        )
        assert row["highest"] == entropy.max()
        assert row["weight"] == pytest.approx(mine["w_se"].mean())
