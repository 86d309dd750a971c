"""Checks of the curated problems inequalities-1 to inequalities-8."""

from fractions import Fraction
from itertools import count

import sympy as sp

x = sp.Symbol("x", real=True)


def _solution(*relations: sp.Basic) -> sp.Set:
    return sp.Intersection(*(sp.solveset(r, x, sp.Reals) for r in relations))


def inequalities_1() -> sp.Set:
    return _solution(3 * x - 7 < 5 * x + 9, 5 * x + 9 <= 4 * x + 20)


def inequalities_2() -> int:
    return sum(abs(2 * n - 5) <= 9 for n in range(-100, 101))


def inequalities_3() -> sp.Set:
    return _solution((x - 1) * (x + 3) / (x - 4) >= 0)


def inequalities_4() -> int:
    return next(hour for hour in count() if 40 * Fraction(3, 2) ** hour > 4000)


def inequalities_5() -> sp.Expr:
    return sp.minimum(4 * x + 9 / (x - 2), x, sp.Interval.open(2, sp.oo))


def inequalities_6() -> sp.Set:
    return _solution(sp.Abs(x - 1) + sp.Abs(x + 2) < 7)


def inequalities_7() -> sp.Expr:
    y = (10 - 2 * x) / 3
    return sp.maximum(x**2 * y**3, x, sp.Interval(0, 5))


def inequalities_8() -> sp.Set:
    """a and b with a given sum s and sum of squares q are real exactly if 2q >= s²."""
    return _solution(2 * (18 - x**2) >= (6 - x) ** 2)
