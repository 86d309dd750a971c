"""Checks of the curated problems polynomials-1 to polynomials-19."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import sympy as sp

from sure_math.seeds.curated.checks.numeric import rational

x = sp.Symbol("x", real=True)


def polynomials_1() -> int:
    """Tries the integers; the difference of the two values is linear in a."""
    (found,) = [a for a in range(-99, 100) if 1 + a + 5 + 7 == 8 + 4 * a + 10 + 7]
    return found


def polynomials_2() -> sp.Expr:
    """Asks for which b the second derivative of the product vanishes at 0."""
    b = sp.Symbol("b")
    product = (x**2 - 3 * x + 4) * (2 * x**2 + b * x - 1)
    (found,) = sp.solve(sp.diff(product, x, 2).subs(x, 0), b)
    return found


def polynomials_3() -> int:
    """Multiplies the coefficient lists."""
    base = np.array([1, 0, -4, 6])
    return int(np.convolve(np.convolve(base, base), base).sum())


def polynomials_4() -> int:
    """Divides for every k from -99 to 99."""
    found = [k for k in range(-99, 100) if sp.rem(x**3 - 2 * x + k, x + 2, x) == 9]
    (remainder,) = [sp.rem(x**3 - 2 * x + k, x - 1, x) for k in found]
    return int(remainder)


def polynomials_5() -> int:
    """Tries all pairs of numbers p and p + 4 in steps of a half."""
    halves = [Fraction(k, 2) for k in range(-99, 100)]
    (found,) = {p * (p + 4) for p in halves if p + (p + 4) == 10}
    return int(found)


def polynomials_6() -> sp.Expr:
    """Divides such a polynomial of degree 3, fitted to both facts."""
    u, v = sp.symbols("u v")
    p = x**3 + u * x + v
    fitted = sp.solve([p.subs(x, 1) - 4, p.subs(x, -2) - 10], [u, v])
    return sp.rem(p.subs(fitted), (x - 1) * (x + 2), x)


def polynomials_7() -> sp.Expr:
    """Computes both new roots with surds."""
    u, v = sp.solve(2 * x**2 - 7 * x + 4, x)
    first, second = u + 1 / v, v + 1 / u
    return x**2 - sp.radsimp(first + second) * x + sp.radsimp(sp.expand(first * second))


def polynomials_8() -> int:
    """Interpolates with computer algebra."""
    return int(sp.interpolate([(1, 4), (2, 9), (3, 18)], x).subs(x, 6))


def polynomials_9() -> tuple[int, int, int]:
    """Tries all triples from -9 to 9 at four places."""
    span, places = range(-9, 10), (0, 1, 3, 5)
    (found,) = [
        (a, b, c)
        for a in span
        for b in span
        for c in span
        if all(t**3 - 4 * t == (t - 2) ** 3 + a * (t - 2) ** 2 + b * (t - 2) + c for t in places)
    ]
    return found


def polynomials_10() -> sp.Expr:
    """Interpolates p through its values at -1, 1, 3, which are those for x = 0, 1, 2."""
    values = [(2 * t - 1, 4 * t * t - 8 * t + 7) for t in range(3)]
    p = sp.interpolate(values, x)
    assert sp.expand(p.subs(x, 2 * x - 1) - (4 * x**2 - 8 * x + 7)) == 0
    return p


def polynomials_11() -> int:
    """Tries all k that a root between -12 and 12 allows; no other integer divides 12."""
    return sum(any(d**3 + k * d == 12 for d in range(-12, 13)) for k in range(-2000, 2001))


def polynomials_12() -> Fraction:
    """Computes the three roots numerically."""
    roots = np.roots([1, -2, 4, -7])
    return rational(float(np.prod(roots**2 + 1).real))


def polynomials_13() -> sp.Expr:
    """Compares coefficients with (x - m + d)(x - m)(x - m - d)."""
    m, d, c = sp.symbols("m d c", real=True)
    product = sp.Poly((x - m + d) * (x - m) * (x - m - d), x)
    equations = [a - b for a, b in zip(product.all_coeffs(), (1, -9, 21, c), strict=True)]
    return max(s[m] + s[d] for s in sp.solve(equations[1:], [m, d, c], dict=True))


def polynomials_14() -> set[sp.Expr]:
    """Factors with computer algebra."""
    return set(sp.real_roots(2 * x**4 - 9 * x**3 + 14 * x**2 - 9 * x + 2))


def polynomials_15() -> sp.Expr:
    """Divides the polynomial itself."""
    return sp.rem(sp.Poly(x**100 + 2 * x**50), sp.Poly(x**2 - x + 1)).as_expr()


def polynomials_16() -> Fraction:
    """Solves the linear system for the five coefficients."""
    places = [sp.Integer(2) ** k for k in range(5)]
    system = sp.Matrix([[place**power for power in range(5)] for place in places])
    coefficients = system.LUsolve(sp.Matrix([1 / place for place in places]))
    return Fraction(int(coefficients[0].p), int(coefficients[0].q))


def polynomials_17() -> int:
    """Computes both powers modulo x² - x + 1, factor by factor."""
    first, second, found = (-1, 1), (0, 1), 0  # the pair (c, d) is c + d·x
    for n in range(1, 201):
        found += n >= 2 and (first[0] - second[0] + 1, first[1] - second[1]) == (0, 0)
        first = _times(first, (-1, 1))
        second = _times(second, (0, 1))
    return found


def _times(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    square = a[1] * b[1]  # x² is x - 1
    return a[0] * b[0] - square, a[0] * b[1] + a[1] * b[0] + square


def polynomials_18() -> int:
    """Counts the ways to reach 100 with coefficients of 1, 3, 9, 27 and 81."""
    ways = [1] + [0] * 100
    for power in (1, 3, 9, 27, 81):
        ways = [sum(ways[n - power * c] for c in range(9) if power * c <= n) for n in range(101)]
    return ways[100]


def polynomials_19() -> set[Fraction]:
    """Computes the roots numerically and tries all orders."""
    roots = [float(r.real) for r in np.roots([1, 0, -7, -7])]
    return {rational(a * a * b + b * b * c + c * c * a) for a, b, c in permutations(roots)}
