r"""Plain numbers, exactly: integers, decimals, fractions, mixed numbers, powers, 0.\overline{3}.

Nothing is evaluated that could be large: exponents and sizes are bounded before any arithmetic.
"""

import re
from fractions import Fraction

MAX_DIGITS = 300
MIN_SIGNIFICANT = 4
_DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)"
_PLAIN = re.compile(rf"([+-]?)({_DECIMAL})(?:[eE]([+-]?\d{{1,2}}))?")
_FRACTION = re.compile(
    rf"([+-]?)(?P<whole>\d+)?\\frac\{{([+-]?{_DECIMAL})\}}\{{([+-]?{_DECIMAL})\}}"
    rf"|([+-]?)({_DECIMAL})/({_DECIMAL})"
)
_POWER = re.compile(rf"([+-]?)(?:({_DECIMAL})(?:\\times|\\cdot))?(\d+)\^(?:\{{(-?\d+)\}}|(\d))")
_REPEATING = re.compile(r"([+-]?)(\d*)\.(\d*)\\overline\{(\d+)\}")
_START = re.compile(r"[+-]?(?:[\d.]|\\frac)")
_BASE_TEN = re.compile(r"(\d+)_\{10\}")


def exact_value(text: str) -> Fraction | None:
    """The exact value of a canonical key that is one plain number, else None."""
    if len(text) > 2 * MAX_DIGITS + 20 or not _START.match(text):
        return None
    for pattern, read in _READERS:
        if match := pattern.fullmatch(text):
            return read(match)
    return None


def render(value: Fraction) -> str:
    """The canonical key of a number: "-3/8" or "12"."""
    return str(value)


def decimal_places(value: Fraction) -> int | None:
    """Decimal places of a number whose decimal expansion ends, else None."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return max(twos, fives) if rest == 1 else None


def rounding_places(value: Fraction) -> int | None:
    """Decimal places of a decimal precise enough to stand for an exact value, else None.

    It needs places after the point and four significant digits: 3.142 for pi, but not 3.14 or 3.
    """
    places = decimal_places(value)
    if not places:
        return None
    digits = abs(value.numerator) * 10**places // value.denominator
    return places if digits >= 10 ** (MIN_SIGNIFICANT - 1) else None


def _sign(mark: str | None) -> int:
    return -1 if mark == "-" else 1


def _plain(match: re.Match[str]) -> Fraction | None:
    sign, digits, exponent = match.groups()
    if len(digits) > MAX_DIGITS:
        return None
    value = Fraction(sign + digits.rstrip("."))
    return value * Fraction(10) ** int(exponent) if exponent else value


def _fraction(match: re.Match[str]) -> Fraction | None:
    mixed_sign, whole, top, bottom, sign, slash_top, slash_bottom = match.groups()
    if slash_top is not None:
        top, bottom = slash_top, slash_bottom
    if max(len(top), len(bottom), len(whole or "")) > MAX_DIGITS:
        return None
    numerator, denominator = Fraction(top.rstrip(".")), Fraction(bottom.rstrip("."))
    if denominator == 0:
        return None
    ratio = numerator / denominator
    if whole is not None:
        # 2\frac{1}{2} is a mixed number; 2\frac{3}{2} or 2\frac{-1}{2} can only be a product.
        if not (0 <= ratio < 1 and numerator.denominator == denominator.denominator == 1):
            return None
        ratio += int(whole)
    return _sign(mixed_sign or sign) * ratio


def _power(match: re.Match[str]) -> Fraction | None:
    sign, factor, base, braced, short = match.groups()
    exponent = int(braced or short) if len(braced or short) <= 4 else MAX_DIGITS + 1
    if len(base) > 20 or abs(exponent) * len(base) > MAX_DIGITS or len(factor or "") > MAX_DIGITS:
        return None
    if int(base) == 0 and exponent <= 0:
        return None
    power: Fraction = Fraction(int(base)) ** exponent
    return _sign(sign) * Fraction((factor or "1").rstrip(".")) * power


def _repeating(match: re.Match[str]) -> Fraction | None:
    sign, whole, fixed, cycle = match.groups()
    if len(whole) + len(fixed) + len(cycle) > MAX_DIGITS // 2:
        return None
    period = Fraction(int(cycle), 10 ** len(cycle) - 1)
    value = (int(whole + fixed or "0") + period) * Fraction(1, 10 ** len(fixed))
    return _sign(sign) * value


def _base_ten(match: re.Match[str]) -> Fraction | None:
    return Fraction(match[1]) if len(match[1]) <= MAX_DIGITS else None


_READERS = [
    (_PLAIN, _plain),
    (_FRACTION, _fraction),
    (_POWER, _power),
    (_REPEATING, _repeating),
    (_BASE_TEN, _base_ten),
]
