"""One style for every picture: readable at 700 pixels, on white, for colour-blind readers.

Figures are made without pyplot, so nothing global is touched and no display is needed. Equal
figures give equal files. Text is never read as mathematics, and what the font cannot show is
replaced, so that no name can break a picture.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font

# Okabe and Ito's colours, told apart by colour-blind readers.
BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, GREY = "#56B4E9", "#CC79A7", "#767676"
TIER_COLOURS = {"easy": SKY, "medium": GREEN, "hard": ORANGE, "competition": PURPLE}

_STYLE: Any = {  # a newer matplotlib types every key
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "text.parse_math": False,
    "svg.hashsalt": "sure-math",
}
_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
}
_DPI = 200


@contextmanager
def canvas(path: Path, width: float, height: float) -> Iterator[Figure]:
    """A figure to draw on, written to `path` at the end; its suffix decides the format.

    Args:
        path: where to write (.png, .svg).
        width: inches; a hundred pixels each on a page, twice as many in the file.
        height: inches.
    """
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        yield figure
        figure.savefig(path, dpi=_DPI, metadata=_METADATA[path.suffix])


def label(text: str, longest: int = 28) -> str:
    """Text for a picture: one line, not too long, only characters that the font has."""
    known = _characters()
    line = " ".join("".join(c if ord(c) in known or c.isspace() else "\N{REPLACEMENT CHARACTER}"
                            for c in text).split())  # fmt: skip
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


@cache
def _characters() -> frozenset[int]:
    font = get_font(findfont(FontProperties(family=_STYLE["font.family"])))
    return frozenset(font.get_charmap())
