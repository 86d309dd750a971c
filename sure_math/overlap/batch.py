"""Many texts as one string, so that one regular expression reads them all."""

from collections.abc import Sequence

from sure_math.text import split_drawings

BREAK = "\x1e"
"""Stands between two texts of a batch, and in none of them."""


def join(texts: Sequence[str]) -> str:
    """The texts without their drawings, one `BREAK` between two of them."""
    joined = BREAK.join(texts)
    if "[asy]" in joined or "\\begin{" in joined:
        texts = [split_drawings(text)[0] for text in texts]
        joined = BREAK.join(texts)
    if joined.count(BREAK) >= max(len(texts), 1):
        joined = BREAK.join(text.replace(BREAK, " ") for text in texts)
    return joined
