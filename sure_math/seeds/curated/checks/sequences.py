"""Checks of the curated problems sequences-1 to sequences-8."""

from fractions import Fraction
from math import isqrt

import sympy as sp


def sequences_1() -> Fraction:
    step = Fraction(31 - 11, 7 - 3)
    return 11 + (20 - 3) * step


def sequences_2() -> sp.Expr:
    first, ratio = sp.symbols("first ratio", positive=True)
    ((value, _),) = sp.solve([first * ratio - 12, first * ratio**3 - 108], [first, ratio])
    return value


def sequences_3() -> sp.Expr:
    """A closed form u·3^n + v fitted to two terms, then tested on the recursion."""
    n, u, v = sp.symbols("n u v")
    fitted = sp.solve([3 * u + v - 2, 9 * u + v - (3 * 2 - 2)], [u, v])
    closed = fitted[u] * 3**n + fitted[v]
    assert sp.simplify(closed.subs(n, n + 1) - (3 * closed - 2)) == 0
    return sp.simplify(closed)


def sequences_4() -> int:
    return sum(n for n in range(51, 250) if n % 4 == 0)


def sequences_5() -> Fraction:
    return sum((Fraction(1, (2 * k - 1) * (2 * k + 1)) for k in range(1, 41)), Fraction(0))


def sequences_6() -> Fraction:
    a, b = Fraction(3), Fraction(7)
    for _ in range(2027):
        a, b = b, (b + 1) / a
    return a


def sequences_7() -> sp.Expr:
    n = sp.Symbol("n", integer=True, positive=True)
    return sp.summation(n * (n + 1) / sp.Integer(4) ** n, (n, 1, sp.oo))


def sequences_8() -> int:
    """(2 + √3)^50 = a + b√3 exactly; its floor is a + floor(√(3b²))."""
    a, b = 1, 0
    for _ in range(50):
        a, b = 2 * a + 3 * b, a + 2 * b
    return (a + isqrt(3 * b * b)) % 100
