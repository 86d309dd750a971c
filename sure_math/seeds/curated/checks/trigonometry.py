"""Checks of the branch trigonometry: exact algebra, or sign changes and high-precision values."""

from fractions import Fraction
from itertools import pairwise

import mpmath
import sympy as sp
from sympy.geometry import Line, Point, Segment


def trigonometry_1() -> sp.Expr:
    """Solve for the other leg of the right triangle with hypotenuse 60 and leg 60/2."""
    y = sp.Symbol("y", positive=True)
    (rise,) = sp.solve(30**2 + y**2 - 60**2, y)
    return rise + sp.Rational(3, 2)


def trigonometry_2() -> sp.Expr:
    """The coordinates of the point in the direction (1, 3) on the unit circle."""
    x = sp.Symbol("x", positive=True)
    (cosine,) = sp.solve(x**2 + (3 * x) ** 2 - 1, x)
    return 3 * cosine * cosine


def trigonometry_3() -> set[sp.Expr]:
    """The cosines that are roots of 2(4c³ - 3c) = 1, tried on all whole degrees."""
    c = sp.Symbol("c")
    roots = [mpmath.mpf(r) for r in sp.Poly(8 * c**3 - 6 * c - 1).nroots(n=15)]
    cosines = {x: mpmath.cos(mpmath.radians(x)) for x in range(181)}
    found = {x for x, value in cosines.items() if any(abs(value - r) < 1e-9 for r in roots)}
    assert len(found) == len(roots)
    return {sp.Integer(x) for x in found}


def trigonometry_4() -> sp.Expr:
    """The triangle in coordinates."""
    a, b, c = Point(0, 0), Point(5, 0), Point(4, 4 * sp.sqrt(3))
    return a.distance(b.midpoint(c))


def trigonometry_5() -> sp.Expr:
    """Turn the direction (1, 5) back by an eighth turn and take the double angle's sine."""
    z = (1 + 5 * sp.I) / (1 + sp.I)
    return sp.im(sp.expand(z**2)) / sp.Abs(sp.expand(z)) ** 2


def trigonometry_6() -> sp.Expr:
    """Find the sign changes on a grid and recognise the zeros' sum as a multiple of pi."""

    def difference(x: mpmath.mpf) -> mpmath.mpf:
        return mpmath.cos(2 * x) + 5 * mpmath.cos(x) - 2

    grid = [4 * mpmath.pi * k / 500 for k in range(501)]
    ends = [(a, b) for a, b in pairwise(grid) if difference(a) * difference(b) < 0]
    total = sum(mpmath.findroot(difference, pair, solver="anderson") for pair in ends)
    return sp.nsimplify(total / mpmath.pi, tolerance=1e-9) * sp.pi


def trigonometry_7() -> int:
    """With z on the unit circle: the different roots of z⁷ - z⁻⁷ = z³ - z⁻³ of absolute value 1."""
    z = sp.Symbol("z")
    roots = sp.Poly(z**14 - 1 - z**10 + z**4, z).sqf_part().nroots(n=20)
    return sum(bool(abs(abs(root) - 1) < 1e-12) for root in roots)


def trigonometry_8() -> sp.Expr:
    """Coordinates with AD along the x-axis."""
    a, c = Point(0, 0), Point(0, 4)
    b = Point(6 * sp.cos(sp.pi / 6), -6 * sp.sin(sp.pi / 6))
    (d,) = Segment(b, c).intersection(Line(a, Point(1, 0)))
    return a.distance(d)


def trigonometry_9() -> sp.Expr:
    """Add the terms to thirty digits and recognise the square."""
    with mpmath.workdps(30):
        cosines = [mpmath.cos(mpmath.radians(2 * k)) for k in range(16)]
        total = sum(1 / (cosines[k] * cosines[k + 1]) for k in range(15))
        value = mpmath.sin(mpmath.radians(2)) * total
    return sp.sqrt(sp.nsimplify(value**2, tolerance=1e-20))


def trigonometry_10() -> sp.Interval:
    """Extreme values on the unit circle, from the polynomial system of the critical points."""
    c, s = sp.symbols("c s", real=True)
    critical = sp.solve([c**2 + s**2 - 1, c * (2 + 6 * c) - s * (2 + 6 * s)], [c, s])
    values = [sp.expand(2 * x + 2 * y + 6 * x * y) for x, y in critical]
    ordered = sorted(map(sp.radsimp, values), key=sp.N)
    return sp.Interval(ordered[0], ordered[-1])


def trigonometry_11() -> int:
    """Multiply to thirty digits."""
    with mpmath.workdps(30):
        value = mpmath.fprod(5 + 2 * mpmath.cos(2 * mpmath.pi * k / 13) for k in range(1, 7))
        nearest = int(mpmath.nint(value))
        assert abs(value - nearest) < 1e-20
    return nearest


def trigonometry_12() -> int:
    """Real roots of the condition as a polynomial in tan x that are no poles."""
    t = sp.Symbol("t", real=True)
    power = sp.Poly(sp.expand((1 + sp.I * t) ** 9), t)
    upper, lower = (sum(part(c) * t**n for (n,), c in power.terms()) for part in (sp.im, sp.re))
    double_upper, double_lower = 2 * t, 1 - t**2
    sides = t * double_lower * lower + double_upper * lower + upper * double_lower
    condition = sp.Poly(sp.expand(sides - t * double_upper * upper), t)
    poles = sp.Poly(sp.expand(double_lower * lower), t)
    proper = condition.quo(sp.gcd(condition, poles)).sqf_part()
    assert sp.gcd(proper, poles).degree() == 0
    return sum(root != 0 for root in proper.real_roots())


def trigonometry_13() -> sp.Expr:
    """Find the tangents' common factor numerically from A + B + C = pi; recognise the square."""

    def angles(factor: mpmath.mpf) -> list[mpmath.mpf]:
        return [mpmath.atan(n * factor) for n in (4, 5, 6)]

    a, b, c = map(mpmath.sin, angles(mpmath.findroot(lambda k: sum(angles(k)) - mpmath.pi, 0.4)))
    area = 5**2 * a * c / (2 * b)
    return sp.sqrt(sp.nsimplify(area**2, tolerance=1e-10))


def trigonometry_14() -> Fraction:
    """Add the angles one by one through the tangent of a sum, in fractions."""
    tangent = Fraction(0)
    for k in range(1, 21):
        term = Fraction(3, 9 * k * k + 3 * k - 1)
        tangent = (tangent + term) / (1 - tangent * term)
    return tangent
