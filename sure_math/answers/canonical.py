r"""The canonical key of an answer: equal keys mean equal answers, at no cost worth naming.

Notation is unified (`latex`), plain numbers become lowest-terms rationals (`numbers`), a variable
that is only assigned disappears (x=3 is 3), lists and sets are sorted, bracket types stay. Nothing
is simplified or evaluated: later tiers do that. Units stay in the key (`units`).
Answers longer than MAX_LENGTH are their own key.
"""

import functools
import re
from dataclasses import dataclass, replace

from sure_math.answers.expression import ANY_INTEGER
from sure_math.answers.latex import normalise
from sure_math.answers.numbers import exact_value, render
from sure_math.answers.phrases import number_in_words, phrase_key
from sure_math.answers.units import split_unit, with_unit

MAX_LENGTH = 2000
_MAX_PASSES = 6

_GREEK = (
    r"\\(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|rho|sigma|tau|phi|varphi|omega|ell"
    r"|Gamma|Theta|Lambda|Phi|Psi|Omega) ?"
)
_LETTER = rf"(?:[A-Za-z]|{_GREEK})(?:_(?:\w|\{{[\w\\, ]+\}}))?'?"
# What geometers name: segments, angles, areas; their ratios and functions of an angle.
_POINTS = r"\|?[A-Z]{2,}\|?|\\(?:overline|widehat|triangle|angle) ?(?:[A-Z]+|\{[A-Z]+\})"
_QUANTITY = rf"(?:{_POINTS}|m?\\angle ?[A-Z]+|{_LETTER})"
_FUNCTION_OF = rf"\\(?:sin|cos|tan|cot|log|ln) ?(?:{_QUANTITY}|\({_QUANTITY}\))"
_NAME = re.compile(
    rf"(?P<name>{_LETTER}\({_LETTER}(?:,{_LETTER})*\)|\({_LETTER}(?:,{_LETTER})+\)"
    rf"|{_QUANTITY}(?:[:/]{_QUANTITY})*|\\frac\{{{_QUANTITY}\}}\{{{_QUANTITY}\}}|{_FUNCTION_OF})"
    r"(?:=|\\in(?=[\[(]|\\\{))(?P<value>.+)",
    re.DOTALL,
)
_PLAIN_NAME = re.compile(rf"{_LETTER}(?:\(.*\))?|\(.*\)|{_POINTS}")
_RELATION = re.compile(r"[=<>]|\\(?:leq|geq|neq|in)(?![A-Za-z])")
_PLUS_MINUS = re.compile(r"\\(?:pm|mp)(?![A-Za-z]) ?")
# "(approximately 3.14)" behind the exact value.
_REMARK = re.compile(
    r"(?<=\S)\s*(?:\\q?quad|\\[;,: ]|\s)*(?:\\text\s*\{\s*)?\((?:\\text\s*\{)?\s*"
    r"(?:about|approx(?:imately|\.)?|roughly|≈|\\approx)(?![A-Za-z])[^()]*\)\}?\s*\.?$"
)
# "The maximum is" in front of a formula.
_INTRODUCTION = re.compile(
    r"\s*\\text\s*\{[^{}]*\b(?:is|are|equals)(?: equal to)?:?\s*\}(?=.*\S)", re.DOTALL
)
_FIGURE = re.compile(
    r"\\(?P<kind>triangle|angle|overline) ?(?P<points>[A-Z]{2,4}(?![A-Za-z_'])|\{[A-Z]{2,4}\})"
)
_INTEGER_PARAMETER = re.compile(
    r"(?P<values>.*?)(?:,|;|:|\||\()*(?P<letter>[a-z])\\in ?\\mathbb\{Z\}\)?", re.DOTALL
)
_TEXT_ANSWER = re.compile(
    r"(?:\\(?:text(?:bf|it|rm)?|mathrm|mbox)\s*\{)?(?P<words>[A-Za-z][A-Za-z \n',.!-]*)\}?\.?"
)
_CHOICE = re.compile(r"\(([A-Ja-j])\)|([A-J])[).]")
_BRACKETS = re.compile(r"(?P<open>\(|\[|\\\{)(?P<inside>.*?)(?P<close>\)|\]|\\\})", re.DOTALL)


