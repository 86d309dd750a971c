"""Decisions that one answer cannot make, taken once over all answers of a problem.

Pairwise rules would not be transitive (9% = 9 and 9% = 0.09, but 9 != 0.09; 5 cm = 5 = 5 m). So
units, percent signs and names are settled per problem, and every answer gets one key:
- one unit among the answers: it is dropped. Several: each stays part of its key, and answers
  without one remain open for the judge.
- 9% is 0.09 if any answer of the problem writes such a fraction, otherwise 9.
- assigned variables are dropped (x=3 is 3), unless two answers would become equal by that which
  name different ones (x=3 and y=3 are lines): then each stays.
- x=1, y=2 is (1,2), in the order of the names, where another answer writes a pair.
- 30^\\circ is \\frac{\\pi}{6} where another answer is a multiple of \\pi.
- several units of one kind (3 hours, 180 minutes) are converted into one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from sure_math.answers.canonical import Form, Item, parse
from sure_math.answers.numbers import exact_value, render
from sure_math.answers.units import PERCENT, base_unit, convertible

_ANGLE = re.compile(r"\\pi(?![A-Za-z])|\\arc|\\(?:sin|cos|tan)\^\{-1\}")


def problem_keys(answers: Iterable[str]) -> dict[str, str]:
    """The key of every distinct answer of one problem; equal keys mean equal answers."""
    distinct = set(answers)
    if len(distinct) < 2:  # most problems: nothing to compare with
        return {answer: answer for answer in distinct}
    forms = {answer: parse(answer) for answer in sorted(distinct)}
    items = [item for form in forms.values() for item in form.items]
    if _fractions_written(items):
        forms = _with_items(forms, _as_fraction)
    if any(_ANGLE.search(item.value) and not item.unit for item in items):
        forms = _with_items(forms, _in_radians)
    units = {item.unit for form in forms.values() for item in form.items} - {""}
    several = len(units) > 1
    if several and convertible(units):
        forms = _with_items(forms, _in_base_unit)
    if _names_matter(forms.values(), units=several):
        return {a: form.key_with_names(units=several) for a, form in forms.items()}
    if any(_is_tuple(item) for form in forms.values() for item in form.items):
        forms = {answer: _as_tuple(form) for answer, form in forms.items()}
    return {a: form.key(names=False, units=several) for a, form in forms.items()}


def _with_items(forms: dict[str, Form], change: Callable[[Item], Item]) -> dict[str, Form]:
    return {a: replace(form, items=tuple(map(change, form.items))) for a, form in forms.items()}


def _names_matter(forms: Iterable[Form], *, units: bool) -> bool:
    """Whether two answers differ in nothing but the variables they name, or name each other's."""
    forms = list(forms)
    names = frozenset().union(*(form.names for form in forms))
    if len(names) > 1 and any(_mentions(item, names) for form in forms for item in form.items):
        return True
    named: dict[str, set[str]] = defaultdict(set)
    for form in forms:
        if form.names:
            named[form.key(names=False, units=units)].add(form.key_with_names(units=units))
    return any(len(keys) > 1 for keys in named.values())


def _mentions(item: Item, names: frozenset[str]) -> bool:
    """x = y + 1, where another answer is y = x - 1."""
    letters = set(re.findall(r"\\[A-Za-z]+|[A-Za-z]", item.value))
    return bool(item.name and letters & names)


def _fractions_written(items: Iterable[Item]) -> bool:
    """Whether some percentage also stands there as a fraction of 1."""
    items = list(items)
    plain = {item.value for item in items if not item.unit}
    return any(item.unit == PERCENT and _as_fraction(item).value in plain for item in items)


def _as_fraction(item: Item) -> Item:
    value = exact_value(item.value)
    if item.unit != PERCENT or value is None:
        return item
    return replace(item, value=render(value / 100), unit="")


def _in_base_unit(item: Item) -> Item:
    """The quantity in the base unit of its kind; as it is if its value is no plain number."""
    value = exact_value(item.value)
    if value is None or not item.unit:
        return item
    factor, unit = base_unit(item.unit)
    return replace(item, value=render(value * factor), unit=unit)


def _in_radians(item: Item) -> Item:
    value = exact_value(item.value)
    if value is None or item.unit != "degree":
        return item
    return replace(item, value=rf"\pi\cdot {render(value / 180)}", unit="")


def _is_tuple(item: Item) -> bool:
    return item.value.startswith("(") and item.value.endswith(")") and "," in item.value


def _as_tuple(form: Form) -> Form:
    """x=1, y=2 as (1,2); any other form as it is."""
    if not 1 < len(form.names) == len(form.items):
        return form
    values = [item.value for item in sorted(form.items, key=lambda item: item.name)]
    return Form((Item(f"({','.join(values)})"),))
