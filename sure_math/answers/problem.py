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

from sure_math.answers.canonical import Item, parse
from sure_math.answers.numbers import exact_value, render
from sure_math.answers.units import PERCENT


def problem_keys(answers: Iterable[str]) -> dict[str, str]:
    """The key of every distinct answer of one problem; equal keys mean equal answers."""
    forms = {answer: parse(answer) for answer in answers}
    items = [item for form in forms.values() for item in form.items]
    if _fractions_written(items):
        forms = {
            answer: replace(form, items=tuple(map(_as_fraction, form.items)))
            for answer, form in forms.items()
        }
    units = {item.unit for form in forms.values() for item in form.items} - {""}
    names = {form.name for form in forms.values()} - {""}
    return {
        answer: form.key(name=len(names) > 1, units=len(units) > 1)
        for answer, form in forms.items()
    }


def _fractions_written(items: Iterable[Item]) -> bool:
    """Whether some percentage also stands there as a fraction of 1."""
    items = list(items)
    plain = {item.value for item in items if not item.unit}
    return any(item.unit == PERCENT and _as_fraction(item).value in plain for item in items)


def _as_fraction(item: Item) -> Item:
    value = exact_value(item.value)
    if item.unit != PERCENT or value is None:
        return item
    return Item(render(value / 100))
