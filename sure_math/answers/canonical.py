r"""The canonical key of an answer: equal keys mean equal answers, at no cost worth naming.

Notation is unified (`latex`), plain numbers become lowest-terms rationals (`numbers`), a variable
that is only assigned disappears (x=3 is 3), lists and sets are sorted, bracket types stay. Nothing
is simplified or evaluated: that is the symbolic tier. Units stay in the key (`units`).
Answers longer than MAX_LENGTH are their own key.
"""

import re
from dataclasses import dataclass

from sure_math.answers.latex import normalise
from sure_math.answers.numbers import exact_value, render
from sure_math.answers.units import split_unit, with_unit

MAX_LENGTH = 2000
_MAX_PASSES = 6

_LETTER = r"(?:[A-Za-z]|\\(?:alpha|beta|gamma|theta|lambda|mu|phi|omega|ell))(?:_(?:\w|\{\w+\}))?'?"
_NAME = re.compile(
    rf"(?:(?P<variable>{_LETTER})(?:\({_LETTER}(?:,{_LETTER})*\))?"
    rf"|(?P<other>\|?[A-Z][A-Z]\|?|\({_LETTER}(?:,{_LETTER})+\)))"
    r"(?:=|\\in(?=[\[(]|\\\{))(?P<value>[^=<>]+)",
    re.DOTALL,
)
_RELATION = re.compile(r"[=<>]|\\(?:leq|geq|neq|in)(?![A-Za-z])")
_TEXT_ANSWER = re.compile(r"(?:\\text\{)?(?P<words>[A-Za-z][A-Za-z\s',.!-]*)\}?\.?")
_CHOICE = re.compile(r"\(([A-Ja-j])\)|([A-J])[).]")
_BRACKETS = re.compile(r"(?P<open>\(|\[|\\\{)(?P<inside>.*?)(?P<close>\)|\]|\\\})", re.DOTALL)


@dataclass(frozen=True)
class Item:
    """One value of an answer: "x = 5 cm" is (x, 5, cm)."""

    name: str
    value: str
    unit: str


@dataclass(frozen=True)
class Form:
    """A parsed answer: one item, or an unordered list of several."""

    items: tuple[Item, ...]

    def key(self, *, names: bool = False, units: bool = True) -> str:
        """The key, with or without the assigned variable and the units."""
        # (x)=3 and not x=3, so that `canonical` leaves a name alone that was kept on purpose.
        parts = sorted(
            (f"({item.name})=" if names and item.name else "")
            + with_unit(item.value, item.unit if units else "")
            for item in self.items
        )
        return ",".join(parts)


def canonical(answer: str) -> str:
    """The canonical key of one answer; canonical(canonical(a)) == canonical(a)."""
    return parse(answer).key()


def parse(answer: str) -> Form:
    """The canonical form of an answer: repeated passes until nothing changes any more."""
    answer = answer.strip()
    text = answer
    for _ in range(_MAX_PASSES):
        if len(text) > MAX_LENGTH:
            break
        form = _parse_once(text)
        names = {item.name for item in form.items} - {""}
        key = form.key()
        if key == text or (names and _parse_once(key).key() == key):
            return form
        text = key
    return Form((Item("", answer, ""),))


def _parse_once(text: str) -> Form:
    if match := _CHOICE.fullmatch(text.strip()):
        return Form((Item("", (match[1] or match[2]).upper(), ""),))
    if words := _text_answer(text):
        return Form((Item("", words, ""),))
    text = _approximation(normalise(text))
    parts, connectives = _split(text)
    named = [_named(part) for part in parts]
    if len({name for name, _ in named if name}) > 1:
        named = [("", part) for part in parts]
    if "or" in connectives and any(_RELATION.search(value) for _, value in named):
        return Form((Item("", text, ""),))
    items = [Item(name, *_quantity(value)) for name, part in named for value in _plus_minus(part)]
    return Form(tuple(items))


