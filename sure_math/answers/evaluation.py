"""Values of expression trees: exact rationals where possible, 60 digits otherwise.

Free variables get fixed generic values, so that two expressions are identical exactly if their
values agree at every point (up to coincidences of probability zero). Bounded by construction:
what would become too large, or would lose a term beside a far larger one, is `Unsure`.
"""

import math
import threading
import zlib
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
from mpmath.libmp import ComplexResult, NoConvergence

from sure_math.answers.expression import Node, Number, Symbol, variables

DIGITS = 60
_TOLERANCE_DIGITS = 45
_MAX_BITS = 20_000
_MAX_MAGNITUDE = 100_000
"""Largest binary exponent of a value."""
_MAX_ANGLE = 200
"""Largest binary exponent of the argument of a periodic function."""
_MAX_FACTORIAL = 3_000
_MAX_BINOMIAL = 10_000
_MAX_GAMMA = 8
"""Largest binary exponent of the argument of the gamma function."""
_VISIBLE = 100
"""Binary digits by which two terms of a sum may differ; below that the smaller one vanishes."""

Value = Any
"""A Fraction, or an mpmath number."""


class Unsure(Exception):
    """The value cannot be computed within bounds, or not reliably."""


class Undefined(Exception):
    """The expression has no value here: division by zero, logarithm of zero."""


_local = threading.local()


def _context() -> Any:
    """mpmath's contexts are not safe to share between threads."""
    if not hasattr(_local, "context"):
        _local.context = mpmath.MPContext()
        _local.context.dps = DIGITS
    return _local.context


def samples(node: Node, names: Sequence[str] | None = None) -> list[Value | None]:
    """Values at every point, None where the expression is undefined; one value if it is closed.

    Args:
        names: the variables of the comparison, when there are more than in this expression.

    Raises:
        Unsure: some value is too large or too delicate.
    """
    free = variables(node) if names is None else frozenset(names)
    values: list[Value | None] = []
    for point in range(_POINTS if free else 1):
        try:
            values.append(evaluate(node, {name: coordinate(name, point) for name in free}))
        except Undefined:
            values.append(None)
    return values


_POINTS = 4


def coordinate(name: str, point: int) -> Value:
    """The value of a variable at a point: generic, of either sign, small and large."""
    hashed = zlib.crc32(f"{name} {point}".encode())
    magnitude = Fraction(2 * (hashed >> 8) + 1, 1 << 24) + Fraction(1, 3)
    signs = (1, -1, 1 if hashed & 1 else -1, 1)
    return as_float(signs[point] * magnitude * (7 if point == 3 else 1))


def close(x: Value, y: Value) -> bool:
    """Whether two values are the same number."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x == y
    x, y = as_float(x), as_float(y)
    context = _context()
    if not (context.isfinite(x) and context.isfinite(y)):
        return bool(x == y)
    scale = max(abs(x), abs(y))
    return bool(abs(x - y) <= scale * context.mpf(10) ** -_TOLERANCE_DIGITS)


def is_finite(value: Value) -> bool:
    """Whether a value is no infinity."""
    return bool(_context().isfinite(as_float(value)))


def is_whole(value: Value) -> bool:
    """Whether a real value is an integer, up to rounding."""
    nearest = _context().nint(as_float(value))
    return bool(abs(value - nearest) < _context().mpf(10) ** -_TOLERANCE_DIGITS)


def real(value: Value) -> Value | None:
    """A real value as a real number, None for a complex one."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, _context().mpc):
        small = not value.imag or close(value, value.real)
        return value.real if small else None
    return value


def distance(x: Value, y: Value) -> float:
    """|x - y| relative to the larger one; 0 for equal values."""
    x, y = as_float(x), as_float(y)
    if x == y:
        return 0.0
    return float(abs(x - y) / max(abs(x), abs(y)))


def evaluate(node: Node, point: Mapping[str, Value]) -> Value:
    """The value of a tree at a point.

    Raises:
        Unsure: too large, too delicate, or not a number at all (a set, an equation).
        Undefined: no value at this point.
    """
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Symbol):
        return point[node.name] if node.name in point else _constant(node.name)
    function = _OPERATIONS.get(node.name)
    if function is None:
        raise Unsure
    values = [evaluate(argument, point) for argument in node.arguments]
    try:
        return _bounded(function(*values))
    except (ZeroDivisionError, ComplexResult):
        raise Undefined from None
    except (OverflowError, ValueError, NoConvergence):
        raise Unsure from None


