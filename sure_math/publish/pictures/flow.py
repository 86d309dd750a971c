"""The way of the problems: source, strategy, and the tier they stand in or the stage that
rejected them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from sure_math.config import STRATEGIES, TIERS
from sure_math.drawing import GREY, TIER_COLOURS, canvas, label
from sure_math.publish.lineage import AS_IT_IS, REJECTING

SOURCES = 9
"""Sources shown by name; the smaller ones are drawn as one."""
_LINE = 0.26  # inches that a label of two lines needs
_BAR = 0.018  # width of a node, in parts of the picture
_PLACES = (0.24, 0.5, 0.76)
_SIDES = ("right", "center", "left")
_TITLES = ("source of the root", "last strategy", "tier, or rejected")
_HEAD = 0.3  # inches for the titles
_INK = "#404040"
_OUTCOMES = [*TIERS, *REJECTING]


@dataclass(frozen=True)
class Node:
    """A bar of the picture: `start` and `height` in inches from its top."""

    name: str
    count: int
    start: float
    height: float


def ribbons(flow: pl.DataFrame) -> pl.DataFrame:
    """Columns source, strategy, outcome (a tier or a rejecting stage) and problems; the smallest
    of too many sources are one."""
    counted = flow.group_by("source").agg(pl.col("problems").sum())
    order = counted.sort(["problems", "source"], descending=[True, False])["source"].to_list()
    shown = order if len(order) <= SOURCES else order[: SOURCES - 1]
    rest = f"{len(order) - len(shown)} smaller sources"
    return (
        flow.select(
            pl.when(pl.col("source").is_in(shown)).then("source").otherwise(pl.lit(rest)),
            "strategy",
            pl.when(outcome="released").then("tier").otherwise("outcome").alias("outcome"),
            "problems",
        )
        .group_by("source", "strategy", "outcome")
        .agg(pl.col("problems").sum())
        .sort("source", "strategy", "outcome")
    )


def layout(counts: Sequence[tuple[str, int]], height: float) -> list[Node]:
    """Bars below each other in `height` inches, high as their counts, with room for every label.

    A bar that is lower than its label gets a slot as high as the label.
    """
    low, high = 0.0, height / sum(count for _, count in counts)
    for _ in range(40):  # the largest scale at which all slots fit
        scale = (low + high) / 2
        fits = sum(max(scale * count, _LINE) + 0.06 for _, count in counts) <= height
        low, high = (scale, high) if fits else (low, scale)
    slots = [max(low * count, _LINE) for _, count in counts]
    gap = (height - sum(slots)) / len(slots)
    nodes, start = [], gap / 2
    for (name, count), slot in zip(counts, slots, strict=True):
        nodes.append(Node(name, count, start + (slot - low * count) / 2, low * count))
        start += slot + gap
    return nodes


def draw_flow(path: Path, flow: pl.DataFrame) -> str:
    """Draw the flow from left to right and return what the picture shows, in words."""
    table = ribbons(flow)
    columns = [_ordered(table, name) for name in ("source", "strategy", "outcome")]
    height = max(2.6, 0.42 * max(map(len, columns)) + 0.4)
    with canvas(path, 7, height + _HEAD) as figure:
        panel = figure.subplots()
        panel.set(xlim=(0, 1), ylim=(height, -_HEAD))
        panel.axis("off")
        for x, title, side in zip(_PLACES, _TITLES, _SIDES, strict=True):
            panel.text(x, -_HEAD, title, ha=side, va="top", weight="bold")
        nodes = [{node.name: node for node in layout(each, height)} for each in columns]
        _bands(panel, table, "source", "strategy", nodes[0], nodes[1], _PLACES[:2])
        _bands(panel, table, "strategy", "outcome", nodes[1], nodes[2], _PLACES[1:])
        for column, x, side in zip(nodes, _PLACES, _SIDES, strict=True):
            _bars(panel, list(column.values()), x, side)
    released = int(table.filter(pl.col("outcome").is_in(TIERS))["problems"].sum())
    return f"{released:,} of {table['problems'].sum():,} problems were released"


def _ordered(table: pl.DataFrame, column: str) -> list[tuple[str, int]]:
    """Nodes of a column with their counts: sources by size, the others in their own order."""
    counted = table.group_by(column).agg(pl.col("problems").sum())
    counts = dict(counted.sort(["problems", column], descending=[True, False]).iter_rows())
    orders = {"source": list(counts), "strategy": [*STRATEGIES, AS_IT_IS], "outcome": _OUTCOMES}
    return [(name, counts[name]) for name in orders[column] if name in counts]


def _colour(outcome: str) -> str:
    return TIER_COLOURS.get(outcome, GREY)


def _bands(
    panel: Axes,
    table: pl.DataFrame,
    left: str,
    right: str,
    starts: dict[str, Node],
    ends: dict[str, Node],
    places: Sequence[float],
) -> None:
    """Curved bands between two columns of bars, each in the colour of where its problems end."""
    keys = list(dict.fromkeys((left, right, "outcome")))
    rows = table.group_by(keys).agg(pl.col("problems").sum()).sort(keys).to_dicts()
    leaving = _stacked(rows, starts, left, (list(starts), left), (list(ends), right))
    arriving = _stacked(rows, ends, right, (list(ends), right), (list(starts), left))
    for place, row in enumerate(rows):
        band = _band(places, leaving[place], arriving[place])
        band.set(facecolor=_colour(row["outcome"]), alpha=0.45, linewidth=0)
        panel.add_patch(band)


def _stacked(
    rows: Sequence[dict[str, Any]],
    nodes: dict[str, Node],
    column: str,
    *orders: tuple[list[str], str],
) -> dict[int, tuple[float, float]]:
    """Where each row begins and how high it is on the bars of its column, stacked in this order
    and then by outcome."""
    ranked = sorted(
        range(len(rows)),
        key=lambda place: (
            *(order.index(rows[place][key]) for order, key in orders),
            _OUTCOMES.index(rows[place]["outcome"]),
        ),
    )
    used = {name: node.start for name, node in nodes.items()}
    found = {}
    for place in ranked:
        node, count = nodes[rows[place][column]], rows[place]["problems"]
        height = node.height * count / node.count
        found[place] = (used[node.name], height)
        used[node.name] += height
    return found


def _band(
    places: Sequence[float], leaving: tuple[float, float], arriving: tuple[float, float]
) -> PathPatch:
    """A band from (top, height) on the left to (top, height) on the right."""
    (left, right), (a, first), (b, last) = places, leaving, arriving
    left, right, middle = left + _BAR / 2, right - _BAR / 2, (left + right) / 2
    points = [
        (left, a), (middle, a), (middle, b), (right, b),
        (right, b + last), (middle, b + last), (middle, a + first), (left, a + first), (left, a),
    ]  # fmt: skip
    codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
    return PathPatch(Curve(points, codes))


def _bars(panel: Axes, nodes: Sequence[Node], x: float, side: str) -> None:
    """The bars of a column with their names and counts beside them."""
    for node in nodes:
        size = (x - _BAR / 2, node.start), _BAR, node.height
        panel.add_patch(Rectangle(*size, color=_colour(node.name) if side == "left" else _INK))
        text = f"{label(_named(node.name), 26)}\n{node.count:,}"
        panel.text(
            x + (-0.018 if side == "right" else 0.018),
            node.start + node.height / 2,
            text,
            ha="right" if side == "right" else "left",
            va="center",
            fontsize=8,
            linespacing=1.05,
            bbox={"facecolor": "white", "alpha": 0.75, "pad": 1, "linewidth": 0},
        )


def _named(name: str) -> str:
    return f"rejected by {name}" if name in REJECTING else name
