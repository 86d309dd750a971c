"""Checks of the branch geometry, in coordinates where it helps."""

from itertools import product
from math import dist, sqrt

import mpmath
import sympy as sp
from sympy.geometry import Circle, Line, Point, Polygon, Segment, Triangle

from sure_math.seeds.curated.checks.numeric import least, surd


def geometry_1() -> int:
    """Try all whole sides and cuts; the two equations are linear and regular."""
    sizes = product(range(1, 23), repeat=2)
    ((side, _),) = [(s, a) for s, a in sizes if (2 * s + 2 * a, 4 * s - 2 * a) == (46, 38)]
    return side**2


def geometry_2() -> sp.Expr:
    """Solve the three linear equations of the angles."""
    a, b, c = sp.symbols("a b c")
    return sp.solve([b - 3 * a, c - (a + b - 20), a + b + c - 180], [a, b, c])[c]


def geometry_3() -> sp.Expr:
    """The centre in coordinates, where the perpendicular bisector of AB meets BC."""
    a, b, c = Point(0, 12), Point(18, 0), Point(0, 0)
    (centre,) = Segment(a, b).perpendicular_bisector().intersection(Segment(b, c))
    return centre.distance(a)


def geometry_4() -> sp.Expr:
    """Both parts of the hexagon below the line, over the width; found by sections, recognised."""

    def below(slope: mpmath.mpf) -> mpmath.mpf:
        left = mpmath.quad(lambda x: min(slope * x, 9), [0, min(4, 9 / slope), 4])
        right = mpmath.quad(lambda x: min(slope * x, 3), [4, max(4, min(10, 3 / slope)), 10])
        return left + right

    half = mpmath.mpf(4 * 9 + 6 * 3) / 2
    slope = mpmath.findroot(lambda m: below(m) - half, (0.2, 5), solver="anderson")
    return sp.nsimplify(slope, rational=True, tolerance=1e-9)


def geometry_5() -> sp.Expr:
    """The triangle in coordinates; both centres are equally far from the two shorter sides."""
    triangle = Triangle(sss=(28, 25, 17))
    b, c, a = triangle.vertices
    t = sp.Symbol("t", positive=True)
    on_side = b + (c - b) * t
    (place,) = sp.solve(Line(a, b).distance(on_side) ** 2 - Line(a, c).distance(on_side) ** 2, t)
    assert place < 1
    return sp.radsimp(triangle.incenter.distance(on_side.subs(t, place)))


def geometry_6() -> sp.Expr:
    """Five sixths of a disc; behind the shed, in polar coordinates, the half near one corner."""
    t = sp.Symbol("t")
    near_middle = sp.integrate((3 / sp.cos(t)) ** 2 / 2, (t, 0, sp.pi / 3))
    free = sp.integrate(sp.Rational(6**2, 2), (t, sp.pi / 3, 2 * sp.pi / 3))
    return sp.expand(sp.Rational(5, 6) * 12**2 * sp.pi + 2 * (near_middle + free))


def geometry_7() -> sp.Expr:
    """The quadrilateral in coordinates."""
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


def geometry_9() -> int:
    """Count the sides of its unit squares that no other of them shares, the arms being equal."""
    bars = {*product(range(11), range(4, 7)), *product(range(4, 7), range(11))}
    steps = ((1, 0), (-1, 0), (0, 1), (0, -1))
    return sum((x + u, y + v) not in bars for x, y in bars for u, v in steps)


def geometry_10() -> int:
    """Try all apex angles in whole degrees; the base angles are linear in them."""
    (apex,) = [a for a in range(1, 180) if 2 * a == (180 - a) + 2 * 24]
    return apex


def geometry_11() -> sp.Expr:
    """Place two opposite corners at (-8, 0) and (8, 0) and find the others on the y-axis."""
    y = sp.Symbol("y", positive=True)
    (top,) = sp.solve(sp.sqrt(8**2 + y**2) - sp.Rational(68, 4), y)
    return abs(Polygon(Point(-8, 0), Point(0, -top), Point(8, 0), Point(0, top)).area)


