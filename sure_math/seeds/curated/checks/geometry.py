"""Checks of the curated problems geometry-1 to geometry-8, in coordinates where it helps."""

from fractions import Fraction

import sympy as sp
from sympy.geometry import Circle, Line, Point, Polygon, RegularPolygon, Triangle


def geometry_1() -> int:
    (area,) = [w * (w + 5) for w in range(1, 24) if 2 * (w + w + 5) == 46]
    return area


def geometry_2() -> Fraction:
    return Fraction(180 * 7, 2 + 3 + 7)


def geometry_3() -> sp.Expr:
    other = sp.sqrt(25**2 - 7**2)
    corner, first, second = Point(0, 0), Point(7, 0), Point(0, other)
    return Line(first, second).distance(corner)


def geometry_4() -> sp.Expr:
    return Circle(Point(0, 0), Point(6, 0), Point(0, 4)).radius


def geometry_5() -> sp.Expr:
    return sp.radsimp(Triangle(sss=(7, 8, 9)).circumradius)


def geometry_6() -> sp.Expr:
    hexagon = RegularPolygon(Point(0, 0), 2, 6)
    return sp.expand(sp.Abs(hexagon.area) - sp.pi * hexagon.apothem**2)


def geometry_7() -> sp.Expr:
    a, c, d = Point(0, 0), Point(12, 12), Point(0, 12)
    e = Point(12, 9)
    foot = Line(a, e).projection(d)
    return abs(Polygon(d, foot, e, c).area)


def geometry_8() -> sp.Expr:
    """In the axial section the slant side is 4x + 3y = 12; centres lie on x = 0."""
    r, n = sp.symbols("r n", positive=True)
    floor, radii = sp.Integer(0), []
    for _ in range(2):
        (radius,) = sp.solve(sp.Eq((12 - 3 * (floor + r)) / 5, r), r)
        radii.append(radius)
        floor += 2 * radius
    ratio = radii[1] / radii[0]
    return sp.summation(sp.Rational(4, 3) * sp.pi * radii[0] ** 3 * ratio ** (3 * n), (n, 0, sp.oo))
