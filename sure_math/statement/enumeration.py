"""Enumerations in a statement's prose: (a) (b), (i) (ii), 1. 2., (A) (B) (C), bullets.

An enumeration is a run of marks of one shape and style in their order. Its items decide what it is:
items that ask are `parts`, values to choose from are `choices`, all else conditions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from sure_math.statement.prose import ITEM, MASK, prose

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_SEQUENCES = {
    "lower": tuple("abcdefgh"),
    "upper": tuple("ABCDEFGH"),
    "roman": _ROMAN,
    "Roman": tuple(number.upper() for number in _ROMAN),
    "digit": tuple(str(number) for number in range(1, 31)),
    "greek": tuple("αβγδε"),
    "circled": tuple("①②③④⑤⑥⑦⑧⑨"),
    "one sign": tuple("ⅠⅡⅢⅣⅤⅥⅦⅧ"),
}
_MARK = re.compile(
    rf"(?<![\w)}}\]{MASK}])[(\[](?P<round>{ITEM}|[Ⅰ-Ⅷα-ε])[.)\]]\)?"
    rf"|(?<![^\s;,:.])(?P<half>{ITEM})[)/](?!\d)"
    rf"|(?<!\S)(?P<capital>[A-H])\.(?=\s*[-\d{MASK}])"
    rf"|(?:^|(?<=[\n.;:?]))[ \t]*(?P<stop>{ITEM})(?:[.:]|\)\.)(?=[\s{MASK}])"
    r"|\b(?:[Pp]art|[Qq]uestion|[Pp]roblem|[Tt]ask|[Ss]ubproblem|[Vv]ersion|[Ss]tep|[Qq]|p)[ ]?"
    rf"\(?(?P<word>{ITEM})\)?\s?[.:)]"
    r"|(?P<sign>[①-⑨])"
)
_SHAPES = {"capital": "stop"}  # the first one may open a line, the others stand in it
_BULLET = re.compile(r"(?:^|\n)[ \t]*[-*•∙○☐□][ \t]+")

_LEAD = 200  # characters
_TAIL = 600
_MOST = 20  # enumerations that are looked at; no problem has more


@dataclass(frozen=True)
class Enumeration:
    """Items in their order, and the end of the prose before them.

    The last item runs on into what follows the list. Both are cut to what decides, so that many
    short lists in one text cost no more than the text.
    """

    style: str
    lead: str
    items: tuple[str, ...]


@lru_cache(maxsize=8)
def enumerations(statement: str) -> tuple[Enumeration, ...]:
    """Every enumeration of two or more items, in the order in which they open."""
    return tuple(_enumerations(prose(statement)))


def _enumerations(text: str) -> Iterator[Enumeration]:
    for style, marks in islice((run for run in _runs(text) if len(run[1]) > 1), _MOST):
        first, last = marks[0][0], marks[-1][1]
        stops = [start for start, _ in marks[1:]] + [last + _TAIL]
        items = (text[end:stop].strip() for (_, end), stop in zip(marks, stops, strict=True))
        yield Enumeration(style, text[max(0, first - _LEAD) : first].strip(), tuple(items))


def _runs(text: str) -> list[tuple[str, list[tuple[int, int]]]]:
    """Style and places of the marks of each run, even of a single mark."""
    runs: list[tuple[str, list[tuple[int, int]]]] = []
    current: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for found in _MARK.finditer(text):
        mark = found[found.lastgroup or 0]
        shape = _SHAPES.get(found.lastgroup or "", found.lastgroup or "")
        for style, sequence in _SEQUENCES.items():
            if mark == sequence[0]:
                current[shape, style] = []
                runs.append((style, current[shape, style]))
            run = current.get((shape, style))
            if run is not None and sequence[len(run) : len(run) + 1] == (mark,):
                run.append(found.span())
    runs.append(("bullet", [found.span() for found in _BULLET.finditer(text)]))
    return runs
