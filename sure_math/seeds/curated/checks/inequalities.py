"""Checks of the curated problems inequalities-1 to inequalities-19."""

from fractions import Fraction
from itertools import count
from math import hypot, sqrt

import sympy as sp

from sure_math.seeds.curated.checks.numeric import least, rational, surd

x = sp.Symbol("x", real=True)


def _solution(*relations: sp.Basic) -> sp.Set:
    return sp.Intersection(*(sp.solveset(r, x, sp.Reals) for r in relations))


def inequalities_1() -> sp.Set:
    """The three triangle inequalities, all strict."""
    return _solution(x + 2 * x > 7, x + 7 > 2 * x, 2 * x + 7 > x)


def inequalities_2() -> int:
    """Tries the integers."""
    return sum(abs(n - 20) < min(abs(n - 3), abs(n - 50)) for n in range(-200, 201))


def inequalities_3() -> sp.Set:
    """Solves both inequalities by computer algebra."""
    return _solution(x - 12 / x <= 1, x - 12 / x >= -1)


def inequalities_4() -> int:
    return next(hour for hour in count() if 40 * Fraction(3, 2) ** hour > 4000)


def inequalities_5() -> Fraction:
    """Minimises over y numerically; the condition gives x, which is positive for y > 1 only."""
    return rational(least(lambda y: (4 * y + 5) / (y - 1) + y, (1.1, 50)))


def inequalities_6() -> sp.Set:
    """Solves the inequality by computer algebra."""
    return _solution(sp.Abs(x - 4) + 2 * sp.Abs(x + 1) <= 12)


def inequalities_7() -> Fraction:
    """Minimises numerically over non-negative numbers; absolute values make no value larger."""

    def value(a: float, b: float, c: float) -> float:
        return a**4 + 16 * b**4 + 81 * c**4 - 72 * a * b * c

    return rational(least(value, (0, 5), (0, 5), (0, 5)))


def inequalities_8() -> sp.Set:
    """a and b with a given sum s and sum of squares q are real exactly if 2q >= s²."""
    return _solution(2 * (18 - x**2) >= (6 - x) ** 2)


def inequalities_9() -> int:
    """Tries all numbers of points; the other three tests hold at most 300 together."""
    return next(points for points in range(101) if 4 * 78 - points <= 3 * 100)


def inequalities_10() -> int:
    """Tries the integers."""
    return sum(2**36 < n**12 < 3**36 for n in range(1, 200))


def inequalities_11() -> int:
    """Tries the integers."""
    return sum(-3 <= Fraction(n - 1, 2) < 4 and n * n > 9 for n in range(-100, 101))


def inequalities_12() -> sp.Set:
    """Solves the inequality by computer algebra."""
    return _solution(x / (x - 3) - 4 / x <= 0)


def inequalities_13() -> int:
    """Adds sheet after sheet."""
    return next(n for n in count() if Fraction(7, 8) ** n < Fraction(1, 5))


def inequalities_14() -> sp.Set:
    """Takes the extreme values on a grid of width 1/10, which holds the corners and the axis."""
    values = [a * a - b * b for a in range(20, 51) for b in range(-30, 41)]
    return sp.Interval(sp.Rational(min(values), 100), sp.Rational(max(values), 100))


def inequalities_15() -> Fraction:
    """Minimises over b numerically."""
    return rational(least(lambda b: 54 / b**2 + 4 * b, (0.1, 50)))


def inequalities_16() -> sp.Expr:
    """Maximises numerically over the domain [0, 5]."""
    return -surd(least(lambda t: -2 * sqrt(t) - sqrt(abs(15 - 3 * t)), (0, 5)))


def inequalities_17() -> sp.Set:
    """Puts y = (s - x)/2 and asks when the quadratic in x has a real root."""
    s, y = sp.Symbol("s", real=True), (sp.Symbol("s", real=True) - x) / 2
    condition = sp.discriminant(sp.expand(x**2 + 4 * y**2 - 2 * x - 16 * y), x)
    return sp.Interval(*sorted(sp.solve(condition, s)))


def inequalities_18() -> Fraction:
    """Minimises over both numbers numerically."""
    return rational(least(lambda a, b: (a + 2 * b + 3) ** 6 / (a * b**2), (0.1, 9), (0.1, 9)))


def inequalities_19() -> Fraction:
    """Minimises over both numbers numerically."""
    return rational(
        least(lambda a, b: hypot(a, 1) + hypot(b - a, 2) + hypot(12 - b, 2), (0, 12), (0, 12))
    )
