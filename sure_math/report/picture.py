"""The picture of an audit: risk-coverage curves, accuracy per bin, and where the problems lie."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from sure_math.drawing import BLUE, GREEN, GREY, ORANGE, VERMILION, canvas
from sure_math.report.audit import COVERAGES, Audit
from sure_math.report.ranking import Floats

_LINES = {
    "semantic_entropy": (BLUE, "-", "semantic entropy"),
    "discrete_entropy": (ORANGE, "--", "discrete semantic entropy"),
    "disagreement": (GREEN, "-.", "answer agreement"),
    "mean_nll": (VERMILION, ":", "mean log-probability"),
}
_BANDS = ("semantic_entropy", "mean_nll")


def draw(found: Audit, entropies: Floats, path: Path) -> None:
    """Write the picture of an audit; the suffix of `path` decides the format (.png, .svg).

    Args:
        found: the audit.
        entropies: semantic entropy of every labelled problem, nats.
        path: where to write.
    """
    with canvas(path, 9.5, 4.4) as figure:
        panels = figure.subplot_mosaic(
            [["risk", "accuracy"], ["risk", "count"]],
            height_ratios=[2.2, 1],
            width_ratios=[1.15, 1],
        )
        panels["count"].sharex(panels["accuracy"])
        _risk_coverage(panels["risk"], found)
        _accuracy(panels["accuracy"], found)
        _histogram(panels["count"], entropies)
        figure.legend(loc="outside lower center", ncols=3)


def _risk_coverage(panel: Axes, found: Audit) -> None:
    for name, (colour, line, label) in _LINES.items():
        if name not in found.scores:
            continue
        risk = found.scores[name].risk
        panel.plot(COVERAGES, [each.value for each in risk], line, color=colour, label=label)
        if name in _BANDS:
            low, high = [each.low for each in risk], [each.high for each in risk]
            panel.fill_between(COVERAGES, low, high, color=colour, alpha=0.15, linewidth=0)
    risk_of_all = 1 - found.accuracy.value
    panel.axhline(risk_of_all, color=GREY, linewidth=0.8, label="random order")
    panel.set(
        xlabel="coverage: most certain problems kept (%)",
        ylabel="risk: wrong majority answers among them",
        xlim=(0, 100),
    )
    panel.set_ylim(bottom=0)


def _accuracy(panel: Axes, found: Audit) -> None:
    value = np.array([each.accuracy.value for each in found.bins])
    low = np.array([each.accuracy.low for each in found.bins])
    high = np.array([each.accuracy.high for each in found.bins])
    panel.errorbar(
        [each.mean for each in found.bins],
        value,
        yerr=np.clip([value - low, high - value], 0, None),
        fmt="o",
        color=_LINES["semantic_entropy"][0],
        capsize=3,
        label="accuracy per tenth of entropy",
    )
    panel.set(ylabel="accuracy", ylim=(-0.03, 1.03))
    panel.tick_params(labelbottom=False)


def _histogram(panel: Axes, entropies: Floats) -> None:
    panel.hist(entropies, bins=24, color=GREY)
    panel.set(xlabel="semantic entropy (nats)", ylabel="problems")
