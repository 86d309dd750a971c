r"""The prose of a statement: drawings cut out, mark-up undone, formulas masked.

A formula becomes `MASK` and keeps the punctuation it ends with, so that sentences stay sentences
("... is $x = 3.$ Find ..."). A dollar sign is a formula's only if it is no price.
"""

import re
from collections.abc import Iterator

MASK = "\u00a4"

_DRAWINGS = (
    ("[asy]", "[/asy]"),
    ("\\begin{asy}", "\\end{asy}"),
    ("\\begin{tikzpicture}", "\\end{tikzpicture}"),
)
_DISPLAYS = tuple(
    (f"\\begin{{{name}{star}}}", f"\\end{{{name}{star}}}")
    for name in ("align", "equation", "gather", "aligned", "array", "cases", "tabular")
    for star in ("", "*")
)
_MARKS = (
    # An item's mark set as a formula, $(1)$ or $(\text{ii})$, opens the text after it.
    (re.compile(r"\$\s?(\(\s?(?:[A-Ha-h]|[ivx]{1,4}|\d{1,2})\s?\))\s?\$"), r" \1 "),
    (re.compile(r"\$\s?(\(\s?(?:[A-Ea-h]|[ivx]{1,4}|\d{1,2})\s?\))(?=[^$]{2})"), r" \1 $"),
    (re.compile(r"\$\s?\\(?:text|mathrm)\{\s?(\([ivx]{1,4}\))\s?\}\s?\$"), r" \1 "),
)
_MARKUP = (
    (re.compile(r"<br ?/?>|\\newline\b|\\par\b"), "\n"),
    (re.compile(r"\\begin\{(?:enumerate|itemize)\}(?:\[[^\[\]]{0,30}\])?"), "\n"),
    (re.compile(r"\\end\{(?:enumerate|itemize)\}"), "\n"),
    (re.compile(r"\\item\s?\[([^\[\]]{1,20})\]"), r"\n\1 "),
    (re.compile(r"\[/?(?:b|i|u|list|hide|color)(?:=[^\[\]]{0,60})?\]"), ""),
    (re.compile(r"\\(?:text(?:bf|it|rm)?|mathrm|mathbf|emph|mbox)\s?\{([^{}]{0,200})\}"), r" \1 "),
    (re.compile(r"\\q?quad\b|\\[,;:! ]|~"), " "),
    (re.compile(r"\*\*"), ""),
)
_DELIMITER = re.compile(r"\\\\|\\\$|\$\$?|\\[()\[\]]")
_PRICE = re.compile(r"\$\s?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?:/[a-z]+|\s?(?:million|k)\b)?")
_AMOUNT_BEFORE = re.compile(r"\$(?:[\s.,;:?!)]|$)")
_ENDS_PRICE = re.compile(r"\s+(?:[A-Za-z]{2}|a\b|\()|[.,;:?!)\"'-]*(?:\s|$)")
_WORDS = re.compile(r"(?<![\\A-Za-z])[a-z]{2,}\s")
# A formula's last stop ends the sentence around it; the mark of an unknown ("x + 2 = ?") does not.
_ENDING = re.compile(r"(?<![=+\-\s\\])\s?([.,;:?=])\s*$")
_CLOSES = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}


def cut_drawings(text: str) -> str:
    """The text without the programs of its figures."""
    for opening, closing in _DRAWINGS:
        text = _cut(text, opening, closing, " ")
    return text


def prose(text: str) -> str:
    """The text to read: no drawings, no mark-up, formulas masked."""
    text = cut_drawings(text)
    for pattern, plain in _MARKS:
        text = pattern.sub(plain, text)
    text = "".join(_unmasked(text))
    for pattern, plain in _MARKUP:
        text = pattern.sub(plain, text)
    for opening, closing in _DISPLAYS:
        text = _cut(text, opening, closing, f" {MASK} ")
    return text


def prices(text: str) -> set[int]:
    """Positions of the dollar signs that are money, written before their number."""
    dollars = [m.start() for m in _DELIMITER.finditer(text) if m[0] == "$"]
    money: set[int] = set()
    closing = False
    for here, following in zip(dollars, [*dollars, len(text)][1:], strict=True):
        if closing:
            closing = False
        elif _is_price(text, here, following):
            money.add(here)
        else:
            closing = True
    return money


def _is_price(text: str, here: int, following: int) -> bool:
    """Whether a dollar sign that could open a formula is a price, given where the next one is."""
    if _AMOUNT_BEFORE.match(text, here) and text[here - 1 : here].isdigit():
        return True
    number = _PRICE.match(text, here)
    if number is None or not _ENDS_PRICE.match(text, number.end()):
        return False
    if following == len(text):
        return True
    between = text[number.end() : following]
    opens = text[following - 1] in " (" and text[following + 1 : following + 2] not in ("", " ")
    digit = text[following + 1 : following + 2].isdigit()
    return (opens and (digit or between.strip(" ,") != "")) or bool(
        _WORDS.search(between.split("\\", 1)[0])
    )


def _unmasked(text: str) -> Iterator[str]:
    """Pieces of the text, each formula as its mask; one that never closes stays as it is."""
    money = prices(text)
    opened = start = position = 0
    closing = ""
    for found in _DELIMITER.finditer(text):
        mark = found[0]
        if closing:
            if mark == closing:
                yield text[position:start]
                yield _masked(text[opened : found.start()])
                position, closing = found.end(), ""
        elif mark in _CLOSES and found.start() not in money:
            start, opened, closing = found.start(), found.end(), _CLOSES[mark]
    yield text[position:]


# Choices are often set as one formula: $\textbf{(A)}\ 4 \qquad \textbf{(B)}\ 8 ...$.
_CHOICE = re.compile(
    r"\\(?:text(?:bf|rm)?|mathrm|mathbf)\s?\{\s?\(?\s?([A-E])\s?[).]|\(([A-E])\)\\"
)


def _masked(formula: str) -> str:
    choices = [found[1] or found[2] for found in _CHOICE.finditer(formula)]
    if choices:
        return "".join(f" ({letter}) {MASK}" for letter in choices)
    end = _ENDING.search(formula)
    return f" {MASK}{end[1] if end else ''} "


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
