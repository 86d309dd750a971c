"""Enumerations in a statement's prose: (a) (b), (i) (ii), 1. 2., (A) (B) (C).

An enumeration is a run of marks of one style in their order. What it lists decides what it is:
items that ask are parts (`questions`), bare values under capitals are choices, all else conditions.
"""

import re
from dataclasses import dataclass

from sure_math.statement.prose import prose

_SEQUENCES = {
    "lower": tuple("abcdefgh"),
    "upper": tuple("ABCDEFGH"),
    "roman": ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii"),
    "digit": tuple(str(number) for number in range(1, 31)),
    "circled": tuple("①②③④⑤⑥⑦⑧⑨"),
}
# A mark in brackets, a mark before a bracket, a mark with a stop that opens a line or a sentence.
_MARK = re.compile(
    r"(?<![\w)}\]¤])\((?P<round>[A-Ha-h]|[ivx]{1,4}|\d{1,2})[.)]\)?"
    r"|(?<![^\s;,:.])(?P<half>[A-Ha-h]|[ivx]{1,4}|\d{1,2})\)"
    r"|(?:^|(?<=[\n.;:?]))[ \t]*(?P<stop>[A-Ha-h]|[ivx]{1,4}|\d{1,2})(?:[.:]|\)\.)(?=\s|¤)"
    r"|(?<!\w)(?:Part|Question|Problem|Task|Subproblem|part|question|problem|[Qqp])[ ]?"
    r"\(?(?P<word>[A-Ha-h]|[ivx]{1,4}|\d{1,2})\)?\s?[.:)]"
    r"|(?P<circled>[①-⑨])"
)
_BULLET = re.compile(r"(?:^|\n)[ \t]*(?:[-*•∙]|\\item\b|\\bullet\b)[ \t]+")


@dataclass(frozen=True)
class Enumeration:
    """Items in their order, and the text before them.

    The last item runs to the end of the statement, so that it may hold what follows the list.
    """

    style: str
    lead: str
    items: tuple[str, ...]


def enumerations(text: str) -> list[Enumeration]:
    """Every enumeration of two or more items in some prose, in the order in which they open."""
    runs: list[tuple[str, list[tuple[int, int]]]] = []
    open_runs: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for found in _MARK.finditer(text):
        shape = found.lastgroup or ""
        for style, sequence in _SEQUENCES.items():
            if found[shape] not in sequence:
                continue
            place = sequence.index(found[shape])
            run = open_runs.get((shape, style))
            if place == 0:
                run = open_runs[shape, style] = []
                runs.append((style, run))
            if run is not None and place == len(run):
                run.append(found.span())
    bullets = [found.span() for found in _BULLET.finditer(text)]
    if bullets:
        runs.append(("bullet", bullets))
    return [_enumeration(text, style, run) for style, run in runs if len(run) > 1]


def _enumeration(text: str, style: str, run: list[tuple[int, int]]) -> Enumeration:
    ends = [start for start, _ in run[1:]] + [len(text)]
    items = tuple(text[end:stop].strip() for (_, end), stop in zip(run, ends, strict=True))
    return Enumeration(style, text[: run[0][0]].strip(), items)


_PICK = re.compile(
    r"\b(?:which(?: one)? (?:of|among) (?:the following|these (?:\w+ )?(?:options|statements|numbers"
    r"|expressions|values|answers|choices))|which option\b"
    r"|(?:choose|select|pick|circle|mark|enter|give)\s(?:only\s)?(?:the|one|all)\s(?:\w+\s){0,3}?"
    r"(?:option|choice|letter|alternative)s?\b"
    r"|(?:answer choices|options|choices|alternatives)(?: are)?\s?:)",
    re.IGNORECASE,
)
_QUESTION_ABOUT = re.compile(
    r"\b(?:which|what|who|is|are|equals?|following|then|choose|select)\b[^.]{0,300}[?:]?\s*$",
    re.IGNORECASE,
)
_LONGEST_CHOICE = 160


def offers_choices(statement: str) -> bool:
    """Whether answers are offered to choose from: lettered options, or "which of the following"."""
    text = prose(statement)
    if any(_are_choices(each) for each in enumerations(text)):
        return True
    found = _PICK.search(text)
    return found is not None and not _COUNTED.search(text[max(0, found.start() - 40) : found.end()])


_COUNTED = re.compile(r"\bhow many\b|\bnumber of\b|\bsum of\b", re.IGNORECASE)
_JOINED = re.compile(r"^(?:[,;.]|\s|and\b|or\b)*$")


def _are_choices(listed: Enumeration) -> bool:
    if listed.style not in ("upper", "lower", "roman", "digit") or len(listed.items) < 3:
        return False
    *inner, _last = listed.items
    if any(_JOINED.match(item) or len(item) > _LONGEST_CHOICE for item in inner):
        return False
    if any("?" in item or item.endswith("and") for item in inner):
        return False
    if listed.style == "upper":
        return True
    lead = listed.lead[-300:]
    return (
        len(listed.items[-1]) <= _LONGEST_CHOICE
        and lead.endswith("?")
        and (_PICK.search(lead) is not None)
    )
