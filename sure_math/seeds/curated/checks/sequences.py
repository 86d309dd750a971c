"""Checks of the curated problems sequences-1 to sequences-19."""

from fractions import Fraction
from itertools import cycle
from math import gcd, isqrt, prod

import sympy as sp


def sequences_1() -> int:
    """Counts down."""
    return next(term for term in range(500, -100, -13) if term < 0)


def sequences_2() -> int:
    """Tries all positive integers for the first and the second number."""
    found = {
        max(first, second, 20 - first)
        for first in range(1, 20)
        for second in range(1, 217)
        if second**2 == first * (20 - first) and first * second * (20 - first) == 216
    }
    (largest,) = found
    return largest


def sequences_3() -> sp.Expr:
    """A closed form u·3^n + v fitted to two terms, then tested on the recursion."""
    n, u, v = sp.symbols("n u v")
    fitted = sp.solve([3 * u + v - 2, 9 * u + v - (3 * 2 - 2)], [u, v])
    closed = fitted[u] * 3**n + fitted[v]
    assert sp.simplify(closed.subs(n, n + 1) - (3 * closed - 2)) == 0
    return sp.simplify(closed)


def sequences_4() -> Fraction:
    """Adds the other terms for several differences; the given sum then fixes the first term."""
    sums = set()
    for step in range(-5, 6):
        first = Fraction(132 - step * sum(range(0, 21, 2)), 11)
        sums.add(sum(first + k * step for k in range(1, 21, 2)))
    (total,) = sums
    return Fraction(total)


def sequences_5() -> Fraction:
    """Adds the terms."""
    terms = (Fraction(2**k, (2**k + 1) * (2 ** (k + 1) + 1)) for k in range(1, 9))
    return sum(terms, Fraction(0))


def sequences_6() -> Fraction:
    a, b = Fraction(3), Fraction(7)
    for _ in range(2027):
        a, b = b, (b + 1) / a
    return a


def sequences_7() -> Fraction:
    """Adds the terms with a, b <= 80; the rest is below 10^-30."""
    span = range(1, 81)
    numerator = sum(abs(a - b) * 3 ** (160 - a - b) for a in span for b in span)
    total = Fraction(numerator, 3**160)
    near = total.limit_denominator(1000)
    assert abs(near - total) < Fraction(1, 10**30)
    return near


def sequences_8() -> int:
    """(5 + √26)^19 = a + b√26 exactly; shifted by 60 decimal places, its digits can be read."""
    a, b = 1, 0
    for _ in range(19):
        a, b = 5 * a + 26 * b, a + 5 * b
    digits = f"{isqrt(26 * b * b * 10**120) % 10**60:060}"
    return len(digits) - len(digits.lstrip("0"))


def sequences_9() -> int:
    """Lays hexagon after hexagon."""
    matches, hexagons = 1, 0
    while matches < 201:
        matches, hexagons = matches + 5, hexagons + 1
    assert matches == 201
    return hexagons


def sequences_10() -> int:
    """Lists the colours of the 123 seconds."""
    return [colour for colour, _ in zip(cycle("RGGBY"), range(123), strict=False)].count("G")


def sequences_11() -> int:
    """Tries all whole differences."""
    (largest,) = [60 + 4 * d for d in range(1, 180) if sum(60 + k * d for k in range(5)) == 540]
    return largest


def sequences_12() -> int:
    """Follows the recursion."""
    a = 5
    for n in range(1, 50):
        a += 2 * n
    return a


def sequences_13() -> int:
    """Writes the sequence down."""
    return sum([n for n in range(1, 100) for _ in range(n)][:100])


def sequences_14() -> Fraction:
    """Multiplies the factors."""
    return prod((1 - Fraction(4, k * k) for k in range(3, 41)), start=Fraction(1))


def sequences_15() -> Fraction:
    """Follows the recursion in fractions."""
    x = Fraction(3)
    for _ in range(49):
        x = (3 * x - 4) / (x - 1)
    return x


def sequences_16() -> int:
    """Follows the recursion and adds up."""
    terms = [5, 12]
    while len(terms) < 2026:
        terms.append(max(terms[-1], 0) - terms[-2])
    return sum(terms)


def sequences_17() -> Fraction:
    """Adds nine terms; the rest is below 10^-80."""
    a, total = 5, Fraction(0)
    for n in range(9):
        total += Fraction(3**n, a)
        a = a * a - 3 * a + 3
    near = total.limit_denominator(1000)
    assert abs(near - total) < Fraction(1, 10**80)
    return near


def sequences_18() -> Fraction:
    """Follows the recursion in fractions."""
    x = Fraction(3)
    for _ in range(4):
        x = (x**3 + 3 * x) / (3 * x**2 + 1)
    return x


def sequences_19() -> int:
    """Computes both terms and applies Euclid's algorithm."""
    terms = [0, 1]
    while len(terms) <= 42:
        terms.append(4 * terms[-1] - terms[-2])
    return gcd(terms[30], terms[42])
