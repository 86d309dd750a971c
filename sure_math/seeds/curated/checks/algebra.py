"""Checks of the curated problems algebra-1 to algebra-19."""

from fractions import Fraction
from math import cbrt, sqrt

import numpy as np
import sympy as sp

from sure_math.seeds.curated.checks.numeric import least, rational, surd

x = sp.Symbol("x", real=True)


def algebra_1() -> int:
    """Tries the integers; both sides are linear and differ in slope."""
    (number,) = [n for n in range(-99, 100) if 5 * (n - 3) + 1 == 3 * n]
    return number


def algebra_2() -> Fraction:
    """All prices of a pen in cents; the first fact then gives the notebook, the second decides."""
    prices = {
        Fraction(1310 - 3 * pen, 2)
        for pen in range(437)
        if pen + 4 * Fraction(1310 - 3 * pen, 2) == 1770
    }
    (notebook,) = prices
    return notebook / 100


def algebra_3() -> set[int]:
    """Counts the solutions for all k in steps of a half, and for two far values of k."""

    def solutions(k: sp.Expr) -> int:
        return len(set(sp.real_roots(x**2 - 4 * x + k) + sp.real_roots(x**2 - 6 * x + k)))

    values = [sp.Rational(k, 2) for k in range(-20, 31)]
    assert (solutions(values[0] * 100), solutions(values[-1] * 100)) == (4, 0)
    return {k for k in values if solutions(k) == 3}


def algebra_4() -> Fraction:
    """Builds five such boxes from one edge each and compares the volumes."""
    growths = set()
    for a in (5.0, 5.5, 6.0, 7.5, 8.0):
        total, area = 20 - a, 125 - a * (20 - a)
        b = (total + sqrt(total**2 - 4 * area)) / 2
        c = total - b
        growths.add(rational((a + 2) * (b + 2) * (c + 2) - a * b * c))
    (growth,) = growths
    return growth


def algebra_5() -> sp.Expr:
    """Solves for x numerically by bisection and recognises the square of the value."""
    low, high = 2.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if middle**2 + 9 / middle**2 < 19 else (low, middle)
    return surd(low**3 - 27 / low**3)


def algebra_6() -> sp.Expr:
    """The roots of p(u - 1) are r + 1, s + 1, t + 1; their reciprocals sum to -c1/c0."""
    shifted = sp.Poly((x - 1) ** 3 - 4 * (x - 1) ** 2 - 7 * (x - 1) + 5, x)
    *_, linear, constant = shifted.all_coeffs()
    return -linear / constant


def algebra_7() -> set[tuple[sp.Expr, sp.Expr]]:
    y = sp.Symbol("y", real=True)
    return set(sp.solve([x**2 + x * y - 15, y**2 + x * y - 10], [x, y]))


def algebra_8() -> int:
    """An integer triple with these sums exists; Newton's identities make it the only one."""
    span = range(-6, 7)
    values = {
        a**4 + b**4 + c**4
        for a in span
        for b in span
        for c in span
        if (a + b + c, a**2 + b**2 + c**2, a**3 + b**3 + c**3) == (3, 29, 45)
    }
    (value,) = values
    return value


def algebra_9() -> Fraction:
    """Tries all weights of the empty aquarium; the first fact then gives the water."""
    (empty,) = [e for e in range(38) if e + Fraction(2 * (38 - e), 3) == 29]
    return Fraction(empty)


def algebra_10() -> int:
    """Tries the integers from 7 on."""
    (larger,) = [n for n in range(7, 1000) if n**2 - (n - 6) ** 2 == 132]
    return larger


def algebra_11() -> int:
    """Adds up the terms and halves the sum until it is 1."""
    total, halvings = sum([8**5] * 16), 0
    while total > 1:
        assert total % 2 == 0
        total, halvings = total // 2, halvings + 1
    return halvings


def algebra_12() -> int:
    """Tries the integers with the logarithms to base 16: the increasing sum reaches 7 once."""
    (found,) = [n for n in range(1, 1000) if n**4 * n**2 * n == 16**7]
    return found


def algebra_13() -> set[sp.Expr]:
    """Squares the equation and keeps the roots that solve it."""
    roots = sp.solve((x - 3) ** 2 - (2 * sp.sqrt(x**2) - 6) ** 2, x)
    return {r for r in roots if abs(r - 3) == 2 * abs(r) - 6}


def algebra_14() -> sp.Expr:
    """Solves the second equation for five double roots."""
    gaps = set()
    for double in range(-2, 3):
        low, high = sorted(sp.solve((x - double) ** 2 - 18, x))
        gaps.add(high - low)
    (gap,) = gaps
    return gap


def algebra_15() -> Fraction:
    """Adds the real cube roots numerically."""
    inner = 22 * sqrt(2)
    return rational(cbrt(25 + inner) + cbrt(25 - inner))


def algebra_16() -> sp.Expr:
    """Puts x = 1, computes y and the quotient numerically, and recognises its square."""
    y = (7 + sqrt(45)) / 2
    return surd((1 + y**3) / (y - 1) ** 3)


def algebra_17() -> sp.Set:
    """Counts the solutions for k = 0, 1/2, ..., 14; the values found lie in one run and 0."""
    found = [k for k in (sp.Rational(i, 2) for i in range(29)) if _solutions(k) == 4]
    assert found == [0] + [sp.Rational(i, 2) for i in range(9, 24)]
    half = sp.Rational(1, 2)
    return sp.Union(sp.FiniteSet(0), sp.Interval.open(found[1] - half, found[-1] + half))


def _solutions(k: sp.Expr) -> int:
    sizes = {r for sign in (1, -1) for r in sp.real_roots(x**2 - 8 * x + 12 + sign * k) if r >= 0}
    return sum(1 if r == 0 else 2 for r in sizes)


def algebra_18() -> Fraction:
    """Computes the three roots of t³ - 7t = c for several c."""
    sums = {
        rational(sum(float(r) ** 4 for r in np.roots([1, 0, -7, -c])), 1e-7) for c in range(-7, 8)
    }
    (value,) = sums
    return value


def algebra_19() -> sp.Expr:
    """Minimises the sum over x numerically; the equation gives y."""

    def total(t: float) -> float:
        other = 27 / (t + sqrt(t * t + 9))
        return t + (other * other - 9) / (2 * other)

    return surd(least(total, (-20, 20)))