@dataclass(frozen=True)
class Item:
    """One value of an answer, its unit of measure and the variable it was assigned to."""

    value: str
    unit: str = ""
    name: str = ""


@dataclass(frozen=True)
class Form:
    """A parsed answer: one value, or an unordered list of several."""

    items: tuple[Item, ...]

    @property
    def names(self) -> frozenset[str]:
        """The variables that values were assigned to."""
        return frozenset(item.name for item in self.items) - {""}

    def key(self, *, names: bool = True, units: bool = True) -> str:
        """The key, with or without the names of several variables, and the units."""
        several = names and len(self.names) > 1
        # With a space: "1,250" would be read as a number again.
        return ", ".join(
            sorted(
                (f"{item.name}=" if several and item.name else "")
                + with_unit(item.value, item.unit if units else "")
                for item in self.items
            )
        )

    def key_with_names(self, *, units: bool) -> str:
        """The key with every name, also a single one."""
        if len(self.names) != 1:
            return self.key(units=units)
        # [x]=3 and not x=3, so that `canonical` leaves a name alone that was kept on purpose.
        return f"[{next(iter(self.names))}]={self.key(units=units)}"


_KEPT_NAME = re.compile(r"\[([^\[\]]+)\]=(.+)", re.DOTALL)


def kept_name(key: str) -> tuple[str, str]:
    """(name, rest) of a key whose name was kept, ("", key) of any other."""
    match = _KEPT_NAME.fullmatch(key)
    return (match[1], match[2]) if match else ("", key)


def canonical(answer: str) -> str:
    """The canonical key of one answer; canonical(canonical(a)) == canonical(a)."""
    return parse(answer).key()


# Its own key, and the most frequent answer there is.
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,200}")


@functools.lru_cache(maxsize=4096)
def parse(answer: str) -> Form:
    """The canonical form of an answer: passes until nothing changes any more."""
    answer = answer.strip()
    as_written = Form((Item(answer),))
    if len(answer) > MAX_LENGTH or _INTEGER.fullmatch(answer):
        return as_written
    form = _parse_once(answer)
    for _ in range(_MAX_PASSES):
        key = form.key()
        if len(key) > MAX_LENGTH:
            return as_written
        again = _parse_once(key)
        if again.key() == key:
            return form
        if len(form.names) == 1:
            again = Form(tuple(replace(item, name=min(form.names)) for item in again.items))
        form = again
    return as_written


def _parse_once(text: str) -> Form:
    if match := _CHOICE.fullmatch(text):
        return Form((Item((match[1] or match[2]).upper()),))
    if words := _text_answer(text):
        return Form((Item(words),))
    text = normalise(_INTRODUCTION.sub("", _REMARK.sub("", text), count=1))
    parts, connectives = _split(_family(text))
    parts = [_approximation(part) for part in parts]
    named = [_named(part) for part in parts]
    names = {name for name, _ in named} - {""}
    relations = len(names) > 1 or any(_RELATION.search(value) for _, value in named)
    if "or" in connectives and relations:
        return Form((Item(text),))
    # Groups, as in p=5,q=2;p=7,q=3 or 1,2;3,4: sorting would tear them apart.
    if 1 < len(names) < sum(bool(name) for name, _ in named):
        return Form(_groups(named) or (Item(",".join(parts)),))
    if {",", ";"} <= connectives:
        return Form((Item(text),))
    if len(names) == 1:
        named = [(_function(name), value) for name, value in named]
    return Form(
        tuple(Item(*_quantity(one), name) for name, value in named for one in _plus_minus(value))
    )


def _family(text: str) -> str:
    r"""2k+1,k\in\mathbb{Z} with the parameter replaced: its letter says nothing."""
    match = _INTEGER_PARAMETER.fullmatch(text)
    if not match or r"\text" in text:
        return text
    pieces = re.split(r"(\\[A-Za-z]+)", match["values"])
    pieces[::2] = [piece.replace(match["letter"], ANY_INTEGER) for piece in pieces[::2]]
    return "".join(pieces)


