"""Linear and quadratic equations."""

import re
from collections.abc import Mapping
from fractions import Fraction
from math import isqrt
from random import Random

from sure_math.builtin.families.base import Family, Instance, Worked, WorkedAlgebra
from sure_math.builtin.numerals import fraction
from sure_math.builtin.template import templates, wordings


def _term(coefficient: int) -> str:
    return "x" if coefficient == 1 else f"{coefficient}x"


class Linear(Family):
    """``ax+b=c`` and ``ax+b=dx+c``."""

    name = "linear"
    numbers = ("a", "b", "c", "d")
    phrases = wordings(
        **{
            kind: templates(
                "the solution of $<E>$", "the value of $x$ if $<E>$", "the number $x$ with $<E>$"
            )
            for kind in ("one", "both")
        }
    )
    stories = wordings(
        one=templates(
            "A taxi costs \\$<b> plus \\$<a> per km. A ride costs \\$<c>. How many km was it?",
            "<name> has \\$<b> and earns \\$<a> per hour. "
            "After how many hours does <name> have \\$<c>?",
        ),
        both=templates(
            "Plan A costs \\$<b> plus \\$<a> per day and plan B \\$<c> plus \\$<d> per day. "
            "After how many days do they cost the same?",
            "One tank has <b> litres and gains <a> per minute, another has <c> litres and gains "
            "<d>. After how many minutes are they equal?",
        ),
    )
    algebra = wordings(
        one=templates("the solution of $<a>x+<b>=n$ for $x$", "the value of $x$ if $<a>x+<b>=n$")
    )
    hidden = ("c", "d")
    kept = ("a", "b")
    variable = "x"
    _equation = re.compile(r"(\d*)x([+-]\d+)=(?:(-?\d+)|(\d*)x([+-]\d+)?)")

    def draw(self, rng: Random, level: int) -> Instance:
        if level == 1:
            a, x, b = rng.randint(2, 9), rng.randint(1, 12), rng.randint(1, 20)
            return self.make("one", a, b, a * x + b, 0)
        b = rng.randint(-30, 40) or 7
        if level == 2:
            a, x = rng.randint(2, 12), rng.randint(-15, 30)
            return self.make("one", a, b, a * x + b, 0)
        d, gap = rng.randint(1, 8), rng.randint(2, 9)
        whole = rng.random() < 0.5 and level == 3
        reach = 60 if level == 3 else 300
        c = gap * rng.randint(-12, 20) + b if whole else rng.randint(-reach, reach)
        return self.make("both", d + gap, b, c, d)

    def harder(self, rng: Random, instance: Instance, level: int) -> Instance | None:
        a, b = instance.numbers[:2]
        if level < 3:
            return super().harder(rng, instance, level)
        fresh = self.draw(rng, level)
        kept = fresh.numbers[0], b, *fresh.numbers[2:]
        return self.make("both", *kept) if a and b and rng.random() < 0.8 else fresh

    def valid(self, instance: Instance) -> bool:
        a, b, _, d = instance.numbers
        return a != d and b != 0 and a > 0

    def tellable(self, instance: Instance) -> bool:
        a, b, c, d = instance.numbers
        return b >= 0 and c >= 0 and (c - b) * (a - d) >= 0

    def slots(self, instance: Instance) -> dict[str, str]:
        a, b, c, d = instance.numbers
        right = str(c) if instance.kind == "one" else _term(d) + (f"{c:+d}" if c else "")
        return super().slots(instance) | {"E": f"{_term(a)}{b:+d}={right}"}

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        if "E" not in slots:
            numbers = super().read(kind, slots)
        elif (found := self._equation.fullmatch(slots["E"])) is None:
            return None
        else:
            a, b, alone, d, c = found.groups()
            slope = 0 if alone is not None else int(d or 1)
            numbers = int(a or 1), int(b), int(alone or c or 0), slope
        if numbers is None or (numbers[3] == 0) != (kind == "one"):
            return None
        return numbers if numbers[0] != numbers[3] else None

    def algebraize(self, instance: Instance) -> Instance | None:
        a, b = instance.numbers[:2]
        return self.make("one", a, b, 0, 0) if b > 0 else None

    def solve(self, instance: Instance) -> Worked:
        a, b, c, d = instance.numbers
        slope, right = a - d, c - b
        steps = f"({a}-{d})x={_slope(slope)}x, " if d else ""
        steps += f"{_slope(slope)}x={c}{-b:+d}={right}"
        value = Fraction(right, slope)
        return Worked(steps if slope == 1 else f"{steps}, x={fraction(value)}", value)

    def solve_algebra(self, instance: Instance) -> WorkedAlgebra:
        a, b = instance.numbers[:2]
        forms = f"\\frac{{n-{b}}}{{{a}}}", f"(n-{b})/{a}", f"x=\\frac{{n-{b}}}{{{a}}}"
        return WorkedAlgebra(f"{_term(a)}=n-{b}", forms)


