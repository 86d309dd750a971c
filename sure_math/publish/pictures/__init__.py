"""The pictures of a data card, as PNG files under `plots/`.

Every module has pure functions for the numbers and one that draws them and says in words what is
to be seen, for those who cannot see it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sure_math.publish.pictures.clusters import draw_clusters
from sure_math.publish.pictures.entropy import draw_entropy
from sure_math.publish.pictures.flow import draw_flow
from sure_math.publish.pictures.weights import LABELLED, draw_weights

__all__ = ["FOLDER", "LABELLED", "Picture", "draw_pictures"]

FOLDER = "plots"


@dataclass(frozen=True)
class Picture:
    """A picture of a card: where it lies in the release, and what it shows."""

    path: str
    title: str
    shows: str


def draw_pictures(
    folder: Path, problems: pl.DataFrame, verdicts: pl.DataFrame, flow: pl.DataFrame
) -> dict[str, Picture]:
    """Draw all pictures of a release and return them by name.

    Args:
        folder: of the release.
        problems: the rows of all configurations.
        verdicts: `w_se` and `right` of the labelled ones.
        flow: what `lineage` counted.
    """
    (folder / FOLDER).mkdir()
    drawing: dict[str, tuple[str, Callable[[Path], str]]] = {
        "entropy": ("Semantic entropy by tier", lambda path: draw_entropy(path, problems)),
        "weights": (
            "Problems kept by threshold on the weight",
            lambda path: draw_weights(path, problems, verdicts),
        ),
        "clusters": ("Different answers per problem", lambda path: draw_clusters(path, problems)),
        "flow": ("From source to tier", lambda path: draw_flow(path, flow)),
    }
    return {
        name: Picture(f"{FOLDER}/{name}.png", title, draw(folder / FOLDER / f"{name}.png"))
        for name, (title, draw) in drawing.items()
    }
