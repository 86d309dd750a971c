"""Numbers of two kinds: exact rationals, and 60-digit mpmath numbers for everything else."""

import threading
from fractions import Fraction
from typing import Any

import mpmath

DIGITS = 60
_TOLERANCE_DIGITS = 45
MAX_MAGNITUDE = 100_000
"""Largest binary exponent of a value."""
MAX_BITS = 20_000
"""Longest numerator or denominator that is kept exactly."""

Value = Any
"""A Fraction, or an mpmath number."""


class Unsure(Exception):
    """The value cannot be computed within bounds, or not reliably."""


class Undefined(Exception):
    """The expression has no value here: division by zero, logarithm of zero."""


_local = threading.local()


def context() -> Any:
    """mpmath's contexts are not safe to share between threads."""
    if not hasattr(_local, "context"):
        _local.context = mpmath.MPContext()
        _local.context.dps = DIGITS
    return _local.context


def as_float(value: Value) -> Value:
    """A value as an mpmath number."""
    if isinstance(value, Fraction):
        return context().mpf(value.numerator) / value.denominator
    return value


def close(x: Value, y: Value) -> bool:
    """Whether two values are the same number."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x == y
    x, y = as_float(x), as_float(y)
    numbers = context()
    if not (numbers.isfinite(x) and numbers.isfinite(y)):
        return bool(x == y)
    scale = max(abs(x), abs(y))
    return bool(abs(x - y) <= scale * numbers.mpf(10) ** -_TOLERANCE_DIGITS)


def is_finite(value: Value) -> bool:
    """Whether a value is no infinity."""
    return bool(context().isfinite(as_float(value)))


def is_whole(value: Value) -> bool:
    """Whether a real value is an integer, up to rounding."""
    nearest = context().nint(as_float(value))
    return bool(abs(value - nearest) < context().mpf(10) ** -_TOLERANCE_DIGITS)


def real(value: Value) -> Value | None:
    """A real value as a real number, None for a complex one."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, context().mpc):
        small = not value.imag or close(value, value.real)
        return value.real if small else None
    return value


def distance(x: Value, y: Value) -> float:
    """|x - y| relative to the larger one; 0 for equal values."""
    x, y = as_float(x), as_float(y)
    if x == y:
        return 0.0
    return float(abs(x - y) / max(abs(x), abs(y)))


def magnitude(value: Value) -> int:
    """Binary exponent of a value; of zero, that of the smallest visible term."""
    if isinstance(value, Fraction):
        if not value:
            return -MAX_MAGNITUDE
        return value.numerator.bit_length() - value.denominator.bit_length()
    numbers = context()
    return int(numbers.mag(value)) if value and numbers.isfinite(value) else -MAX_MAGNITUDE


def bounded(value: Value) -> Value:
    """The value, as an mpmath number where it is too long to be kept exactly.

    Raises:
        Unsure: its exponent is too large.
        Undefined: it is no number.
    """
    if isinstance(value, Fraction):
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
        return value if bits <= MAX_BITS else as_float(value)
    numbers = context()
    if numbers.isnan(value):
        raise Undefined
    if numbers.isinf(value):
        return value
    if value and abs(numbers.mag(value)) > MAX_MAGNITUDE:
        raise Unsure
    return value
