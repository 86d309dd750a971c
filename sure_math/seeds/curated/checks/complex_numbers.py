"""Checks of the branch complex numbers: real and imaginary parts, or numerical values."""

from fractions import Fraction
from itertools import product
from math import hypot

import mpmath
import sympy as sp


def complex_numbers_1() -> sp.Expr:
    """Try the whole parts around: the other corners see the diagonal under a right angle."""
    corners = [
        (y, x)
        for x, y in product(range(-10, 20), repeat=2)
        if (x - 1) * (x - 7) + (y - 2) * (y - 4) == 0
        and (x - 1) ** 2 + (y - 2) ** 2 == (x - 7) ** 2 + (y - 4) ** 2
    ]
    y, x = max([*corners, (2, 1), (4, 7)])
    return x + y * sp.I


def complex_numbers_2() -> int:
    """The directions of the hundred powers, in whole degrees; all absolute values are 1."""
    return len({84 * n % 360 for n in range(1, 101)})


def complex_numbers_3() -> sp.Expr:
    """Try all numbers with whole parts from -25 to 25; the direction and |z|² are given."""
    parts = product(range(-25, 26), repeat=2)
    ((x, y),) = [(x, y) for x, y in parts if (hypot(x, y) * x, hypot(x, y) * y) == (15, -20)]
    return x + y * sp.I


def complex_numbers_4() -> sp.Expr:
    """Try all numbers with whole parts from -20 to 20; the equation is linear and regular."""
    parts = product(range(-20, 21), repeat=2)
    ((x, y),) = [(x, y) for x, y in parts if (x + 2 * x, y - 2 * y) == (9, -4)]
    return x + y * sp.I


def complex_numbers_5() -> set[sp.Expr]:
    """Solve the two real equations of the parts."""
    x, y = sp.symbols("x y", real=True)
    parts = sp.solve([x**2 - y**2 + 2 * x + 1, 2 * x * y - 2 * y], [x, y])
    return {u + v * sp.I for u, v in parts}


def complex_numbers_6() -> sp.Expr:
    """Multiply both powers out."""
    upper = sp.expand((1 + sp.I * sp.sqrt(3)) ** 9)
    lower = sp.expand((1 - sp.I) ** 10)
    return upper * sp.conjugate(lower) / sp.Abs(lower) ** 2


def complex_numbers_7() -> sp.Expr:
    """Integrate in polar coordinates around 1 - i, over the directions to the right."""
    r, t = sp.symbols("r t")
    return sp.integrate(r, (r, 2, 5), (t, -sp.pi / 2, sp.pi / 2))


def complex_numbers_8() -> sp.Expr:
    """With real part x the square is (2 - 2x)²(2 + 2x): maximise it on [-1, 1]."""
    x = sp.Symbol("x", real=True)
    square = (2 - 2 * x) ** 2 * (2 + 2 * x)
    places = [-1, 1, *sp.solve(sp.diff(square, x), x)]
    return sp.sqrt(max(square.subs(x, place) for place in places))


def complex_numbers_9() -> int:
    """The resultant of 3 + x and (x⁹ - 1)/(x - 1) multiplies 3 + x over the roots."""
    x = sp.Symbol("x")
    return abs(int(sp.resultant(sum(x**k for k in range(9)), 3 + x, x)))


def complex_numbers_10() -> sp.Expr:
    """Put w = 3 and find z from its two circles."""
    x, y = sp.symbols("x y", real=True)
    z = sp.solve([x**2 + y**2 - 4, (x + 3) ** 2 + y**2 - 16], [x, y])[0]
    value = sp.expand((z[0] + sp.I * z[1]) ** 2 + 9)
    return sp.sqrt(sp.expand(value * sp.conjugate(value)))


def complex_numbers_11() -> Fraction:
    """Add the seven terms to forty digits and recognise the fraction."""
    with mpmath.workdps(40):
        distances = [abs(2 - mpmath.expjpi(mpmath.mpf(2 * k) / 7)) for k in range(7)]
        total = Fraction(mpmath.nstr(sum(1 / d**2 for d in distances), 35))
    nearest = total.limit_denominator(10**6)
    assert abs(total - nearest) < Fraction(1, 10**30)
    return nearest


def complex_numbers_12() -> sp.Expr:
    """A real linear map of the unit disc; its determinant from the images of 1 and i."""
    images = [sp.expand((3 + sp.I) * z + 2 * sp.conjugate(z)) for z in (sp.Integer(1), sp.I)]
    return sp.pi * abs(sp.Matrix([image.as_real_imag() for image in images]).det())


def complex_numbers_13() -> sp.Expr:
    """Choose a, find b and c from their sum numerically, and recognise the square."""
    squares = set()
    for turn in (0.1, 0.5, 0.9):
        a = 6 * mpmath.expj(turn)
        rest = mpmath.mpc(7, 1) - a
        half = mpmath.sqrt(36 - abs(rest) ** 2 / 4) * mpmath.mpc(0, 1) * rest / abs(rest)
        b, c = rest / 2 + half, rest / 2 - half
        assert max(abs(abs(b) - 6), abs(abs(c) - 6)) < 1e-12
        squares.add(sp.nsimplify(abs(a * b + b * c + c * a) ** 2, tolerance=1e-9))
    (square,) = squares
    return sp.sqrt(square)


def complex_numbers_14() -> int:
    """The absolute values are 1 and 14 turns of each angle are whole: try all fourteenths."""
    turns = product(range(14), repeat=2)
    return sum((5 * a + 2 * b) % 14 == 0 == (3 * a + 4 * b) % 14 for a, b in turns)
