"""How uncertain the teacher is: semantic entropy by tier."""

import math
from pathlib import Path

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from sure_math.config import TIERS
from sure_math.drawing import GREY, TIER_COLOURS, canvas

BINS = 32
ZERO = 1e-9
"""Nats below which all responses mean the same."""


def entropy_histogram(problems: pl.DataFrame) -> pl.DataFrame:
    """Columns tier, problems, median (nats), unanimous (share with entropy 0) and `counts`: the
    other problems in `BINS` equal bins from 0 to the highest entropy there can be, log N."""
    highest = highest_entropy(problems)
    rows = []
    for tier in present_tiers(problems):
        values = problems.filter(tier=tier)["semantic_entropy"].to_numpy()
        others = values[values > ZERO]
        counts, _ = np.histogram(np.minimum(others, highest), bins=BINS, range=(0, highest))
        rows.append(
            {
                "tier": tier,
                "problems": len(values),
                "median": float(np.median(values)),
                "unanimous": 1 - len(others) / len(values),
                "counts": counts.tolist(),
            }
        )
    return pl.DataFrame(rows)


def present_tiers(problems: pl.DataFrame) -> list[str]:
    """The tiers that have problems, easy first."""
    found = set(problems["tier"])
    return [tier for tier in TIERS if tier in found]


def highest_entropy(problems: pl.DataFrame) -> float:
    """log N, in nats."""
    return math.log(int(problems["n_samples"].max()))  # type: ignore[arg-type]


def draw_entropy(path: Path, problems: pl.DataFrame) -> str:
    """Draw one row per tier and return what the picture shows, in words."""
    table = entropy_histogram(problems)
    with canvas(path, 7, 0.9 + 0.82 * table.height) as figure:
        grid = figure.subplots(table.height, 2, sharex="col", squeeze=False, width_ratios=[1, 4.2])
        shares = [max(row["counts"]) / row["problems"] for row in table.to_dicts()]
        top = 135 * max(shares) or 1.0  # with room for a line of text above the bars
        for (left, right), row in zip(grid, table.to_dicts(), strict=True):
            _unanimous(left, row["tier"], row["problems"], 100 * row["unanimous"])
            _others(right, row, highest_entropy(problems), top)
        grid[0, 0].set_title("entropy 0 (%)")
        grid[0, 1].set_title("entropy above 0: problems per bin (% of the tier)")
        grid[-1, 1].set_xlabel("semantic entropy (nats), up to log N: no two responses agree")
    return "; ".join(
        f"{row['tier']}: {100 * row['unanimous']:.0f} % at 0, median {row['median']:.2f} nats"
        for row in table.to_dicts()
    )


def _unanimous(panel: Axes, tier: str, problems: int, share: float) -> None:
    panel.barh([0], [100], color="#F0F0F0", height=0.5)
    panel.barh([0], [share], color=TIER_COLOURS[tier], height=0.5)
    panel.text(103, 0, f"{share:.0f}", va="center")
    panel.set(xlim=(0, 125), ylim=(-0.6, 0.6), yticks=[0], xticks=[])
    panel.set_yticklabels([f"{tier}\n{problems:,}"])
    panel.spines[["left", "bottom"]].set_visible(False)
    panel.tick_params(left=False)


def _others(panel: Axes, row: dict[str, object], highest: float, top: float) -> None:
    counts = np.array(row["counts"])
    width = highest / BINS
    panel.bar(
        (np.arange(BINS) + 0.5) * width,
        100 * counts / float(row["problems"]),  # type: ignore[arg-type]
        width=0.9 * width,
        color=TIER_COLOURS[str(row["tier"])],
    )
    median = float(row["median"])  # type: ignore[arg-type]
    panel.axvline(median, color=GREY, linestyle="--", linewidth=1)
    left = median > 0.8 * highest  # there is no room on the right
    panel.annotate(
        f"median {median:.2f}", (median, top), xytext=(-4 if left else 4, 0),
        textcoords="offset points", va="top", ha="right" if left else "left", fontsize=8,
    )  # fmt: skip
    panel.set(xlim=(0, highest), ylim=(0, top))
