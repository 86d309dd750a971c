"""Checks of the curated problems probability-1 to probability-8."""

from fractions import Fraction
from itertools import combinations, product

import sympy as sp


def _share(outcomes: list[bool]) -> Fraction:
    return Fraction(sum(outcomes), len(outcomes))


def probability_1() -> Fraction:
    return _share([a == b for a, b in combinations("rrrrrbbbbggg", 2)])


def probability_2() -> Fraction:
    return _share([a * b % 6 == 0 for a, b in product(range(1, 7), repeat=2)])


def probability_3() -> Fraction:
    return _share([sum(tosses) > 3 for tosses in product((0, 1), repeat=6)])


def probability_4() -> Fraction:
    """Per 1000 items: 50 defective, 950 good."""
    defective, good = 50 * Fraction(90, 100), 950 * Fraction(10, 100)
    return defective / (defective + good)


def probability_5() -> Fraction:
    return _share([a + b > c for a, b, c in combinations(range(1, 11), 3)])


def probability_6() -> Fraction:
    rolls = list(product(range(6), repeat=4))
    return Fraction(sum(len(set(roll)) for roll in rolls), len(rolls))


def probability_7() -> sp.Expr:
    """Ann's chance a on her turn: a = 1/6 + 5/6 · 2/3 · a."""
    a = sp.Symbol("a")
    (chance,) = sp.solve(sp.Eq(a, sp.Rational(1, 6) + sp.Rational(5, 6) * sp.Rational(2, 3) * a), a)
    return chance


def probability_8() -> sp.Expr:
    """The area under min(1 - x, 2/(9x)); the two curves cross at 1/3 and 2/3."""
    x = sp.Symbol("x", positive=True)
    low, high = sorted(sp.solve(sp.Eq(1 - x, sp.Rational(2, 9) / x), x))
    outer = sp.integrate(1 - x, (x, 0, low)) + sp.integrate(1 - x, (x, high, 1))
    middle = sp.integrate(sp.Rational(2, 9) / x, (x, low, high))
    return sp.expand(sp.logcombine(sp.expand_log(outer + middle), force=True))
