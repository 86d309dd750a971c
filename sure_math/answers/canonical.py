r"""The canonical key of an answer: equal keys mean equal answers, at no cost worth naming.

Notation is unified (`latex`), plain numbers become lowest-terms rationals (`numbers`), a variable
that is only assigned disappears (x=3 is 3), lists and sets are sorted, bracket types stay. Nothing
is simplified or evaluated: that is the symbolic tier. Units stay in the key (`units`).
Answers longer than MAX_LENGTH are their own key.
"""

import re
from dataclasses import dataclass, replace

from sure_math.answers.latex import normalise
from sure_math.answers.numbers import exact_value, render
from sure_math.answers.units import split_unit, with_unit

MAX_LENGTH = 2000
_MAX_PASSES = 6

_LETTER = r"(?:[A-Za-z]|\\(?:alpha|beta|gamma|theta|lambda|mu|phi|omega|ell))(?:_(?:\w|\{\w+\}))?'?"
_NAME = re.compile(
    rf"(?P<name>{_LETTER}(?:\({_LETTER}(?:,{_LETTER})*\))?"
    rf"|\|?[A-Z][A-Z]\|?|\({_LETTER}(?:,{_LETTER})+\))"
    r"(?:=|\\in(?=[\[(]|\\\{))(?P<value>.+)",
    re.DOTALL,
)
_RELATION = re.compile(r"[=<>]|\\(?:leq|geq|neq|in)(?![A-Za-z])")
_PLUS_MINUS = re.compile(r"\\(?:pm|mp)(?![A-Za-z]) ?")
_TEXT_ANSWER = re.compile(r"(?:\\text\{)?(?P<words>[A-Za-z][A-Za-z \n',.!-]*)\}?\.?")
_CHOICE = re.compile(r"\(([A-Ja-j])\)|([A-J])[).]")
_BRACKETS = re.compile(r"(?P<open>\(|\[|\\\{)(?P<inside>.*?)(?P<close>\)|\]|\\\})", re.DOTALL)


@dataclass(frozen=True)
class Item:
    """One value of an answer and its unit of measure, "" without one."""

    value: str
    unit: str = ""


@dataclass(frozen=True)
class Form:
    """A parsed answer: one value, or an unordered list of several."""

    items: tuple[Item, ...]
    name: str = ""
    """The variable the values were assigned to."""

    def key(self, *, name: bool = False, units: bool = True) -> str:
        """The key, with or without the assigned variable and the units."""
        values = [with_unit(item.value, item.unit if units else "") for item in self.items]
        # (x)=3 and not x=3, so that `canonical` leaves a name alone that was kept on purpose.
        prefix = f"({self.name})=" if name and self.name else ""
        return prefix + ",".join(sorted(values))


def canonical(answer: str) -> str:
    """The canonical key of one answer; canonical(canonical(a)) == canonical(a)."""
    return parse(answer).key()


def parse(answer: str) -> Form:
    """The canonical form of an answer: passes until nothing changes any more."""
    answer = answer.strip()
    as_written = Form((Item(answer),))
    if len(answer) > MAX_LENGTH:
        return as_written
    form = _parse_once(answer)
    for _ in range(_MAX_PASSES):
        key = form.key()
        if len(key) > MAX_LENGTH:
            return as_written
        again = _parse_once(key)
        if again.key() == key:
            return form
        form = replace(again, name=form.name or again.name)
    return as_written


def _parse_once(text: str) -> Form:
    if match := _CHOICE.fullmatch(text):
        return Form((Item((match[1] or match[2]).upper()),))
    if words := _text_answer(text):
        return Form((Item(words),))
    text = _approximation(normalise(text))
    parts, connectives = _split(text)
    named = [_named(part) for part in parts]
    names = {name for name, _ in named} - {""}
    values = parts if len(names) > 1 else [value for _, value in named]
    if "or" in connectives and any(map(_RELATION.search, values)):
        return Form((Item(text),))
    # Groups, as in p=5,q=2;p=7,q=3 or 1,2;3,4: sorting would tear them apart.
    if 1 < len(names) < sum(bool(name) for name, _ in named):
        return Form((Item(",".join(parts)),))
    if {",", ";"} <= connectives:
        return Form((Item(text),))
    items = [Item(*_quantity(one)) for value in values for one in _plus_minus(value)]
    return Form(tuple(items), _function(names.pop()) if len(names) == 1 else "")


def _text_answer(text: str) -> str:
    r"""Key of an answer in words, "" if it is not one: "No solution." is \text{nosolution}."""
    match = _TEXT_ANSWER.fullmatch(text.strip().strip("{}$"))
    words = match["words"] if match else ""
    if not any(len(w) > 2 and not w.isupper() for w in re.findall(r"[A-Za-z]+", words)):
        return ""
    letters = re.sub(r"[ \n.']", "", words.lower())
    return rf"\text{{{letters}}}"


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
    """("x", "3") for x=3; ("", part) for anything but a variable assigned a value without it."""
    match = _NAME.fullmatch(part)
    if not match or _RELATION.search(match["value"]):
        return "", part
    letters = re.sub(r"\\[A-Za-z]+", "", match["value"])
    return ("", part) if match["name"] in letters else (match["name"], match["value"])


def _function(name: str) -> str:
    """f for f(x): the argument's letter says nothing."""
    return name.partition("(")[0] or name


def _plus_minus(part: str) -> list[str]:
    r"""Both values of a part with exactly one \pm."""
    pieces = _PLUS_MINUS.split(part)
    if len(pieces) != 2 or not pieces[1]:
        return [part]
    before, after = pieces
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
    inside, connectives = _split(match["inside"])
    if connectives & {"and", "or"}:
        return text
    if len(inside) == 1 and match["open"] == "(" and match["close"] == ")":
        return text if _CHOICE.fullmatch(text) else inside[0]
    values = [
        render(n) if (n := exact_value(v)) is not None else v.removeprefix("+") for v in inside
    ]
    if match["open"] == r"\{":
        values = sorted(set(values))
    return match["open"] + ",".join(values) + match["close"]
