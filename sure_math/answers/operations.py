"""What the operations of an expression tree compute, each within bounds.

Too large, too delicate (a term that vanishes beside a larger one), or not a number: `Unsure`.
"""

import functools
import math
from collections.abc import Callable
from fractions import Fraction

from sure_math.answers.values import (
    MAX_BITS,
    MAX_MAGNITUDE,
    Undefined,
    Unsure,
    Value,
    as_float,
    close,
    context,
    is_finite,
    magnitude,
    real,
)

_MAX_ANGLE = 20
"""Largest binary exponent of the argument of a periodic function."""
_MAX_FACTORIAL = 3_000
_MAX_BINOMIAL = 10_000
_MAX_GAMMA = 8
"""Largest binary exponent of the argument of the gamma function."""
_VISIBLE = 100
"""Binary digits by which two terms of a sum may differ; below that the smaller one vanishes."""
_CANCELLED = 40
"""Binary digits that a sum may lose to terms that cancel."""
_NOISE = 170
"""Binary digits from which a value is nothing but rounding error."""


def constant(name: str) -> Value:
    """pi, e, i or infinity.

    Raises:
        Unsure: no such constant.
    """
    numbers = context()
    constants = {"pi": numbers.pi, "e": numbers.e, "i": numbers.j, "infinity": numbers.inf}
    if name not in constants:
        raise Unsure
    return +constants[name]


def _sum(*terms: Value) -> Value:
    if all(isinstance(term, Fraction) for term in terms):
        return sum(terms, Fraction(0))
    terms = tuple(as_float(term) for term in terms)
    if any(not context().isfinite(term) for term in terms):
        raise Unsure
    magnitudes = [magnitude(term) for term in terms if term]
    if magnitudes and max(magnitudes) - min(magnitudes) > _VISIBLE:
        raise Unsure
    total = context().fsum(terms)
    if magnitudes and magnitude(total) < max(magnitudes) - _CANCELLED:
        raise Unsure  # terms that cancel leave mostly rounding error
    return total


def _product(x: Value, y: Value) -> Value:
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x * y
    x, y = as_float(x), as_float(y)
    if not (context().isfinite(x) and context().isfinite(y)):
        raise Unsure
    return x * y


def quotient(x: Value, y: Value) -> Value:
    """x / y.

    Raises:
        Undefined: y is 0.
        Unsure: one of them is infinite.
    """
    if not is_finite(y):
        raise Unsure
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
            return (base if _stays_small(base, exponent) else as_float(base)) ** exponent.numerator
        if exponent.denominator % 2 and _negative_real(base):
            # The real root, as school mathematics has it: (-8)^(1/3) = -2.
            root = as_float(-base) ** as_float(exponent)
            return -root if exponent.numerator % 2 else root
    return context().power(as_float(base), as_float(exponent))


def _stays_small(base: Value, exponent: Fraction) -> bool:
    """Whether a power is kept exactly; 2^(9!) need not be computed to its last digit first."""
    if not isinstance(base, Fraction):
        return False
    bits = max(base.numerator.bit_length(), base.denominator.bit_length()) - 1
    return bits * abs(exponent.numerator) <= MAX_BITS


def _check_power(base: Value, exponent: Value) -> None:
    if not context().isfinite(as_float(base)) or not context().isfinite(as_float(exponent)):
        raise Unsure
    bits = max(1, abs(magnitude(base)) + 1)
    if isinstance(base, Fraction):
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if isinstance(exponent, Fraction) and exponent.denominator == 1:
            if base in (1, -1):
                return
            if bits * abs(exponent.numerator) > 8 * MAX_MAGNITUDE:
                raise Unsure
    if magnitude(exponent) > 40 or bits * abs(as_float(exponent)) > 8 * MAX_MAGNITUDE:
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
        if not context().isfinite(argument) or magnitude(argument) > _MAX_ANGLE:
            raise Unsure
        value = getattr(context(), name)(argument)
        if name in _PERIODIC and abs(magnitude(value)) > _NOISE:
            # sin(pi) is zero and tan(pi/2) a pole, whatever the last digit of pi makes of them.
            if magnitude(value) > 0:
                raise Undefined
            return Fraction(0)
        return value

    return apply


_PERIODIC = frozenset({"sin", "cos", "tan", "cot", "sec", "csc"})


def _exponential(argument: Value) -> Value:
    return _power(constant("e"), argument)


def _logarithm(argument: Value, base: Value | None = None) -> Value:
    if not argument:
        raise Undefined
    if isinstance(argument, Fraction) and argument == 1:
        return Fraction(0)
    if not context().isfinite(as_float(argument)):
        raise Unsure
    value = context().ln(as_float(argument))
    # Identities that hold for every base hold for a generic one.
    base = _GENERIC_BASE if base is None else base
    return quotient(value, _logarithm_of_base(base))


_GENERIC_BASE = Fraction(7919, 1237)


def _logarithm_of_base(base: Value) -> Value:
    if not base or base == 1:
        raise Undefined
    return context().ln(as_float(base))


def _natural(argument: Value) -> Value:
    return _logarithm(argument, constant("e"))


def _whole(value: Value) -> int:
    """A value that must be a small natural number."""
    if not isinstance(value, Fraction) or value.denominator != 1 or value < 0:
        raise Unsure
    return value.numerator


@functools.lru_cache(maxsize=128)
def _exact_factorial(n: int) -> Fraction:
    return Fraction(math.factorial(n))


def _factorial(value: Value) -> Value:
    if isinstance(value, Fraction):
        n = _whole(value)
        if n > _MAX_FACTORIAL:
            raise Unsure
        return _exact_factorial(n)
    if not is_finite(value) or magnitude(value) > _MAX_GAMMA:
        raise Unsure
    return context().factorial(value)  # the gamma function, so that (n+1)! = (n+1) n!


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
    if not is_finite(argument) or magnitude(argument) > _MAX_ANGLE:
        raise Unsure
    return context().cos(function * argument + 1) + function


def _floor(value: Value) -> Value:
    number = real(value)
    if number is None or magnitude(number) > _MAX_ANGLE:
        raise Unsure
    if not isinstance(number, Fraction) and close(number, context().nint(number)):
        raise Unsure  # on which side of the integer it lies is in the lost digits
    return Fraction(math.floor(number))


def _absolute(value: Value) -> Value:
    return abs(value)


OPERATIONS: dict[str, Callable[..., Value]] = {
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
