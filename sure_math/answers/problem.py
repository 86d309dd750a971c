"""Decisions that one answer cannot make, taken once over all answers of a problem.

Pairwise rules would not be transitive (9% = 9 and 9% = 0.09, but 9 != 0.09; 5 cm = 5 = 5 m). So
units, percent signs and names are settled per problem, and every answer gets one key:
- one unit among the answers: it is dropped. Several: each stays part of its key, and answers
  without one remain open for the judge.
- 9% is 0.09 if any answer of the problem writes such a fraction, otherwise 9.
- one assigned variable: dropped (x=3 is 3). Several (x=3 and y=3 are lines): each stays.
"""

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from sure_math.answers.canonical import Form, Item, parse
from sure_math.answers.numbers import exact_value, render
from sure_math.answers.units import PERCENT


def problem_keys(answers: Iterable[str]) -> dict[str, str]:
    """The key of every distinct answer of one problem; equal keys mean equal answers."""
    forms = _percentages({answer: parse(answer) for answer in answers})
    items = [item for form in forms.values() for item in form.items]
    units = len({item.unit for item in items if item.unit}) > 1
    names = len({item.name for item in items if item.name}) > 1
    return {answer: form.key(names=names, units=units) for answer, form in forms.items()}


def _percentages(forms: dict[str, Form]) -> dict[str, Form]:
    """Percentages as fractions of 1 if the problem's other answers write them so."""
    items = [item for form in forms.values() for item in form.items]
    bare = {exact_value(item.value) for item in items if not item.unit}
    if not any(item.unit == PERCENT and _fraction(item) in bare for item in items):
        return forms
    return {answer: Form(tuple(map(_as_fraction, form.items))) for answer, form in forms.items()}


def _fraction(item: Item) -> Fraction | str:
    value = exact_value(item.value)
    return "open" if value is None else value / 100


def _as_fraction(item: Item) -> Item:
    value = exact_value(item.value)
    if item.unit != PERCENT or value is None:
        return item
    return replace(item, value=render(value / 100), unit="")
