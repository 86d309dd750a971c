r"""Pairs of answers for the built-in judge: it writes both in lowest terms, then says yes or no.

Equal pairs are two surface forms of one value; different pairs carry the slips a teacher makes (a
digit off, a lost carry, swapped digits, a wrong numerator). Algebraic answers are compared in their
usual form.
"""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from sure_math.builtin.drawing import draw
from sure_math.builtin.numerals import surface
from sure_math.builtin.problems import solve

_UNITS = ("", "", "", "cm", "m", "m^2", "km", "dollars")
_VARIABLES = ("", "", "x", "y", "n", "N")
_DENOMINATORS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 20, 25, 30, 36, 50)


@dataclass(frozen=True)
class Pair:
    """Two answers with what each is in lowest terms and whether they are equal."""

    left: str
    right: str
    lowest: tuple[str, str]
    equal: bool

    @property
    def question(self) -> str:
        """The judge's user turn."""
        return f"Answer A: {self.left}\nAnswer B: {self.right}"

    @property
    def verdict(self) -> str:
        """The judge's response."""
        return f"{self.lowest[0]} | {self.lowest[1]} | {'yes' if self.equal else 'no'}"


def draw_pair(rng: Random) -> Pair:
    """A random pair, equal in a little under half of all cases."""
    pair = _algebraic_pair(rng) if rng.random() < 0.2 else _numeric_pair(rng)
    if rng.random() < 0.5:
        return pair
    return Pair(pair.right, pair.left, (pair.lowest[1], pair.lowest[0]), pair.equal)


def slip(rng: Random, value: Fraction) -> Fraction:
    """A wrong value close to `value`."""
    while True:
        if value.denominator == 1 or rng.random() < 0.5:
            wrong = Fraction(_slipped(rng, value.numerator), value.denominator)
        elif rng.random() < 0.2:
            wrong = Fraction(value.denominator, value.numerator or 1)
        else:
            wrong = Fraction(value.numerator, abs(_slipped(rng, value.denominator)) or 1)
        if wrong != value:
            return wrong


def _slipped(rng: Random, number: int) -> int:
    digits, sign, chance = str(abs(number)), -1 if number < 0 else 1, rng.random()
    place = rng.randrange(len(digits))
    if chance < 0.45:
        other = (int(digits[place]) + rng.choice((1, -1, 1, -1, 2, -2, 5))) % 10
        return sign * int(digits[:place] + str(other) + digits[place + 1 :])
    if chance < 0.6:
        carry: int = 10 ** rng.randrange(len(digits))
        return sign * (int(digits) + carry)
    if chance < 0.75 and place + 1 < len(digits):
        swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
        return sign * int(swapped)
    if chance < 0.85:
        return sign * int(digits + str(rng.randint(0, 9)))
    if chance < 0.93 and len(digits) > 1:
        return sign * int(digits[:place] + digits[place + 1 :])
    return -sign * int(digits)


def _numeric_pair(rng: Random) -> Pair:
    value = _value(rng)
    equal = rng.random() < 0.45
    other = value if equal else slip(rng, value)
    unit, variable, money = rng.choice(_UNITS), rng.choice(_VARIABLES), rng.random() < 0.15

    def write(v: Fraction) -> str:
        if v.denominator > 1 and rng.random() < 0.15:
            k = rng.randint(2, 4)
            top, bottom = v.numerator * k, v.denominator * k
            return f"{top}/{bottom}" if rng.random() < 0.5 else f"\\frac{{{top}}}{{{bottom}}}"
        return surface(rng, v, variable=variable, unit=unit, money=money)

    left = write(value)
    right = next((form for form in (write(other) for _ in range(8)) if form != left), left)
    if right == left and value.denominator == 1:
        right = rng.choice((f"{value}.0", f"x={value}", f"{value}\\text{{ m}}", f"\\${value}"))
    return Pair(left, right, (str(value), str(other)), equal)


def _value(rng: Random) -> Fraction:
    chance = rng.random()
    if chance < 0.3:
        return Fraction(rng.randint(-20, 99), rng.choice(_DENOMINATORS))
    if chance < 0.6:
        return Fraction(rng.randint(-99, 10 ** rng.randint(1, 6)))
    while (value := solve(draw(rng))[1].value) is None:
        pass
    return value


def _algebraic_pair(rng: Random) -> Pair:
    forms = _algebraic_forms(rng)
    equal = rng.random() < 0.45
    if equal and len(forms) > 1:
        left, right = rng.sample(forms, 2)
        return Pair(left, right, (forms[0], forms[0]), True)
    others = _slipped_forms(rng, forms) if rng.random() < 0.7 else _algebraic_forms(rng)
    left, right = rng.choice(forms), rng.choice(others)
    return Pair(left, right, (forms[0], others[0]), forms[0] == others[0])


def _algebraic_forms(rng: Random) -> tuple[str, ...]:
    return solve(draw(rng, style="algebraize"))[1].forms


def _slipped_forms(rng: Random, forms: tuple[str, ...]) -> tuple[str, ...]:
    """Forms of the same kind of answer with other numbers."""
    shape = [c for c in forms[0] if not c.isdigit()]
    for _ in range(60):
        others = _algebraic_forms(rng)
        if [c for c in others[0] if not c.isdigit()] == shape:
            return others
    return _algebraic_forms(rng)
