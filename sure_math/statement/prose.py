r"""The prose of a statement: drawings cut out, formulas masked, mark-up undone.

A formula becomes `MASK` and keeps the stop it ends with, so that sentences stay sentences ("... is
$x = 3.$ Find ..."); marks of items set as formulas stay too. A dollar sign that is a price opens no
formula. Every step is one pass over the text.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sure_math.text import split_drawings

MASK = "\u00a4"
ITEM = r"[A-Ha-h]|[ivx]{1,4}|[IVX]{1,4}|\d{1,2}"
"""What can number an item, as an alternative of a regular expression."""

_DISPLAYS = tuple(
    (f"\\begin{{{name}{star}}}", f"\\end{{{name}{star}}}")
    for name in ("align", "equation", "gather", "aligned", "array", "cases", "tabular")
    for star in ("", "*")
)
_MARKUP = (
    (re.compile(r"<br ?/?>|\\newline\b|\\(?:begin|end)\{(?:enumerate|itemize|center)\}"), "\n"),
    (re.compile(r"\\item\s?\[([^\[\]]{1,20})\]"), r"\n\1 "),
    (re.compile(r"\\item\b|\[\*\]"), "\n- "),
    (re.compile(r"\\(?:text(?:bf|it|rm)?|mathrm|mathbf|emph|mbox)\s?\{([^{}]{0,200})\}"), r" \1 "),
    (re.compile(r"\\q?quad\b|\\[,;:! ]|~"), " "),
    (re.compile(r"\*\*"), ""),
)
_TAGS = re.compile(r"\[/?(?:b|i|u|list|hide|color)(?:=[^\[\]]{0,60})?\]")
_DELIMITER = re.compile(r"\\\\|\\\$|\$\$?|\\[()\[\]]")
_CLOSES = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}


@lru_cache(maxsize=8)  # every detector reads the same statement in turn
def prose(text: str) -> str:
    """The text to read: no drawings, no mark-up, formulas masked."""
    text = "".join(_masked_pieces(split_drawings(text)[0]))
    for opening, closing in _DISPLAYS:
        text = _cut(text, opening, closing, f" {MASK} ")
    for pattern, plain in _MARKUP:
        text = pattern.sub(plain, text)
    return _TAGS.sub("", text) if "[/" in text else text


def _cut(text: str, opening: str, closing: str, instead: str) -> str:
    pieces = []
    position = 0
    while (start := text.find(opening, position)) >= 0:
        end = text.find(closing, start)
        if end < 0:
            break
        pieces += [text[position:start], instead]
        position = end + len(closing)
    return "".join([*pieces, text[position:]])


def _masked_pieces(text: str) -> Iterator[str]:
    """Pieces of the text, each formula as its mask; one that never closes stays as it is."""
    position = 0
    for formula in formulas(text)[0]:
        yield text[position : formula.start]
        yield _mask(formula.content)
        position = formula.end
    yield text[position:]


class Formula(NamedTuple):
    """A formula with its delimiters: where it stands, and what is between them."""

    start: int
    end: int
    opening: str
    content: str


def formulas(text: str) -> tuple[list[Formula], str]:
    """The formulas of a text in their order, and the delimiter of a last one left open, or ""."""
    money = prices(text)
    found: list[Formula] = []
    start, opening = 0, ""
    for sign in _DELIMITER.finditer(text):
        if opening and sign[0] == _CLOSES[opening]:
            content = text[start + len(opening) : sign.start()]
            found.append(Formula(start, sign.end(), opening, content))
            opening = ""
        elif not opening and sign[0] in _CLOSES and sign.start() not in money:
            start, opening = sign.start(), sign[0]
    return found, opening


# A formula's last stop ends the sentence around it; the mark of an unknown ("x + 2 = ?") does not.
_STOP = re.compile(r"(?<![=+\-\s\\])\s?([.,;:?=])\s*$")
_OPENING_MARK = re.compile(rf"\s?(?:\\\w+\{{)?\s?(\((?:{ITEM})\))\s?\}}?")
# Choices are often set as one formula: $\textbf{(A)}\ 4 \qquad \textbf{(B)}\ 8 ...$.
_CHOICE = re.compile(
    r"\\(?:text(?:bf|rm)?|mathrm|mathbf)\s?\{\s?\(?\s?([A-E])\s?[).]|\(([A-E])\)[\\~]"
)


def _mask(formula: str) -> str:
    choices = [found[1] or found[2] for found in _CHOICE.finditer(formula)]
    if len(choices) > 1:
        return "".join(f" ({letter}) {MASK}" for letter in choices)
    mark = _OPENING_MARK.match(formula)
    if mark and mark.end() == len(formula):
        return f" {mark[1]} "
    stop = _STOP.search(formula[-20:])
    return f" {mark[1] if mark else ''} {MASK}{stop[1] if stop else ''} "


_AMOUNT = re.compile(
    r"\$\s?(?:\d+(?:[, ]\d{3})*(?:\.\d+)?|\.\d+)(?:/[a-z]+|\s?(?:million|billion|k)\b)?"
    r"|\$[a-z](?=\s(?:for|per|each|more|less|to|on)\b)"
)
_AFTER_AMOUNT = re.compile(r"\s+(?:[A-Za-z]{2}|a\b|\()|[.,;:?!)\"'-]+(?:[\s<]|$)|$")
_AFTER_SIGN = re.compile(r"\$(?:[\s.,;:?!)]|$)")
_WORD = re.compile(r"(?<![\\A-Za-z])[a-z]{2,}\s")


def prices(text: str) -> set[int]:
    """Positions of the dollar signs that are money, before their number ($5) or behind it (5$)."""
    signs = [found for found in _DELIMITER.finditer(text) if found[0][0] == "$"]
    money: set[int] = set()
    opening = ""
    ends = [found.start() for found in signs[1:]] + [len(text)]
    for sign, following in zip(signs, ends, strict=False):
        if opening:
            opening = "" if sign[0] == opening else opening
        elif sign[0] == "$" and _is_price(text, sign.start(), following):
            money.add(sign.start())
        else:
            opening = sign[0]
    return money


def _is_price(text: str, here: int, following: int) -> bool:
    """Whether a sign that could open a formula is a price, given where the next sign stands."""
    if _AFTER_SIGN.match(text, here) and text[here - 1 : here].isdigit():
        return True
    amount = _AMOUNT.match(text, here)
    if amount is None or not _AFTER_AMOUNT.match(text, amount.end()):
        return False
    if following == len(text):
        return True
    between = text[amount.end() : following]
    after = text[following + 1 : following + 2]
    if text[following - 1] in " \n(>" and (
        after.isdigit() or (after.strip() and between.strip(" ,"))
    ):
        return True
    return _WORD.search(between.split("\\", 1)[0]) is not None