def _slope(value: int) -> str:
    return {1: "", -1: "-"}.get(value, str(value))


class Quadratic(Family):
    """Monic quadratics with integer roots u >= v, shown as ``x^2+px+q=0``."""

    name = "quadratic"
    numbers = ("u", "v")
    phrases = wordings(
        **{
            kind: templates(f"the {words} of $<E>=0$", f"the {words} of the equation $<E>=0$")
            + templates(f"the {words} of $f(x)=<E>$", f"the {words} of the polynomial $<E>$")
            for kind, words in (
                ("large", "larger root"),
                ("small", "smaller root"),
                ("squares", "sum of the squares of the roots"),
            )
        }
    )
    stories = wordings(
        **{
            kind: templates(
                f"A curve $y=<E>$ crosses a straight road at $y=0$. {question}",
                f"The height of a wire at position $x$ is $<E>$. {ground}",
            )
            for kind, question, ground in (
                ("large", "What is the larger $x$ of a crossing?", "At which larger $x$ is it 0?"),
                (
                    "small",
                    "What is the smaller $x$ of a crossing?",
                    "At which smaller $x$ is it 0?",
                ),
                (
                    "squares",
                    "What is the sum of the squares of the crossings?",
                    "What is the sum of the squares of the positions where it is 0?",
                ),
            )
        }
    )
    variable = "x"
    _expression = re.compile(r"x\^2(?:([+-]\d*)x)?([+-]\d+)")

    def draw(self, rng: Random, level: int) -> Instance:
        high, low = (6, 9, 15, 19)[level - 1], (1, -6, -9, -12)[level - 1]
        u, v = rng.randint(low, high) or 1, rng.randint(low, high) or 2
        kinds = ("large", "small") if level == 1 else tuple(self.phrases)
        return self.make(rng.choice(kinds), max(u, v), min(u, v))

    def harder(self, rng: Random, instance: Instance, level: int) -> Instance | None:
        return None if instance.kind == "squares" else self.make("squares", *instance.numbers)

    def valid(self, instance: Instance) -> bool:
        return instance.numbers[0] >= instance.numbers[1] and 0 not in instance.numbers

    def slots(self, instance: Instance) -> dict[str, str]:
        u, v = instance.numbers
        p = -(u + v)
        middle = {0: "", 1: "+x", -1: "-x"}.get(p, f"{p:+d}x")
        return {"E": f"x^2{middle}{u * v:+d}"}

    def read(self, kind: str, slots: Mapping[str, str]) -> tuple[int, ...] | None:
        found = self._expression.fullmatch(slots["E"])
        if found is None:
            return None
        p = {None: 0, "+": 1, "-": -1}.get(found[1])
        p = int(found[1]) if p is None else p
        discriminant = p * p - 4 * int(found[2])
        root = isqrt(max(discriminant, 0))
        if root * root != discriminant or int(found[2]) == 0:
            return None
        return (-p + root) // 2, (-p - root) // 2

    def solve(self, instance: Instance) -> Worked:
        u, v = instance.numbers
        steps = f"(x{-u:+d})(x{-v:+d})=0, x={u} or x={v}"
        if instance.kind == "squares":
            total = u * u + v * v
            return Worked(f"{steps}, {u * u}+{v * v}={total}", Fraction(total))
        return Worked(steps, Fraction(u if instance.kind == "large" else v))
