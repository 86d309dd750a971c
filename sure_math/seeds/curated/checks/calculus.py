"""Checks of the curated problems calculus-1 to calculus-18."""

from fractions import Fraction
from itertools import pairwise
from math import atan, hypot, pi, tan

import mpmath as mp
import sympy as sp

from sure_math.seeds.curated.checks.numeric import least, rational, surd


def calculus_1() -> Fraction:
    """Adds the ways of 200 days."""
    return rational(float(sum(6 * Fraction(2, 3) ** day for day in range(200))))


def calculus_2() -> Fraction:
    """Tries all side lengths in steps of 10 centimetres."""
    sides = [Fraction(k, 10) for k in range(201)]
    return max(a * (60 - 3 * a) / 2 for a in sides)


def calculus_3() -> Fraction:
    """Tries all times up to 20 seconds in steps of a tenth of a second."""
    return min(abs(t * t - (6 * t - 14)) for t in (Fraction(k, 10) for k in range(201)))


def calculus_4() -> Fraction:
    """Computes the quotient at t = 10^-10 with 60 digits."""
    with mp.workdps(60):
        t = mp.mpf(10) ** -10
        s = -3 / ((t**2 - 3) / t)
        return rational(float((s - t) / t**3))


def calculus_5() -> tuple[int, int]:
    """Takes the slope from a symmetric difference and tries the integers."""
    slope = rational(((1 + 1e-4) ** 3 - (1 - 1e-4) ** 3) / 2e-4 - 4, 1e-7)
    (other,) = [t for t in range(-99, 100) if t != 1 and t**3 - 4 * t == -3 + slope * (t - 1)]
    return other, other**3 - 4 * other


def calculus_6() -> sp.Expr:
    """Minimises the distance numerically."""
    return surd(least(lambda t: hypot(t, t * t - 2.5), (-5, 5)))


def calculus_7() -> Fraction:
    """Finds m by bisection; the area is integrated numerically."""
    low, high = 0.0, 100.0
    for _ in range(60):
        m = (low + high) / 2
        area = float(mp.quad(lambda t, m=m: m * t - t * t, [0, m]))
        low, high = (m, high) if area < 36 else (low, m)
    return rational(low)


def calculus_8() -> Fraction:
    """Integrates numerically."""
    total = mp.quad(lambda t: t**4 * mp.sin(t) + 3 * t**2 + abs(t), [-2, 0, 2])
    return rational(float(total))


def calculus_9() -> sp.Expr:
    """Computes the sums for n = 32, 64, ..., 2048 and extrapolates in powers of 1/n."""
    sizes = [32 * 2**k for k in range(7)]
    row = [sum(n / (n * n + 3 * k * k) for k in range(1, n + 1)) for n in sizes]
    for order in range(1, len(sizes)):
        row = [(2**order * fine - coarse) / (2**order - 1) for coarse, fine in pairwise(row)]
    return sp.pi * surd(row[0] / pi)


def calculus_10() -> Fraction:
    """Integrates numerically; every value of the inverse is the root of a quintic."""

    def inverse(t: mp.mpf) -> mp.mpf:
        return mp.findroot(lambda u: u**5 + 2 * u**3 + 3 * u - t, t / 6)

    return rational(float(mp.quad(inverse, [0, 1, 6])))


def calculus_11() -> sp.Expr:
    """Minimises the numerical integral over c and finds its relation with e, its root and 1."""

    def integral(c: float) -> float:
        return float(mp.quad(lambda t: abs(mp.exp(t) - c), [0, mp.log(c), 1]))

    value = least(integral, (1, 2.7))
    v, whole, root, one = mp.pslq([value, mp.e, mp.sqrt(mp.e), 1], tol=1e-9, maxcoeff=50)
    return -(whole * sp.E + root * sp.sqrt(sp.E) + one) / sp.Integer(v)


def calculus_12() -> Fraction:
    """Integrates numerically where the graph is below the line."""
    area = mp.quad(lambda t: max(0, 5 - abs(t * t - 4)), [-4, -3, -2, 0, 2, 3, 4])
    return rational(float(area))


def calculus_13() -> int:
    """Derives p·e^{2x} six times: p becomes p' + 2p."""
    p = [0, 0, 0, 1, 0]
    for _ in range(6):
        p = [(k + 1) * p[k + 1] + 2 * p[k] for k in range(4)] + [0]
    return p[0]


def calculus_14() -> Fraction:
    """Integrates numerically."""
    total = mp.quad(lambda t: t * t / (1 + (t + mp.sqrt(t * t + 1)) ** 5), [-3, -1, 0, 1, 3])
    return rational(float(total))


def calculus_15() -> int:
    """Follows the sequence for 200,000 steps; the quotient then is within 0.01 of its limit."""
    a = 1.0
    for _ in range(200_000):
        a += 5 / (a * a)
    quotient = a**3 / 200_001
    assert abs(quotient - round(quotient)) < 0.01
    return round(quotient)


def calculus_16() -> sp.Expr:
    """Adds the integrals between consecutive integers numerically."""
    total = mp.nsum(lambda n: n * (1 / n**2 - 1 / (n + 1) ** 2) / 2, [1, mp.inf])
    found = rational(float(total / mp.pi**2))
    return sp.Rational(found.numerator, found.denominator) * sp.pi**2


def calculus_17() -> sp.Expr:
    """Minimises over the left tangent numerically and finds the relation with √2 and 1."""

    def area(a: float) -> float:
        b = tan(atan(2 * a) + pi / 4) / 2
        return 2 * (abs(b - a) / 2) ** 3 / 3

    value = least(area, (-5, 5))
    v, root, one = mp.pslq([value, mp.sqrt(2), 1], tol=1e-9, maxcoeff=100)
    return -(root * sp.sqrt(2) + one) / sp.Integer(v)


def calculus_18() -> sp.Expr:
    """Adds the series numerically and finds its integer relation with π and ln 2."""
    with mp.workdps(30):
        total = mp.nsum(lambda n: 1 / ((4 * n + 1) * (4 * n + 2)), [0, mp.inf])
        s, p, q = mp.pslq([total, mp.pi, mp.log(2)], maxcoeff=100)
    return -(p * sp.pi + q * sp.log(2)) / sp.Integer(s)
