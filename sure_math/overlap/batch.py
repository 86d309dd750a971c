"""Many texts as one string, so that one regular expression reads them all."""

from collections.abc import Sequence

BREAK = "\x1e"
"""Stands between two texts of a batch, and in none of them."""

_DRAWINGS = (
    ("[asy]", "[/asy]"),
    ("\\begin{asy}", "\\end{asy}"),
    ("\\begin{tikzpicture}", "\\end{tikzpicture}"),
)


def join(texts: Sequence[str]) -> str:
    """The texts without their drawings, one `BREAK` between two of them."""
    joined = BREAK.join(texts)
    if "[asy]" in joined or "\\begin{" in joined:
        texts = [split_drawings(text)[0] for text in texts]
        joined = BREAK.join(texts)
    if joined.count(BREAK) >= max(len(texts), 1):
        joined = BREAK.join(text.replace(BREAK, " ") for text in texts)
    return joined


def split_drawings(text: str) -> tuple[str, str]:
    """A statement without the code of its drawings, and that code.

    Labels and paths say little about a problem. A drawing that is not closed stays, as text.
    """
    drawings = []
    for start, end in _DRAWINGS:
        kept, position = [], 0
        while (first := text.find(start, position)) >= 0:
            last = text.find(end, first)
            if last < 0:
                break
            kept += [text[position:first], " "]
            position = last + len(end)
            drawings.append(text[first + len(start) : last])
        text = "".join([*kept, text[position:]])
    return text, "\n".join(drawings)
