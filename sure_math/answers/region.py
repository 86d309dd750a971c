r"""Sets of real numbers: intervals, unions, and inequalities in one variable.

x > 2 is (2,\infty), x \neq 2 is (-\infty,2)\cup(2,\infty), 1 < x \leq 3 is (1,3].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from sure_math.answers.evaluation import evaluate
from sure_math.answers.expression import Node, Operation, is_closed, variables
from sure_math.answers.values import Undefined, Unsure, Value, as_float, close, real

_BRACKETS = frozenset({"()", "(]", "[)", "[]"})
_INFINITY = float("inf")


class Interval(NamedTuple):
    """The reals between two ends, which belong to it or not."""

    low: Value
    high: Value
    has_low: bool = False
    has_high: bool = False


@dataclass(frozen=True)
class Region:
    """Disjoint intervals in order, and the variable they were written with ("" without one)."""

    intervals: tuple[Interval, ...]
    variable: str = ""


def equal(a: Node, b: Node) -> bool:
    """Whether two trees are the same set of reals; False where one is none, or in doubt.

    Raises:
        Unsure: an end cannot be computed.
    """
    x, y = _region(a), _region(b)
    if x is None or y is None or len(x.intervals) != len(y.intervals):
        return False
    if x.variable and y.variable and x.variable != y.variable:
        return False
    return all(map(_same, x.intervals, y.intervals))


def is_region(node: Node) -> bool:
    """Whether a tree is a set of reals that can be computed."""
    try:
        return _region(node) is not None
    except (Unsure, Undefined):
        return False


def _same(x: Interval, y: Interval) -> bool:
    closed = (x.has_low, x.has_high) == (y.has_low, y.has_high)
    return closed and close(x.low, y.low) and close(x.high, y.high)


def _region(node: Node) -> Region | None:
    if not isinstance(node, Operation):
        return None
    if node.name in _BRACKETS:
        return _interval(node)
    if node.name in ("<", "<=", "!="):
        return _half_line(node)
    if node.name == "minus":
        return _difference(node)
    if node.name not in ("and", "union"):
        return None
    parts = [_region(argument) for argument in node.arguments]
    known = [part for part in parts if part is not None]
    names = {part.variable for part in known} - {""}
    if len(known) < len(parts) or len(names) > 1:
        return None
    combined = known[0].intervals
    for part in known[1:]:
        combine = _intersection if node.name == "and" else _union
        combined = combine(combined, part.intervals)
    return Region(combined, names.pop() if names else "")


def _interval(node: Operation) -> Region | None:
    if len(node.arguments) != 2 or not is_closed(node):
        return None
    low, high = (_end(end) for end in node.arguments)
    if low is None or high is None or not low < high:
        return None
    return Region((Interval(low, high, node.name[0] == "[", node.name[1] == "]"),))


def _half_line(relation: Operation) -> Region | None:
    """The solutions of a linear inequality in one variable."""
    names = variables(relation)
    if len(names) != 1:
        return None
    (name,) = names
    left, right = relation.arguments
    gap = Operation("+", (right, Operation("neg", (left,))))
    line = linear(gap, name, {})
    if line is None:
        return None
    start, slope = real(line[0]), real(line[1])
    if start is None or slope is None:
        return None
    end, closed = -start / slope, relation.name == "<="
    below, above = Interval(-_INFINITY, end, False, closed), Interval(end, _INFINITY, closed, False)
    if relation.name == "!=":
        return Region((below, above), name)
    return Region((above if slope > 0 else below,), name)


def _difference(node: Operation) -> Region | None:
    r"""\mathbb{R}\setminus\{2,3\}"""
    whole, removed = _region(node.arguments[0]), node.arguments[1]
    if whole is None or not isinstance(removed, Operation) or removed.name != "{}":
        return None
    if not is_closed(removed):
        return None
    intervals = whole.intervals
    for point in map(_end, removed.arguments):
        if point is None:
            return None
        holed = (Interval(-_INFINITY, point), Interval(point, _INFINITY))
        intervals = _intersection(intervals, holed)
    return Region(intervals, whole.variable)


def _intersection(a: Sequence[Interval], b: Sequence[Interval]) -> tuple[Interval, ...]:
    met = []
    for x in a:
        for y in b:
            low, has_low = max((x.low, not x.has_low), (y.low, not y.has_low))
            high, has_high = min((x.high, x.has_high), (y.high, y.has_high))
            if low < high:
                met.append(Interval(low, high, not has_low, has_high))
    return tuple(sorted(met))


def _union(a: Sequence[Interval], b: Sequence[Interval]) -> tuple[Interval, ...]:
    ordered = sorted([*a, *b], key=lambda x: (x.low, not x.has_low))
    joined = [ordered[0]]
    for x in ordered[1:]:
        last = joined[-1]
        touches = x.low < last.high or (x.low == last.high and (x.has_low or last.has_high))
        if not touches:
            joined.append(x)
            continue
        high, has_high = max((last.high, last.has_high), (x.high, x.has_high))
        joined[-1] = Interval(last.low, high, last.has_low, has_high)
    return tuple(joined)


def _end(node: Node) -> Value | None:
    value = real(evaluate(node, {}))
    return None if value is None else as_float(value)


def linear(tree: Node, name: str, point: Mapping[str, Value]) -> tuple[Value, Value] | None:
    """(value at 0, slope) of a tree in one variable; None if it is constant or not linear in it.

    Raises:
        Unsure, Undefined: it has no value somewhere.
    """
    start, one, *others = (
        as_float(evaluate(tree, {**point, name: Fraction(t)})) for t in (0, 1, *_PROBES)
    )
    slope = one - start
    straight = all(
        close(value, start + as_float(t) * slope) for t, value in zip(_PROBES, others, strict=True)
    )
    return (start, slope) if slope and straight else None


_PROBES = (Fraction(5), Fraction(-17, 7))
