r"""How exact values are written: ``\frac{3}{4}``, ``0.75``, ``3/4``, and the surface forms a
teacher mixes.
"""

from fractions import Fraction
from random import Random


def fraction(value: Fraction | int) -> str:
    r"""Lowest terms, as ``7`` or ``-\frac{3}{4}``."""
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    sign = "-" if value < 0 else ""
    return f"{sign}\\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def terminates(value: Fraction) -> bool:
    """Whether the decimal expansion ends within three places."""
    return 1000 % value.denominator == 0


def decimal(value: Fraction | int) -> str:
    """The exact decimal expansion of a value that `terminates`."""
    value = Fraction(value)
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    digits = str(abs((value * 10**places).numerator)).rjust(places + 1, "0")
    text = digits[:-places] + "." + digits[-places:] if places else digits
    return f"-{text}" if value < 0 else text


def plain(value: Fraction | int) -> str:
    """A decimal where it ends soon, otherwise a fraction: how intermediate values are written."""
    value = Fraction(value)
    return decimal(value) if terminates(value) else fraction(value)


def surface(
    rng: Random, value: Fraction, *, variable: str = "", unit: str = "", money: bool = False
) -> str:
    """One of the forms in which the value may be boxed."""
    text = _whole(rng, value.numerator) if value.denominator == 1 else _broken(rng, value)
    if money and rng.random() < 0.4:
        return f"\\${text}"
    if unit and rng.random() < 0.3:
        return f"{text}\\text{{ {unit}}}"
    if variable and rng.random() < 0.4:
        return f"{variable}={text}"
    return text


def _whole(rng: Random, value: int) -> str:
    return f"{value}.0" if rng.random() < 0.03 else str(value)


def _broken(rng: Random, value: Fraction) -> str:
    chance = rng.random()
    if terminates(value) and chance < 0.35:
        return decimal(value)
    return fraction(value) if chance < 0.72 else f"{value.numerator}/{value.denominator}"
