"""Checks of the curated problems algebra-1 to algebra-8."""

from fractions import Fraction

import sympy as sp

x = sp.Symbol("x", real=True)


def algebra_1() -> sp.Expr:
    (root,) = sp.solve(sp.Eq(5 * (2 * x - 3) - 3 * (x + 4), 2 * x + 8), x)
    return root


def algebra_2() -> Fraction:
    """All prices of a pen in cents; the first fact then gives the notebook, the second decides."""
    prices = {
        Fraction(1310 - 3 * pen, 2)
        for pen in range(437)
        if pen + 4 * Fraction(1310 - 3 * pen, 2) == 1770
    }
    (notebook,) = prices
    return notebook / 100


def algebra_3() -> set[sp.Expr]:
    k = sp.Symbol("k")
    return set(sp.solve(sp.discriminant(x**2 + (k - 2) * x + 9, x), k))


def algebra_4() -> sp.Expr:
    return sp.expand((x - 2) * (x**2 + 3 * x + 5) - x * (x - 1) * (x + 4))


def algebra_5() -> sp.Expr:
    (root,) = [r for r in sp.solve(x - 1 / x - 3, x) if r > 0]
    return sp.sqrtdenest(sp.radsimp(sp.expand(root**3 + 1 / root**3)))


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
