"""Rectangles and triangles."""

from collections.abc import Mapping
from fractions import Fraction
from math import isqrt
from random import Random

from sure_math.builtin.families.arithmetic import product_steps
from sure_math.builtin.families.base import Family, Instance, Worked, WorkedAlgebra, between
from sure_math.builtin.numerals import decimal
from sure_math.builtin.template import templates, wordings

_TRIPLES = ((3, 4), (5, 12), (8, 15), (7, 24), (20, 21))
_KINDS = (
    ("area", "perimeter"),
    ("area", "triangle", "hypotenuse"),
    ("triangle", "hypotenuse", "area"),
    ("triangle", "hypotenuse", "area"),
)


class Geometry(Family):
    """Areas, perimeters and hypotenuses with whole-number sides."""

    name = "geometry"
    numbers = ("a", "b")
    phrases = wordings(
        area=templates(
            "the area of a rectangle with sides <a> and <b>",
            "the area of a <a> by <b> rectangle",
            "the area of a rectangle of length <a> and width <b>",
        ),
        perimeter=templates(
            "the perimeter of a rectangle with sides <a> and <b>",
            "the perimeter of a <a> by <b> rectangle",
            "the distance around a rectangle of length <a> and width <b>",
        ),
        triangle=templates(
            "the area of a triangle with base <a> and height <b>",
            "the area of a right triangle with legs <a> and <b>",
            "half the area of a <a> by <b> rectangle",
        ),
        hypotenuse=templates(
            "the hypotenuse of a right triangle with legs <a> and <b>",
            "the diagonal of a <a> by <b> rectangle",
            "the longest side of a right triangle with legs <a> and <b>",
        ),
    )
    stories = wordings(
        area=templates(
            "A garden is <a> m long and <b> m wide. What is its area in square metres?",
            "A wall is <a> m by <b> m. How many square metres of paint does it need?",
        ),
        perimeter=templates(
            "A garden is <a> m long and <b> m wide. How many metres of fence go around it?",
            "<name> walks once around a <a> m by <b> m field. How many metres is that?",
        ),
        triangle=templates(
            "A triangular sail has base <a> m and height <b> m. What is its area in square metres?",
            "A <a> m by <b> m field is cut along its diagonal. "
            "How many square metres is each half?",
        ),
        hypotenuse=templates(
            "A ladder stands <a> m from a wall and reaches <b> m up the wall. "
            "How many metres long is it?",
            "<name> walks <a> m east and <b> m north. How many metres is <name> from the start?",
        ),
    )
    algebra = wordings(
        area=templates(
            "the area of a rectangle with sides <b> and $n$", "the area of a <b> by $n$ rectangle"
        ),
        perimeter=templates(
            "the perimeter of a rectangle with sides <b> and $n$",
            "the perimeter of a <b> by $n$ rectangle",
        ),
    )
    hidden = ("a",)
    kept = ("a", "b")

    def draw(self, rng: Random, level: int) -> Instance:
        kind = rng.choice(_KINDS[level - 1])
        if kind == "hypotenuse":
            a, b = rng.choice(_TRIPLES[: 3 if level == 2 else 5])
            scale = rng.randint(1, (1, 3, 6, 9)[level - 1])
            return self.make(kind, a * scale, b * scale)
        a = between(rng, level, (2, 30), (5, 30), (11, 60), (31, 99))
        b = between(rng, level, (2, 9), (5, 19), (11, 40), (31, 99))
        return self.make(kind, a, b)

    def harder(self, rng: Random, instance: Instance, level: int) -> Instance | None:
        return None if instance.kind == "hypotenuse" else super().harder(rng, instance, level)

    def valid(self, instance: Instance) -> bool:
        a, b = instance.numbers
        return instance.kind != "hypotenuse" or isqrt(a * a + b * b) ** 2 == a * a + b * b

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        numbers = int(slots.get("a", 0)), int(slots["b"])
        return numbers if self.valid(self.make(kind, *numbers)) else None

    def algebraize(self, instance: Instance) -> Instance | None:
        kind = "perimeter" if instance.kind == "perimeter" else "area"
        return self.make(kind, 0, instance.numbers[1])

    def solve(self, instance: Instance) -> Worked:
        a, b = instance.numbers
        match instance.kind:
            case "area":
                return Worked(product_steps(a, b), Fraction(a * b))
            case "perimeter":
                return Worked(f"2*({a}+{b})=2*{a + b}={2 * (a + b)}", Fraction(2 * (a + b)))
            case "triangle":
                half = Fraction(a * b, 2)
                return Worked(f"{product_steps(a, b)}, {a * b}/2={decimal(half)}", half)
        total = a * a + b * b
        side = isqrt(total)
        return Worked(f"{a}^2+{b}^2={a * a}+{b * b}={total}={side}^2", Fraction(side))

    def solve_algebra(self, instance: Instance) -> WorkedAlgebra:
        b = instance.numbers[1]
        if instance.kind == "area":
            return WorkedAlgebra(f"{b} times n", (f"{b}n", f"{b} n", f"n\\cdot {b}"))
        return WorkedAlgebra(f"2(n+{b})", (f"2n+{2 * b}", f"2(n+{b})", f"{2 * b}+2n"))