def geometry_12() -> int:
    """Count the painted faces of all sixty cubes."""
    sides = (3, 4, 5)
    cubes = product(*map(range, sides))
    painted = [sum((x == 0) + (x == n - 1) for x, n in zip(c, sides, strict=True)) for c in cubes]
    return painted.count(2)


def geometry_13() -> tuple[sp.Expr, sp.Expr]:
    """Solve for the place on the segment from the two distances."""
    a, b, t = Point(-2, 1), Point(6, 7), sp.Symbol("t", nonnegative=True)
    p = a + (b - a) * t
    squares = sp.solve(p.distance(b) ** 2 - 9 * p.distance(a) ** 2, t)
    (place,) = [s for s in squares if s <= 1]
    return (p.x.subs(t, place), p.y.subs(t, place))


def geometry_14() -> int:
    """Numerical coordinates in the complex plane, A = 0 and B = 1; recognised in degrees."""
    e = mpmath.expjpi(mpmath.mpf(3) / 5)
    angle = mpmath.degrees(mpmath.arg((0 - e) / (1j - e)))
    return _integer(abs(angle))


def _integer(value: mpmath.mpf) -> int:
    """The integer that a numerical value is, to ten decimal places."""
    nearest = int(mpmath.nint(value))
    assert abs(value - nearest) < 1e-10
    return nearest


def geometry_15() -> sp.Expr:
    """The diagonals in coordinates; a shear does not change the areas."""
    a, b, c, d = Point(0, 0), Point(15, 0), Point(13, 8), Point(3, 8)
    (p,) = Segment(a, c).intersection(Segment(b, d))
    return abs(Polygon(c, d, p).area)


def geometry_16() -> sp.Expr:
    """With P at the origin, A = (x, y) and B = (2x, 2y) lie on the circle around (11, 0)."""
    x, y = sp.symbols("x y", real=True)
    points = sp.solve([(k * x - 11) ** 2 + (k * y) ** 2 - 49 for k in (1, 2)], [x, y])
    (length,) = {sp.sqrt(u**2 + v**2) for u, v in points}
    return length


def geometry_17() -> sp.Expr:
    """The triangle in coordinates."""
    triangle = Triangle(sss=(10, 17, 21))
    return sp.nsimplify(sp.simplify(triangle.inradius + triangle.circumradius))


def geometry_18() -> sp.Expr:
    """Integrate the height of the half-disc over AB and subtract the triangle in coordinates."""
    x, y = sp.symbols("x y", positive=True)
    (point,) = sp.solve([x**2 + y**2 - 36, (x - 10) ** 2 + y**2 - 64], [x, y], dict=True)
    half_disc = sp.integrate(sp.sqrt(25 - x**2), (x, -5, 5))
    return half_disc - 10 * point[y] / 2


def geometry_19() -> sp.Expr:
    """The crease is the part of the perpendicular bisector inside the sheet."""
    a, b, c, d = Point(0, 0), Point(8, 0), Point(8, 12), Point(0, 12)
    crease = Segment(b, a.midpoint(d)).perpendicular_bisector()
    one, other = crease.intersection(Polygon(a, b, c, d))
    return one.distance(other)


def geometry_20() -> int:
    """Try whole arcs BC and CD: an angle outside the circle is half the difference of two arcs."""
    (angle,) = {
        (bc + cd) // 2
        for bc, cd in product(range(1, 360), repeat=2)
        if (cd + 2 * 40) + bc + cd + (bc + 2 * 28) == 360
    }
    return angle


def geometry_21() -> sp.Expr:
    """In a diagonal plane: the circle through two vertices and the middle of the other face."""
    half_diagonal = 3 * sp.sqrt(2)
    return Circle(Point(-half_diagonal, 6), Point(half_diagonal, 6), Point(0, 0)).radius


