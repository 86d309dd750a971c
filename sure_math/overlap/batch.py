"""Many texts as one string, so that one regular expression reads them all."""

from collections.abc import Iterable, Sequence

BREAK = "\x1e"
"""Stands between two texts of a batch, and in none of them."""

_FIGURES = (("[asy]", "[/asy]"), ("\\begin{asy}", "\\end{asy}"))


def join(texts: Sequence[str]) -> str:
    """The texts without their drawings, one `BREAK` between two of them."""
    clean = _without_figures(texts) if any("asy" in text for text in texts) else texts
    joined = BREAK.join(clean)
    if joined.count(BREAK) >= max(len(texts), 1):
        joined = BREAK.join(text.replace(BREAK, " ") for text in clean)
    return joined


def _without_figures(texts: Iterable[str]) -> list[str]:
    return [without_figures(text) if "asy" in text else text for text in texts]


def without_figures(text: str) -> str:
    """A statement without its drawing code, whose labels and paths say little about it.

    A drawing that is not closed stays, as text.
    """
    for start, end in _FIGURES:
        kept, position = [], 0
        while (first := text.find(start, position)) >= 0:
            last = text.find(end, first)
            if last < 0:
                break
            kept += [text[position:first], " "]
            position = last + len(end)
        text = "".join([*kept, text[position:]])
    return text
