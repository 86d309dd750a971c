"""What several checks share: a numerical search for a least value, and its exact recognition."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product

import sympy as sp


def least(f: Callable[..., float], *box: tuple[float, float], rounds: int = 16) -> float:
    """The least value on a box, by ever smaller grids, 21 points per side, around the best."""
    low, high = [float(a) for a, _ in box], [float(b) for _, b in box]
    a, b, best = low, high, low
    for _ in range(rounds):
        axes = [[s + (t - s) * k / 20 for k in range(21)] for s, t in zip(a, b, strict=True)]
        best = list(min(product(*axes), key=lambda point: f(*point)))
        width = [(t - s) / 5 for s, t in zip(a, b, strict=True)]
        a = [max(m, x - w) for m, x, w in zip(low, best, width, strict=True)]
        b = [min(m, x + w) for m, x, w in zip(high, best, width, strict=True)]
    return f(*best)


def rational(value: float, accuracy: float = 1e-9) -> Fraction:
    """The fraction with denominator up to 10,000 that the value stands for."""
    found = Fraction(value).limit_denominator(10_000)
    assert abs(found - Fraction(value)) <= accuracy * max(1, abs(value)), value
    return found


def surd(value: float) -> sp.Expr:
    """The square root of a rational number, with the sign of the value."""
    square = rational(value * value)
    root = sp.sqrt(sp.Rational(square.numerator, square.denominator))
    return root if value >= 0 else -root
