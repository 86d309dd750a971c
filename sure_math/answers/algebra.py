"""Are two expression trees equal? By their values, and structure by structure.

Scalars are compared at generic points, tuples and matrices entry by entry, sets and lists as
multisets, equations and inequalities up to a constant factor, inequalities in one variable as
intervals. A closed value equals a decimal that is its correct rounding.

"different" is said only of closed values that clearly differ: two expressions in variables may
still be equal under an assumption of the problem, so they stay open.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from sure_math.answers import region
from sure_math.answers.evaluation import coordinate, evaluate, samples
from sure_math.answers.expression import (
    ANY_INTEGER,
    RELATIONS,
    STRUCTURES,
    Node,
    Operation,
    has_steps,
    is_closed,
    variables,
)
from sure_math.answers.numbers import decimal_places, rounding_places
from sure_math.answers.operations import quotient
from sure_math.answers.values import (
    Undefined,
    Unsure,
    Value,
    as_float,
    close,
    distance,
    is_finite,
    is_whole,
    magnitude,
    real,
)

Verdict = Literal["equal", "different", "undecided"]

_CLEAR = 0.02
"""Relative distance from which two values are no roundings of each other."""
_MAX_ITEMS = 32
_FAR = 1009
_MAX_ROUNDED = 100
"""Largest binary exponent of a value that is compared with a decimal."""
_LATEST_HOUR, _FIRST_MINUTE, _LAST_MINUTE = 24, 10, 59


def compare_trees(a: Node, b: Node) -> Verdict:
    """The verdict on two trees; symmetric, and "equal" for equal trees."""
    if a == b:
        return "equal"
    try:
        return _compare(a, b)
    except (Unsure, Undefined):
        return "undecided"


def settled(a: Node, b: Node) -> bool:
    """Whether "undecided" is the last word, and math-verify would only cost time.

    Two scalars, two sets of reals, two relations between the same variables, two flat collections
    of values without repetitions.
    """
    kinds = {_kind(a), _kind(b)}
    if kinds == {"scalar"} or (kinds == {"relation"} and variables(a) == variables(b)):
        return True
    return (_flat(a) and _flat(b)) or (region.is_region(a) and region.is_region(b))


def _flat(node: Node) -> bool:
    values = _arguments(node)
    closed = all(_kind(value) == "scalar" and is_closed(value) for value in values)
    return closed and len(set(values)) == len(values)


def _compare(a: Node, b: Node) -> Verdict:
    if isinstance(a, Operation) and isinstance(b, Operation) and _kind(a) == _kind(b):
        verdict = _same_kind(a, b)
        if verdict != "undecided":
            return verdict
    kinds = {_kind(a), _kind(b)}
    if kinds == {"scalar"}:
        return _scalars(a, b)
    if kinds == {"relation", "scalar"}:
        return _solved(a, b) if _kind(a) == "relation" else _solved(b, a)
    if kinds == {"{}", "list"}:
        return _unordered(_arguments(a), _arguments(b))
    return "equal" if region.equal(a, b) else "undecided"


def _same_kind(a: Operation, b: Operation) -> Verdict:
    kind = _kind(a)
    if kind == "scalar":
        return "undecided"
    if kind == "relation":
        return _relations(a, b)
    if kind == "ratio":
        return _ratios(a.arguments, b.arguments)
    if kind in ("{}", "list", "and", "union"):
        return _unordered(a.arguments, b.arguments)
    return _ordered(a.arguments, b.arguments)


def _kind(node: Node) -> str:
    """How a tree is compared."""
    if not isinstance(node, Operation) or node.name not in STRUCTURES:
        return "scalar"
    return "relation" if node.name in RELATIONS else node.name


def _arguments(node: Node) -> tuple[Node, ...]:
    return node.arguments if isinstance(node, Operation) else ()


# --- structures ---------------------------------------------------------------------------------


def _ordered(a: Sequence[Node], b: Sequence[Node]) -> Verdict:
    """Entry by entry."""
    if len(a) != len(b):
        return "undecided"
    verdicts = {compare_trees(x, y) for x, y in zip(a, b, strict=True)}
    if "different" in verdicts:
        return "different"
    return "undecided" if "undecided" in verdicts else "equal"


def _unordered(a: Sequence[Node], b: Sequence[Node]) -> Verdict:
    """As multisets; different if some entry clearly has no counterpart."""
    if max(len(a), len(b)) > _MAX_ITEMS:
        return "undecided"
    verdicts = [[_entries(x, y) for y in b] for x in a]
    columns = [list(column) for column in zip(*verdicts, strict=True)]
    if len(a) == len(b) and _matched(verdicts):
        return "equal"
    lonely = any(set(row) == {"different"} for row in [*verdicts, *columns])
    return "different" if lonely else "undecided"


def _entries(a: Node, b: Node) -> Verdict:
    """As whole answers, but x=1, y=2 is not 2, 1: names of several values count."""
    return "undecided" if {_kind(a), _kind(b)} == {"relation", "scalar"} else compare_trees(a, b)


def _matched(verdicts: Sequence[Sequence[Verdict]]) -> bool:
    """Whether every row finds an equal column of its own."""
    free = set(range(len(verdicts)))
    for row in verdicts:
        partner = next((j for j in sorted(free) if row[j] == "equal"), None)
        if partner is None:
            return False
        free.remove(partner)
    return True


def _ratios(a: Sequence[Node], b: Sequence[Node]) -> Verdict:
    """2:3 is 4:6, but 4:30 is not 2:15, which are times of the day."""
    if len(a) != len(b) or not all(map(is_closed, (*a, *b))):
        return _ordered(a, b)
    x, y = [evaluate(node, {}) for node in a], [evaluate(node, {}) for node in b]
    if (_is_time(x) and _is_time(y)) or not all(x) or not all(y):
        return "undecided"
    factors = [quotient(left, right) for left, right in zip(x, y, strict=True)]
    return "equal" if all(close(factor, factors[0]) for factor in factors) else "undecided"


def _is_time(parts: Sequence[Value]) -> bool:
    if len(parts) != 2 or not all(isinstance(part, Fraction) for part in parts):
        return False
    hour, minute = parts
    return bool(0 <= hour <= _LATEST_HOUR and _FIRST_MINUTE <= minute <= _LAST_MINUTE)


# --- scalars ------------------------------------------------------------------------------------


def _scalars(a: Node, b: Node) -> Verdict:
    if is_closed(a) and is_closed(b):
        return _closed(a, b)
    if variables(a) == variables(b) == {ANY_INTEGER}:
        return "equal" if _same_family(a, b) else "undecided"
    names = sorted(variables(a) | variables(b))
    steps = has_steps(a) or has_steps(b)
    if steps and variables(a) != variables(b):
        return "undecided"
    scale = _FAR if steps else 1  # near zero a floor is a constant
    pairs = list(zip(samples(a, names, scale=scale), samples(b, names, scale=scale), strict=True))
    defined = [(x, y) for x, y in pairs if x is not None and y is not None]
    same_domain = all((x is None) == (y is None) for x, y in pairs)
    agree = same_domain and all(close(x, y) for x, y in defined)
    return "equal" if agree and len(defined) > len(pairs) // 2 else "undecided"


def _same_family(a: Node, b: Node) -> bool:
    """2k+1 and 2k-1 for all integers k: equal steps, and a whole number of them apart."""
    x, y = region.linear(a, ANY_INTEGER, {}), region.linear(b, ANY_INTEGER, {})
    if x is None or y is None:
        return False
    steps = real(quotient(y[0] - x[0], x[1]))
    same_step = close(x[1], y[1]) or close(x[1], -y[1])
    return same_step and steps is not None and is_whole(steps)


def _closed(a: Node, b: Node) -> Verdict:
    verdict = compare_values(evaluate(a, {}), evaluate(b, {}))
    if verdict == "different" and (_in_other_base(a) or _in_other_base(b)):
        return "undecided"
    return verdict


def compare_values(x: Value, y: Value) -> Verdict:
    """Equal also if one is the correct rounding of the other; different if clearly so."""
    if close(x, y) or _rounds_to(x, y) or _rounds_to(y, x):
        return "equal"
    if not (is_finite(x) and is_finite(y)):
        return "different"
    integers = all(isinstance(v, Fraction) and v.denominator == 1 for v in (x, y))
    return "different" if integers or distance(x, y) > _CLEAR else "undecided"


def _rounds_to(exact: Value, decimal: Value) -> bool:
    """Whether a decimal is the correct rounding of a value that no decimal can express."""
    if not isinstance(decimal, Fraction):
        return False
    places = rounding_places(decimal)
    if places is None:
        return False
    half = Fraction(1, 2 * 10**places)
    if isinstance(exact, Fraction):
        return decimal_places(exact) is None and abs(exact - decimal) <= half
    # Beyond these digits a float says nothing about the places after the point.
    visible = magnitude(exact) < _MAX_ROUNDED
    return visible and bool(abs(exact - as_float(decimal)) <= as_float(half))


def _in_other_base(node: Node) -> bool:
    """101_2 is 5, but whoever writes 101 may mean the same."""
    return isinstance(node, Operation) and node.name == "base"


# --- equations and inequalities -----------------------------------------------------------------


def _relations(a: Operation, b: Operation) -> Verdict:
    """Equal if the differences of their sides are a constant multiple of each other."""
    if a.name != b.name or variables(a) != variables(b) or not variables(a):
        return "undecided"
    names = sorted(variables(a))
    factor = None
    for x, y in zip(samples(_gap(a), names), samples(_gap(b), names), strict=True):
        if x is None or y is None or not x or not y:
            return "undecided"
        if factor is not None and not close(quotient(x, y), factor):
            return "undecided"
        factor = quotient(x, y)
    if a.name in ("=", "!="):
        return "equal"
    scale = real(factor)
    return "equal" if scale is not None and scale > 0 else "undecided"


def _gap(relation: Operation) -> Node:
    """Right side minus left side."""
    left, right = relation.arguments
    return Operation("+", (right, Operation("neg", (left,))))


def _solved(relation: Node, value: Node) -> Verdict:
    """2x - y + 3 = 0 and 2x + 3: the equation is linear in y, and solved by the expression."""
    unknown = variables(relation) - variables(value)
    if not isinstance(relation, Operation) or relation.name != "=" or len(unknown) != 1:
        return "undecided"
    (name,) = unknown
    others = sorted(variables(relation) | variables(value) - unknown)
    gap = _gap(relation)
    for number in range(3):
        point = {other: coordinate(other, number) for other in others}
        solution = evaluate(value, point)
        line = region.linear(gap, name, point)
        if line is None or not close(-line[0] / line[1], solution):
            return "undecided"
    return "equal"
