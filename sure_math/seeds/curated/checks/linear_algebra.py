"""Checks of the curated problems linear-algebra-1 to linear-algebra-18."""

from fractions import Fraction
from itertools import combinations_with_replacement, pairwise, product

import numpy as np
import sympy as sp

x = sp.Symbol("x", real=True)


def linear_algebra_1() -> int:
    """Tries all numbers of both moves."""
    counts = product(range(100), repeat=2)
    (moves,) = [m + n for m, n in counts if (3 * m - n, 2 * n - m) == (7, 6)]
    return moves


def linear_algebra_2() -> int:
    """Tries all weights in steps of half a kilogram."""
    weights = combinations_with_replacement(range(41), 3)
    (heaviest,) = [c for a, b, c in weights if [a + b, a + c, b + c] == [26, 34, 40]]
    return heaviest // 2


def linear_algebra_3() -> Fraction:
    """Tries the fractions with denominators up to 9."""
    values = {Fraction(p, q) for q in range(1, 10) for p in range(-99, 100)}
    (k,) = [k for k in values if 3 * 4 - 5 * k == 2 * 4 - 5]
    return k


def linear_algebra_4() -> set[Fraction]:
    """Tries the multiples of a quarter; the area is a difference of trapezoids under the sides."""

    def area(t: Fraction) -> Fraction:
        corners = [(Fraction(1), 1), (Fraction(5), 3), (t, 4), (Fraction(1), 1)]
        strips = ((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(corners))
        return abs(sum(strips, Fraction(0)))

    return {t for t in (Fraction(k, 4) for k in range(-200, 201)) if area(t) == 3}


def linear_algebra_5() -> int:
    """Computes the ten powers and adds their entries."""
    a = np.array([[1, 2], [0, 1]])
    return sum(int(np.linalg.matrix_power(a, n)[0, 1]) for n in range(1, 11))


def linear_algebra_6() -> int:
    """Compares the ranks without and with the right side for all integers from -99 to 99."""
    (found,) = [
        k
        for k in range(-99, 100)
        if np.linalg.matrix_rank([[k, 2], [8, k]]) < np.linalg.matrix_rank([[k, 2, 6], [8, k, 12]])
    ]
    return found


def linear_algebra_7() -> tuple[Fraction, Fraction]:
    """Tries all points of the line in steps of a tenth."""
    steps = [Fraction(k, 10) for k in range(-100, 101)]
    t = min(steps, key=lambda t: (2 * t - 7) ** 2 + (t - 1) ** 2)
    return 2 * t, t


def linear_algebra_8() -> sp.Expr:
    """Builds both matrices from one with letters and divides their determinants."""
    u, v, w = (sp.Matrix([sp.symbols(f"{name}:3")]) for name in "uvw")
    mixed = sp.Matrix.vstack(u + 2 * v, v + 2 * w, w + 2 * u)
    return 5 * sp.cancel(mixed.det() / sp.Matrix.vstack(u, v, w).det())


def linear_algebra_9() -> sp.Expr:
    """Computes the powers of one such matrix exactly."""
    a = sp.Matrix([[1, 1], [1, 3]])
    assert (a.trace(), a.det()) == (4, 2)
    return (a**3 + a.inv() ** 3).trace()


def linear_algebra_10() -> sp.Expr:
    """Computes the rank wherever the determinant vanishes."""
    a = sp.Symbol("a", real=True)
    matrix = sp.Matrix([[1, a, 1], [a, 1, 1], [1, 1, a]])
    (found,) = [r for r in sp.real_roots(matrix.det()) if matrix.subs(a, r).rank() == 2]
    return found


def linear_algebra_11() -> int:
    """Multiplies 20 times."""
    return int((sp.Matrix([[4, -1], [1, 2]]) ** 20)[0, 0])


def linear_algebra_12() -> sp.Expr:
    """Writes the matrix down and computes its determinant by elimination."""
    entries = {0: 3, 1: 1, -1: 2}
    return sp.Matrix(12, 12, lambda i, j: entries.get(int(j - i), 0)).det()


def linear_algebra_13() -> sp.Expr:
    """Writes the matrix down and computes its determinant by elimination."""
    return sp.Matrix(6, 6, lambda i, j: min((i + 1) ** 2, (j + 1) ** 2)).det()


def linear_algebra_14() -> sp.Expr:
    """Builds one such matrix of three blocks of trace 1 and one entry, and tests it."""
    block = sp.Matrix([[0, 6], [1, 1]])
    a = sp.diag(block, block, block, -2)
    assert a**2 == a + 6 * sp.eye(7)
    assert a.trace() == 1
    return a.det()


def linear_algebra_15() -> int:
    """Tries all 625 matrices."""
    entries = product(range(-2, 3), repeat=4)
    squares = ((a * a + b * c, b * (a + d), c * (a + d), b * c + d * d) for a, b, c, d in entries)
    return sum(square == (1, 0, 0, 1) for square in squares)


def linear_algebra_16() -> sp.Expr:
    """Integrates with letters and solves for the point where both derivatives vanish."""
    a, b = sp.symbols("a b", real=True)
    value = sp.integrate(sp.expand((x**3 - a * x - b) ** 2), (x, -1, 1))
    return value.subs(sp.solve([sp.diff(value, a), sp.diff(value, b)], [a, b]))


def linear_algebra_17() -> sp.Expr:
    """All squared edges (law of cosines) give the volume by the Cayley-Menger determinant."""
    apex = [0, 4, 9, 16]
    base = [[0, 7, 12], [7, 0, 13], [12, 13, 0]]
    squares = [apex, *([a, *row] for a, row in zip(apex[1:], base, strict=True))]
    return sp.sqrt(sp.Matrix([[0, 1, 1, 1, 1], *([1, *row] for row in squares)]).det() / 288)


def linear_algebra_18() -> sp.Expr:
    """Describes a polynomial by its values at 0, 1, 2, 3 instead of its coefficients."""
    places = range(4)
    columns = []
    for k in places:
        p = sp.interpolate([(t, int(t == k)) for t in places], x)
        image = p.subs(x, 3 * x) - 2 * p + sp.diff(p, x)
        columns.append([image.subs(x, t) for t in places])
    return sp.Matrix(columns).det()
