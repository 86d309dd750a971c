"""The picture of an ablation: accuracy with error bars per value, and what a value costs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from sure_math.drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, canvas, label

if TYPE_CHECKING:
    from sure_math.report.ablation import Ablation

_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, GREY)
_WIDE = 4
_COSTS = ("peak memory (GiB)", "top-k mass", "tokens generated")
"""Figures that get a panel of their own, if they were recorded."""


def draw(found: Sequence["Ablation"], path: Path) -> None:
    """Write the picture, a panel per benchmark and decoding, a line per method."""
    axis = found[0].axis
    columns = list(dict.fromkeys(column for each in found for column in each.block.columns))
    costs = [name for name in _COSTS if any(any(each.facts.get(name, ())) for each in found)]
    values = sorted({value for each in found for value in each.values})
    places = {value: place for place, value in enumerate(values)}
    count = len(columns) + len(costs)
    wide = min(count, _WIDE)
    high = -(-count // wide)
    with canvas(path, max(2.9 * wide, 4.5), 2.6 * high + 0.4) as figure:
        panels = figure.subplots(high, wide, squeeze=False).flatten()
        for panel, column in zip(panels, columns, strict=False):
            for number, each in enumerate(found):
                _accuracy(panel, each, each.block.columns.index(column), number, places)
            panel.set(title=label(str(column), 34), ylabel="accuracy (%)")
        for panel, name in zip(panels[len(columns) :], costs, strict=False):
            for number, each in enumerate(found):
                _cost(panel, each, name, number, places)
            panel.set(title=name)
            panel.set_ylim(0, 1.1 * panel.get_ylim()[1])
        for panel in panels[:count]:
            panel.set_xticks(range(len(values)), [axis.shown(value) for value in values])
            panel.set(xlabel=axis.symbol, xlim=(-0.4, len(values) - 0.6))
        for panel in panels[count:]:
            panel.axis("off")
        if len(found) > 1:
            handles = panels[0].get_legend_handles_labels()
            figure.legend(*handles, loc="outside lower center")


def _accuracy(
    panel: Axes, found: "Ablation", column: int, number: int, places: dict[int, int]
) -> None:
    points = [
        (places[value], entries[column].estimate)
        for value, entries in zip(found.values, found.block.entries, strict=True)
    ]
    known = [(place, estimate) for place, estimate in points if estimate]
    mean = 100 * np.array([estimate.mean for _, estimate in known])
    low = 100 * np.array([estimate.low for _, estimate in known])
    high = 100 * np.array([estimate.high for _, estimate in known])
    panel.errorbar(
        np.array([place for place, _ in known]) + 0.06 * number,
        mean,
        yerr=np.clip([mean - low, high - mean], 0, None),
        fmt="o-",
        color=_COLOURS[number % len(_COLOURS)],
        capsize=3,
        linewidth=1.2,
        label=label(found.block.heading, 60),
    )


def _cost(panel: Axes, found: "Ablation", name: str, number: int, places: dict[int, int]) -> None:
    pairs = zip(found.values, found.facts[name], strict=True)
    known = [(places[value], figure) for value, figure in pairs if figure is not None]
    panel.plot(*zip(*known, strict=True), "s--", color=_COLOURS[number % len(_COLOURS)])
