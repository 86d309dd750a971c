"""What a threshold on the weight costs and buys: problems kept, and how often their majority
answer is right."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from matplotlib.axes import Axes

from sure_math.drawing import BLUE, GREY, TIER_COLOURS, canvas
from sure_math.proportion import Proportion
from sure_math.publish.pictures.entropy import highest_entropy, present_tiers

THRESHOLDS = np.linspace(0, 1, 101)
LABELLED = 20
"""Labelled problems below which no accuracy is drawn."""
_SLACK = 1e-9  # a weight of 1 counts as kept at 1, whatever was rounded


def kept(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """How many of the weights reach each of `THRESHOLDS`; shape (101,)."""
    below = np.searchsorted(np.sort(weights), THRESHOLDS - _SLACK, side="left")
    return len(weights) - below.astype(np.int64)


def accuracy(weights: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> list[Proportion]:
    """Right majority answers among the labelled problems that reach each of `THRESHOLDS`."""
    pairs = zip(kept(weights[right]), kept(weights), strict=True)
    return [Proportion(int(good), int(every)) for good, every in pairs]


def draw_weights(path: Path, problems: pl.DataFrame, verdicts: pl.DataFrame) -> str:
    """Draw the curves and return what the picture shows, in words.

    Args:
        path: where to write.
        problems: all rows.
        verdicts: `w_se` and `right` of the labelled problems.
    """
    known = verdicts.height >= LABELLED
    with canvas(path, 7, 4.6 if known else 3.2) as figure:
        panels = figure.subplots(
            2 if known else 1, 1, sharex=True, squeeze=False, height_ratios=[1.25, 1][: 1 + known]
        )[:, 0]
        _kept(panels[0], problems)
        if known:
            _accuracy(panels[1], verdicts)
        panels[-1].set(xlabel="threshold on w_se (1: all answers agree, 0: no two do)", xlim=(0, 1))
        highest = highest_entropy(problems)
        above = panels[0].secondary_xaxis(
            "top", functions=(lambda w: (1 - w) * highest, lambda h: 1 - h / highest)
        )
        above.set_xlabel("the same as semantic entropy (nats)")
        figure.legend(loc="outside right upper", title="problems kept")
    weights = problems["w_se"].to_numpy()
    half = 100 * kept(weights)[50] / len(weights)
    return f"{half:.0f} % have w_se of at least 0.5; the mean weight is {weights.mean():.2f}"


def _kept(panel: Axes, problems: pl.DataFrame) -> None:
    tiers = present_tiers(problems)
    for tier in tiers if len(tiers) > 1 else []:
        weights = problems.filter(tier=tier)["w_se"].to_numpy()
        share = 100 * kept(weights) / len(weights)
        panel.plot(THRESHOLDS, share, color=TIER_COLOURS[tier], linewidth=1.6, label=tier)
    weights = problems["w_se"].to_numpy()
    share = 100 * kept(weights) / len(weights)
    panel.plot(THRESHOLDS, share, color="black", linewidth=2.2, label="all")
    panel.axvline(weights.mean(), color=GREY, linestyle="--", linewidth=1, label="mean w_se of all")
    panel.set(ylabel="problems kept (%)", ylim=(0, 103))


def _accuracy(panel: Axes, verdicts: pl.DataFrame) -> None:
    found = accuracy(verdicts["w_se"].to_numpy(), verdicts["right"].to_numpy())
    shown = np.array([each.total > 0 for each in found])
    value, low, high = (
        100 * np.array([getattr(each, name) for each in found])[shown]
        for name in ("share", "low", "high")
    )
    panel.plot(THRESHOLDS[shown], value, color=BLUE, linewidth=1.8)
    panel.fill_between(THRESHOLDS[shown], low, high, color=BLUE, alpha=0.18, linewidth=0)
    panel.set(ylabel="majority right (%)", ylim=(0, 103))
    panel.set_title(f"of those kept among {verdicts.height:,} with a verified answer (band: 95 %)")