def geometry_22() -> sp.Expr:
    """The circle and its second intersections in coordinates with C = (0, 0) and A = (12, 0)."""
    x, y, t = sp.symbols("x y t", positive=True)
    (b,) = sp.solve([x**2 + y**2 - 64, (x - 12) ** 2 + y**2 - 81], [x, y])
    (radius,) = sp.solve((b[0] - 6) ** 2 + (b[1] - t) ** 2 - t**2, t)
    points = []
    for corner in (0, 12):
        px, py = corner + t * (b[0] - corner), t * b[1]
        on_circle = sp.Poly(sp.expand((px - 6) ** 2 + (py - radius) ** 2 - radius**2), t)
        (place,) = [root for root in sp.roots(on_circle) if root != 1]
        points.append(Point(px.subs(t, place), py.subs(t, place)))
    return points[0].distance(points[1])


def geometry_23() -> sp.Expr:
    """The perimeter of the convex hull: the integral of its support function, arc by arc."""
    t = sp.Symbol("t", real=True)
    change = sp.acos(sp.Rational(7 - 2, 10))
    near = sp.integrate(7, (t, change, 2 * sp.pi - change))
    far = sp.integrate(2 + 10 * sp.cos(t), (t, -change, change))
    return near + far


def geometry_24() -> int:
    """Numerical coordinates; the second point on BC from the equation of the circle."""
    b, c = mpmath.mpc(0), mpmath.mpc(13)
    x = mpmath.mpf(11**2 + 13**2 - 8**2) / (2 * 13)
    a = mpmath.mpc(x, mpmath.sqrt(11**2 - x**2))
    i = (13 * a + 8 * b + 11 * c) / 32
    # circle u² + v² + pu + qv = 0 through B = 0, A and I; it meets v = 0 again at u = -p
    p, _ = mpmath.lu_solve(
        mpmath.matrix([[a.real, a.imag], [i.real, i.imag]]),
        mpmath.matrix([-(abs(a) ** 2), -(abs(i) ** 2)]),
    )
    return _integer(-p)


def geometry_25() -> sp.Expr:
    """The tetrahedron in a cube: the sphere's four caps are integrated, and they do not overlap."""
    cube = 12 / sp.sqrt(2)
    radius = cube / 2
    face = sp.Plane((0, 0, 0), (cube, cube, 0), (cube, 0, cube))
    distance = face.distance(sp.Point3D(radius, radius, radius))
    between_normals = sp.acos(-sp.Rational(1, 3))
    assert 2 * sp.acos(distance / radius).evalf() <= between_normals.evalf() + 1e-9
    z = sp.Symbol("z")
    cap = sp.integrate(2 * sp.pi * radius, (z, distance, radius))
    return sp.expand(4 * cap)


def geometry_26() -> sp.Expr:
    """Solve the tangencies one after another, the diameter on y = 0 and its midpoint at 0."""
    x, r = sp.symbols("x r", positive=True)
    inside = x**2 + r**2 - (18 - r) ** 2
    circles = [(sp.Integer(0), sp.Integer(9))]
    for _ in range(2):
        u, radius = circles[-1]
        touching = (x - u) ** 2 + (r - radius) ** 2 - (r + radius) ** 2
        found = sp.solve([inside, touching], [x, r])
        circles.append(min(found, key=lambda circle: circle[1]))
    return circles[-1][1]


def geometry_27() -> int:
    """Find the radius numerically: the three half angles add up to a right angle."""
    distances = [mpmath.sqrt(n) for n in (52, 65, 80)]

    def excess(radius: mpmath.mpf) -> mpmath.mpf:
        return sum(mpmath.asin(radius / d) for d in distances) - mpmath.pi / 2

    radius = mpmath.findroot(excess, (0.1, 7), solver="anderson")
    return _integer(radius * sum(mpmath.sqrt(d**2 - radius**2) for d in distances))


def geometry_28() -> sp.Expr:
    """Search the triangle in coordinates; a point outside has a better one on its boundary."""

    def total(x: float, y: float) -> float:
        return dist((x, y), (5, 12)) + dist((x, y), (14, 0)) + sqrt(2) * dist((x, y), (0, 0))

    return surd(least(total, (0, 14), (0, 12)))
