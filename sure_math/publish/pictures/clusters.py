"""How many different answers the teacher gives to a problem, by tier."""

from pathlib import Path

import numpy as np
import polars as pl
from matplotlib.ticker import MaxNLocator

from sure_math.drawing import TIER_COLOURS, canvas
from sure_math.publish.pictures.entropy import present_tiers

_NUMBERED = 16  # bars; with more the counts above them would collide


def cluster_counts(problems: pl.DataFrame) -> pl.DataFrame:
    """Columns n_clusters (0 to the largest N, without gaps) and one count of problems per tier."""
    every = pl.DataFrame({"n_clusters": range(int(problems["n_samples"].max()) + 1)})  # type: ignore[arg-type]
    counted = (
        problems.select("tier", pl.col("n_clusters").cast(pl.Int64))
        .pivot("tier", index="n_clusters", values="tier", aggregate_function="len")
        .with_columns(pl.exclude("n_clusters").cast(pl.Int64))
    )
    return every.join(counted, "n_clusters", how="left").fill_null(0).sort("n_clusters")


def draw_clusters(path: Path, problems: pl.DataFrame) -> str:
    """Draw stacked bars and return what the picture shows, in words."""
    table, tiers = cluster_counts(problems), present_tiers(problems)
    place = table["n_clusters"].to_numpy()
    total = np.zeros(len(place))
    with canvas(path, 7, 3) as figure:
        panel = figure.subplots()
        for tier in tiers:
            counts = table[tier].to_numpy()
            panel.bar(place, counts, bottom=total, color=TIER_COLOURS[tier], label=tier, width=0.8)
            total += counts
        if len(place) <= _NUMBERED:
            for x, count in zip(place, total, strict=True):
                panel.annotate(f"{count:,.0f}", (x, count), xytext=(0, 2), ha="center",
                               textcoords="offset points", fontsize=8)  # fmt: skip
            panel.set_xticks(place)
        panel.set(
            xlabel="different answers (clusters) among the responses to a problem",
            ylabel="problems",
            xlim=(-0.7, len(place) - 0.3),
        )
        panel.margins(y=0.1)
        panel.yaxis.set_major_formatter("{x:,.0f}")
        panel.yaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside upper left", ncols=len(tiers))
    one = int(total[1])
    return f"{one:,} of {problems.height:,} problems have one answer in all responses that have any"