def _groups(named: list[tuple[str, str]]) -> tuple[Item, ...]:
    """p=5,q=2,p=7,q=3 as the tuples (5,2),(7,3) of (p,q); () if the names do not repeat so."""
    names = sorted({name for name, _ in named})
    size = len(names)
    groups = [dict(named[i : i + size]) for i in range(0, len(named), size)]
    if any(sorted(group) != names for group in groups):
        return ()
    values = [f"({','.join(group[name] for name in names)})" for group in groups]
    return tuple(Item(*_quantity(value), f"({','.join(names)})") for value in values)


def _text_answer(text: str) -> str:
    r"""Key of an answer in words, "" if it is not one: "No solution." is \text{nosolution}."""
    match = _TEXT_ANSWER.fullmatch(text.strip().strip("{}$"))
    words = match["words"] if match else ""
    if not any(len(w) > 2 and not w.isupper() for w in re.findall(r"(?!and\b)[A-Za-z]+", words)):
        return r"\text{dne}" if words == "DNE" else ""
    if (number := number_in_words(words)) is not None:
        return render(number)
    return phrase_key(words)


def _approximation(part: str) -> str:
    r"""1/3 for "1/3 \approx 0.333"; a name is no value, so "x \approx 0.3" is x = 0.3."""
    exact, _, rounded = part.partition(r"\approx")
    if not rounded or re.search(r"\d|\\pi|^e$", re.sub(r"_(?:\w|\{[^{}]*\})", "", exact)):
        return exact
    return f"{exact}={rounded.strip()}" if exact else rounded.strip()


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
    # Only a plain variable can be assigned an expression: ln(x) = z is an equation.
    if not _PLAIN_NAME.fullmatch(match["name"]) and re.search(r"[A-Za-z]", letters):
        return "", part
    return ("", part) if match["name"] in letters else (match["name"], match["value"])


def _function(name: str) -> str:
    """f for f(x): the argument's letter says nothing."""
    return name if name.startswith("\\") else name.partition("(")[0] or name


def _plus_minus(part: str) -> list[str]:
    r"""Both values of a part with exactly one \pm."""
    pieces = _PLUS_MINUS.split(part)
    if len(pieces) != 2 or not pieces[1] or part.startswith(r"\{"):
        return [part]
    before, after = pieces
    plus = "" if not before or before[-1] in "{(=" else "+"
    return [f"{before}{plus}{after}", f"{before}-{after}"]


def _quantity(part: str) -> tuple[str, str]:
    """(value, unit) with plain numbers as lowest-terms rationals."""
    value, unit = split_unit(part)
    return _value(value), unit


def _value(text: str) -> str:
    text = _FIGURE.sub(_figure, text.removeprefix("+"))
    if (number := exact_value(text)) is not None:
        return render(number)
    pieces = text.split(r"\cup")
    if len(pieces) > 1 and all(_BRACKETS.fullmatch(piece) for piece in pieces):
        return r"\cup".join(sorted(map(_bracketed, pieces)))
    return _bracketed(text)


def _figure(match: re.Match[str]) -> str:
    """Segments and angles from their smaller end, triangles from the smallest corner."""
    kind, points = match["kind"], match["points"].strip("{}")
    turned = [points[i:] + points[:i] for i in range(len(points))]
    return rf"\{kind} {min(turned if kind == 'triangle' else (points, points[::-1]))}"


_PRINTED = re.compile(r"\[([^\[\],]+)\]")


def _bracketed(text: str) -> str:
    """A tuple, interval or set with its coordinates as plain numbers; other text as it is."""
    printed = _PRINTED.fullmatch(text)  # [3], as a program prints a list of one
    if printed and (number := exact_value(printed[1])) is not None:
        return render(number)
    match = _BRACKETS.fullmatch(text)
    if not match or re.search(r"[()\[\]]|\\[{}]", match["inside"]):
        return text
    inside, connectives = _split(match["inside"])
    if connectives & {"and", "or"}:
        return text
    if len(inside) == 1 and match["open"] == "(" and match["close"] == ")":
        return text if _CHOICE.fullmatch(text) else inside[0]
    is_set = match["open"] == r"\{"
    if is_set:
        inside = [value for part in inside for value in _plus_minus(part)]
    values = [
        render(n) if (n := exact_value(v)) is not None else v.removeprefix("+") for v in inside
    ]
    if is_set:
        values = sorted(set(values))
    return match["open"] + ",".join(values) + match["close"]