def _constant(name: str) -> Value:
    context = _context()
    constants = {"pi": context.pi, "e": context.e, "i": context.j, "infinity": context.inf}
    if name not in constants:
        raise Unsure
    return +constants[name]


def as_float(value: Value) -> Value:
    """A value as an mpmath number."""
    if isinstance(value, Fraction):
        return _context().mpf(value.numerator) / value.denominator
    return value


def _bounded(value: Value) -> Value:
    if isinstance(value, Fraction):
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
        return value if bits <= _MAX_BITS else as_float(value)
    context = _context()
    if context.isnan(value):
        raise Undefined
    if context.isinf(value):
        return value
    if value and abs(context.mag(value)) > _MAX_MAGNITUDE:
        raise Unsure
    return value


def _magnitude(value: Value) -> int:
    """Binary exponent of a value; of zero, that of the smallest visible term."""
    if isinstance(value, Fraction):
        if not value:
            return -_MAX_MAGNITUDE
        return value.numerator.bit_length() - value.denominator.bit_length()
    context = _context()
    return int(context.mag(value)) if value and context.isfinite(value) else -_MAX_MAGNITUDE


def _sum(*terms: Value) -> Value:
    if all(isinstance(term, Fraction) for term in terms):
        return sum(terms, Fraction(0))
    terms = tuple(as_float(term) for term in terms)
    if any(not _context().isfinite(term) for term in terms):
        raise Unsure
    magnitudes = [_magnitude(term) for term in terms if term]
    if magnitudes and max(magnitudes) - min(magnitudes) > _VISIBLE:
        raise Unsure
    total = _context().fsum(terms)
    # What is left of terms that cancel is rounding error, not a value.
    if total and magnitudes and _magnitude(total) < max(magnitudes) - _CANCELLED:
        return Fraction(0)
    return total


_CANCELLED = 170


def _product(x: Value, y: Value) -> Value:
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x * y
    x, y = as_float(x), as_float(y)
    if not (_context().isfinite(x) and _context().isfinite(y)):
        raise Unsure
    return x * y


def quotient(x: Value, y: Value) -> Value:
    """x / y.

    Raises:
        Undefined: y is 0.
        Unsure: one of them is infinite.
    """
    if not y:
        raise Undefined
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x / y
    return _product(x, 1 / as_float(y))


def _power(base: Value, exponent: Value) -> Value:
    if not base:
        if isinstance(exponent, Fraction) and exponent > 0:
            return Fraction(0)
        raise Undefined
    _check_power(base, exponent)
    if isinstance(exponent, Fraction):
        if exponent.denominator == 1:
            return base**exponent.numerator
        if exponent.denominator % 2 and _negative_real(base):
            # The real root, as school mathematics has it: (-8)^(1/3) = -2.
            root = as_float(-base) ** as_float(exponent)
            return -root if exponent.numerator % 2 else root
    return _context().power(as_float(base), as_float(exponent))


def _check_power(base: Value, exponent: Value) -> None:
    if not _context().isfinite(as_float(base)) or not _context().isfinite(as_float(exponent)):
        raise Unsure
    bits = max(1, abs(_magnitude(base)) + 1)
    if isinstance(base, Fraction):
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if isinstance(exponent, Fraction) and exponent.denominator == 1:
            if base in (1, -1):
                return
            if bits * abs(exponent.numerator) > 8 * _MAX_MAGNITUDE:
                raise Unsure
    if _magnitude(exponent) > 40 or bits * abs(as_float(exponent)) > 8 * _MAX_MAGNITUDE:
        raise Unsure


def _negative_real(value: Value) -> bool:
    number = real(value)
    return number is not None and number < 0