def _text_answer(text: str) -> str:
    r"""Key of an answer in words, "" if it is not one: "No solution." is \text{nosolution}."""
    match = _TEXT_ANSWER.fullmatch(text.strip().strip("{}$"))
    if not match or not re.search(r"[A-Za-z]*[a-z][A-Za-z]{2}|[A-Za-z]{2}[a-z]", match["words"]):
        return ""
    return rf"\text{{{re.sub(r'[^a-z]', '', match['words'].lower())}}}"


def _approximation(text: str) -> str:
    r"""The exact side of "1/3 \approx 0.333"; the other side where nothing exact is written."""
    exact, _, rounded = text.partition(r"\approx")
    return rounded.strip() if rounded and re.fullmatch(rf"(?:{_LETTER})?", exact) else exact


def _split(text: str) -> tuple[list[str], set[str]]:
    """Parts at top-level commas, semicolons and connectives, and which connectives there were."""
    parts, connectives, depth, start = [], set(), 0, 0
    if r"\begin{" in text:
        return [text], set()
    for token in re.finditer(r"\\(?:and|or)(?![A-Za-z]) ?|\\[{}]|[()\[\]{}]|[,;]", text):
        mark = token[0].strip()
        if mark.strip("\\") in ("(", "[", "{"):
            depth += 1
        elif mark.strip("\\") in (")", "]", "}"):
            depth -= 1
        elif depth == 0:
            parts.append(text[start : token.start()])
            connectives.add(mark.strip("\\"))
            start = token.end()
    parts.append(text[start:])
    parts = [part for part in parts if part]
    return (parts, connectives) if depth == 0 and parts else ([text], set())


def _named(part: str) -> tuple[str, str]:
    """("x", "3") for x=3, ("f", "2x") for f(x)=2x; else ("", part)."""
    match = _NAME.fullmatch(part)
    if not match:
        return "", part
    name = match["variable"] or match["other"]
    return ("", part) if name in _letters(match["value"]) else (name, match["value"])


def _letters(text: str) -> str:
    return re.sub(r"\\[A-Za-z]+", "", text)


def _plus_minus(part: str) -> list[str]:
    r"""Both values of a part with exactly one \pm."""
    if part.count(r"\pm") != 1 or r"\mp" in part:
        return [part]
    before, after = (
        re.split(r"\\pm(?![A-Za-z]) ?", part)
        if re.search(r"\\pm(?![A-Za-z])", part)
        else (part, "")
    )
    if not after:
        return [part]
    plus = "" if not before or before[-1] in "{(=" else "+"
    return [f"{before}{plus}{after}", f"{before}-{after}"]


def _quantity(part: str) -> tuple[str, str]:
    """(value, unit) with plain numbers as lowest-terms rationals."""
    value, unit = split_unit(part)
    return _value(value), unit


def _value(text: str) -> str:
    text = text.removeprefix("+")
    if (number := exact_value(text)) is not None:
        return render(number)
    pieces = text.split(r"\cup")
    if len(pieces) > 1 and all(_BRACKETS.fullmatch(piece) for piece in pieces):
        return r"\cup".join(sorted(map(_bracketed, pieces)))
    return _bracketed(text)


def _bracketed(text: str) -> str:
    """A tuple, interval or set with its coordinates as plain numbers; other text as it is."""
    match = _BRACKETS.fullmatch(text)
    if not match or re.search(r"[()\[\]]|\\[{}]", match["inside"]):
        return text
    inside, _ = _split(match["inside"])
    if len(inside) == 1 and match["open"] == "(" and match["close"] == ")":
        return text if _CHOICE.fullmatch(text) else inside[0]
    values = [
        render(n) if (n := exact_value(v)) is not None else v.removeprefix("+") for v in inside
    ]
    if match["open"] == r"\{":
        values = sorted(set(values))
    return match["open"] + ",".join(values) + match["close"]
