"""Enumerations in a statement's prose: (a) (b), (i) (ii), 1. 2., (A) (B) (C), bullets.

An enumeration is a run of marks of one shape and style in their order. Its items decide what it is:
items that ask are parts (`questions`), values to choose from are choices, all else conditions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sure_math.statement.prose import ITEM, MASK, prose

_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_SEQUENCES = {
    "lower": tuple("abcdefgh"),
    "upper": tuple("ABCDEFGH"),
    "roman": _ROMAN,
    "Roman": tuple(number.upper() for number in _ROMAN),
    "digit": tuple(str(number) for number in range(1, 31)),
    "circled": tuple("①②③④⑤⑥⑦⑧⑨"),
    "one sign": tuple("ⅠⅡⅢⅣⅤⅥⅦⅧ"),
}
_MARK = re.compile(
    rf"(?<![\w)}}\]{MASK}])\((?P<round>{ITEM}|[Ⅰ-Ⅷ])[.)]\)?"
    rf"|(?<![^\s;,:.])(?P<half>{ITEM})\)"
    rf"|(?:^|(?<=[\n.;:?]))[ \t]*(?P<stop>{ITEM})(?:[.:]|\)\.)(?=[\s{MASK}])"
    r"|\b(?:[Pp]art|[Qq]uestion|[Pp]roblem|[Tt]ask|[Ss]ubproblem|[Vv]ersion|[Qq]|p)[ ]?"
    rf"\(?(?P<word>{ITEM})\)?\s?[.:)]"
    r"|(?P<sign>[①-⑨])"
)
_BULLET = re.compile(r"(?:^|\n)[ \t]*[-*•∙][ \t]+")

_LEAD = 300  # characters
_TAIL = 2000


@dataclass(frozen=True)
class Enumeration:
    """Items in their order, and the end of the prose before them.

    The last item runs on into what follows the list. Both are cut to what decides, so that many
    short lists in one text cost no more than the text.
    """

    style: str
    lead: str
    items: tuple[str, ...]


def enumerations(statement: str) -> Iterator[Enumeration]:
    """Every enumeration of two or more items, in the order in which they open."""
    text = prose(statement)
    for style, marks in _runs(text):
        if len(marks) > 1:
            first, last = marks[0][0], marks[-1][1]
            stops = [start for start, _ in marks[1:]] + [last + _TAIL]
            items = (text[end:stop].strip() for (_, end), stop in zip(marks, stops, strict=True))
            yield Enumeration(style, text[max(0, first - _LEAD) : first].strip(), tuple(items))


def _runs(text: str) -> list[tuple[str, list[tuple[int, int]]]]:
    """Style and places of the marks of each run, even of a single mark."""
    runs: list[tuple[str, list[tuple[int, int]]]] = []
    current: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for found in _MARK.finditer(text):
        shape = found.lastgroup or ""
        for style, sequence in _SEQUENCES.items():
            if found[shape] == sequence[0]:
                current[shape, style] = []
                runs.append((style, current[shape, style]))
            run = current.get((shape, style))
            if run is not None and sequence[len(run) : len(run) + 1] == (found[shape],):
                run.append(found.span())
    runs.append(("bullet", [found.span() for found in _BULLET.finditer(text)]))
    return runs


_NOUN = r"(?:options?|choices?|alternatives?|answers?|letters?)"
_PICK = re.compile(
    r"\bwhich(?: one)? (?:of|among) (?:the following|these (?:\w+ )?(?:options|statements|numbers"
    r"|expressions|values|answers|choices))"
    rf"|\bwhich {_NOUN}\b|\b(?:answer choices|options|choices|alternatives)(?: are)?\s?:"
    rf"|\b(?:choose|select|pick|circle|mark|enter|give) (?:only )?(?:the|one) (?:correct|right|best) {_NOUN}"
    rf"|\b(?:choose|select|pick|circle|mark|enter|give|type) (?:only )?the letters?\b",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"(?:[,;.\s]|and\b|or\b)*$")
_LONGEST_CHOICE = 160  # characters


def offers_choices(statement: str) -> bool:
    """Whether answers are offered to choose from: lettered options, or "which of the following"."""
    if any(map(_are_choices, enumerations(statement))):
        return True
    return _PICK.search(prose(statement)) is not None


def _are_choices(listed: Enumeration) -> bool:
    *inner, last = listed.items
    if len(inner) < 2 or any(map(_is_no_choice, inner)):
        return False
    if listed.style == "upper":
        return True
    asked = listed.lead.endswith(("?", ":")) and _PICK.search(listed.lead)
    return len(last) <= _LONGEST_CHOICE and bool(asked)


def _is_no_choice(item: str) -> bool:
    long = len(item) > _LONGEST_CHOICE
    return long or "?" in item or item.endswith(" and") or _EMPTY.match(item) is not None