def _root(radicand: Value, index: Value) -> Value:
    if not isinstance(index, Fraction) or index.denominator != 1 or not 2 <= index <= 1000:
        raise Unsure
    if isinstance(radicand, Fraction) and index == 2 and radicand >= 0:
        top, bottom = math.isqrt(radicand.numerator), math.isqrt(radicand.denominator)
        if top * top == radicand.numerator and bottom * bottom == radicand.denominator:
            return Fraction(top, bottom)
    return _power(radicand, 1 / index)


def _function(name: str) -> Callable[[Value], Value]:
    def apply(argument: Value) -> Value:
        argument = as_float(argument)
        if not _context().isfinite(argument) or _magnitude(argument) > _MAX_ANGLE:
            raise Unsure
        value = getattr(_context(), name)(argument)
        if name in _PERIODIC and abs(_magnitude(value)) > _CANCELLED:
            # sin(pi) is zero and tan(pi/2) a pole, whatever the last digit of pi makes of them.
            if _magnitude(value) > 0:
                raise Undefined
            return Fraction(0)
        return value

    return apply


_PERIODIC = frozenset({"sin", "cos", "tan", "cot", "sec", "csc"})


def _exponential(argument: Value) -> Value:
    return _power(_constant("e"), argument)


def _logarithm(argument: Value, base: Value | None = None) -> Value:
    if not argument:
        raise Undefined
    if isinstance(argument, Fraction) and argument == 1:
        return Fraction(0)
    if not _context().isfinite(as_float(argument)):
        raise Unsure
    value = _context().ln(as_float(argument))
    # Identities that hold for every base hold for a generic one.
    base = _GENERIC_BASE if base is None else base
    return quotient(value, _logarithm_of_base(base))


_GENERIC_BASE = Fraction(7919, 1237)


def _logarithm_of_base(base: Value) -> Value:
    if not base or base == 1:
        raise Undefined
    return _context().ln(as_float(base))


def _natural(argument: Value) -> Value:
    return _logarithm(argument, _constant("e"))


def _whole(value: Value) -> int:
    """A value that must be a small natural number."""
    if not isinstance(value, Fraction) or value.denominator != 1 or value < 0:
        raise Unsure
    return value.numerator


def _factorial(value: Value) -> Value:
    if isinstance(value, Fraction):
        n = _whole(value)
        if n > _MAX_FACTORIAL:
            raise Unsure
        return Fraction(math.factorial(n))
    if not is_finite(value) or _magnitude(value) > _MAX_GAMMA:
        raise Unsure
    return _context().factorial(value)  # the gamma function, so that (n+1)! = (n+1) n!


def _binomial(n: Value, k: Value) -> Value:
    if isinstance(n, Fraction) and isinstance(k, Fraction):
        top, bottom = _whole(n), _whole(k)
        if top > _MAX_BINOMIAL:
            raise Unsure
        return Fraction(math.comb(top, bottom))
    below = _factorial(_sum(n, -k))
    return quotient(_factorial(n), _product(_factorial(k), below))


def _call(function: Value, argument: Value) -> Value:
    """An unknown function: generic, but the same wherever it is called."""
    argument = as_float(argument)
    if not is_finite(argument) or _magnitude(argument) > _MAX_ANGLE:
        raise Unsure
    return _context().cos(function * argument + 1) + function


def _floor(value: Value) -> Value:
    number = real(value)
    if number is None or _magnitude(number) > _MAX_ANGLE:
        raise Unsure
    if not isinstance(number, Fraction) and close(number, _context().nint(number)):
        raise Unsure  # on which side of the integer it lies is in the lost digits
    return Fraction(math.floor(number))


def _absolute(value: Value) -> Value:
    return abs(value)


_OPERATIONS: dict[str, Callable[..., Value]] = {
    "+": _sum,
    "*": _product,
    "/": quotient,
    "^": _power,
    "neg": lambda value: -value,
    "base": lambda value: value,
    "root": _root,
    "abs": _absolute,
    "floor": _floor,
    "ceil": lambda value: -_floor(-value),
    "!": _factorial,
    "binom": _binomial,
    "call": _call,
    "exp": _exponential,
    "ln": _natural,
    "log": _logarithm,
    **{
        name: _function({"arcsin": "asin", "arccos": "acos", "arctan": "atan"}.get(name, name))
        for name in (
            "sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh",
            "arcsin", "arccos", "arctan",
        )
    },
}  # fmt: skip
