"""Values of expression trees, exactly or to 60 digits, within bounds.

Free variables get fixed generic values, so that two expressions are identical exactly if their
values agree at every point (up to coincidences of probability zero).
"""

import zlib
from collections.abc import Mapping, Sequence
from fractions import Fraction

from mpmath.libmp import ComplexResult, NoConvergence

from sure_math.answers.expression import Node, Number, Symbol, variables
from sure_math.answers.operations import OPERATIONS, constant
from sure_math.answers.values import Undefined, Unsure, Value, as_float, bounded, context

_POINTS = 4
# Letters that usually stand for complex numbers: |z|^2 is not z^2.
_COMPLEX = frozenset("zw")


def samples(
    node: Node, names: Sequence[str] | None = None, *, scale: int = 1
) -> list[Value | None]:
    """Values at every point, None where the expression is undefined; one value if it is closed.

    Args:
        names: the variables of the comparison, when there are more than in this expression.
        scale: how far from zero the points are.

    Raises:
        Unsure: some value is too large or too delicate.
    """
    free = variables(node) if names is None else frozenset(names)
    values: list[Value | None] = []
    for point in range(_POINTS if free else 1):
        try:
            at = {name: scale * coordinate(name, point) for name in free}
            values.append(evaluate(node, at))
        except Undefined:
            values.append(None)
    return values


def coordinate(name: str, point: int) -> Value:
    """The value of a variable at a point: generic, of either sign, small and large."""
    hashed = zlib.crc32(f"{name} {point}".encode(errors="backslashreplace"))
    magnitude = Fraction(2 * (hashed >> 8) + 1, 1 << 24) + Fraction(1, 3)
    signs = (1, -1, 1 if hashed & 1 else -1, 1)
    if name[:1] in _COMPLEX and point == 2:
        return context().mpc(as_float(magnitude), as_float(magnitude / 3 + 1))
    return as_float(signs[point] * magnitude * (7 if point == 3 else 1))


def evaluate(node: Node, point: Mapping[str, Value]) -> Value:
    """The value of a tree at a point.

    Raises:
        Unsure: too large, too delicate, or not a number at all (a set, an equation).
        Undefined: no value at this point.
    """
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Symbol):
        return point[node.name] if node.name in point else constant(node.name)
    function = OPERATIONS.get(node.name)
    if function is None:
        raise Unsure
    values = [evaluate(argument, point) for argument in node.arguments]
    try:
        return bounded(function(*values))
    except (ZeroDivisionError, ComplexResult):
        raise Undefined from None
    except (OverflowError, ValueError, NoConvergence):
        raise Unsure from None
