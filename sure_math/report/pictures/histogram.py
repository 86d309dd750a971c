"""The picture of a dataset's entropies: a histogram by tier, and what a threshold keeps."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from sure_math.drawing import BLUE, GREY, TIER_COLOURS, VERMILION, canvas
from sure_math.report.entropy_levels import MOST, levels
from sure_math.report.histogram import BINS, THRESHOLDS

if TYPE_CHECKING:
    from sure_math.report.histogram import Distribution


def draw(found: "Distribution", path: Path) -> None:
    """Write the picture."""
    with canvas(path, 9, 3.6) as figure:
        left, right = figure.subplots(1, 2, width_ratios=[1.35, 1])
        _histogram(left, found)
        _cumulative(right, found)


def _histogram(panel: Axes, found: "Distribution") -> None:
    edges = np.linspace(0, found.highest, BINS + 1)
    width = edges[1]
    bottom = np.zeros(BINS)
    for tier, colour in TIER_COLOURS.items():
        values = found.problems.filter(tier=tier)["semantic_entropy"].to_numpy()
        if len(values):
            counts, _ = np.histogram(np.clip(values, 0, found.highest), edges)
            panel.bar(
                edges[:-1] + width / 2, counts, 0.92 * width, bottom, color=colour, label=tier
            )
            bottom += counts
    if found.samples <= MOST:
        marks = list(levels(found.samples))
        panel.plot(
            marks, np.full(len(marks), -0.02), "|", color=GREY, markersize=7, clip_on=False,
            transform=panel.get_xaxis_transform(), label=f"levels with N = {found.samples}",
        )  # fmt: skip
    panel.tick_params(axis="x", length=0, pad=9)
    panel.set(
        xlabel="semantic entropy (nats), up to log N", ylabel="problems", xlim=(0, found.highest)
    )
    panel.legend(loc="upper right")


def _cumulative(panel: Axes, found: "Distribution") -> None:
    groups = found.groups()
    lines = {"all": ("black", "-"), "curated": (BLUE, "--"), "evolved": (VERMILION, "-.")}
    both = "curated" in groups and "evolved" in groups
    for name, (colour, dashes) in lines.items():
        if name == "all" or both:
            entropy = np.sort(groups[name]["semantic_entropy"].to_numpy())
            share = 100 * np.arange(1, len(entropy) + 1) / len(entropy)
            x, y = np.append(entropy, found.highest), np.append(share, 100)
            label = f"{name} ({len(entropy):,})"
            panel.step(x, y, dashes, where="post", color=colour, linewidth=1.6, label=label)
    for tau in THRESHOLDS:
        panel.axvline(tau * found.highest, color=GREY, linewidth=0.8, linestyle=":")
        panel.annotate(
            f"τ = {tau}", (tau * found.highest, 2), xytext=(3, 0), textcoords="offset points",
            fontsize=8, color=GREY,
        )  # fmt: skip
    panel.set(
        xlabel="semantic entropy (nats)", ylabel="problems at most as uncertain (%)",
        xlim=(0, found.highest), ylim=(0, 103),
    )  # fmt: skip
    panel.legend(loc="lower right")
