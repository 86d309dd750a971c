"""Expression trees: what an answer says, apart from how it is written.

Three kinds of nodes. Structures (tuples, sets, relations, ...) are operations like any other;
`parser.read` makes trees, `algebra` compares them.
"""

from dataclasses import dataclass
from fractions import Fraction

ANY_INTEGER = "ℤ"
"""The variable that runs through the integers, as in 2k+1 for all k."""


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Symbol:
    """A variable or a named constant (`pi`, `e`, `i`, `infinity`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator, function, relation or structure applied to its arguments.

    Structures are named by their brackets ("(]", "{}"), or "list", "union", "minus", "and",
    "row", "matrix", "ratio".
    """

    name: str
    arguments: tuple["Node", ...]


Node = Number | Symbol | Operation

INFINITY = Symbol("infinity")
REALS = Operation("()", (Operation("neg", (INFINITY,)), INFINITY))
RELATIONS = frozenset({"=", "<", "<=", "!="})
STRUCTURES = frozenset(
    {"()", "(]", "[)", "[]", "{}", "list", "union", "minus", "and", "matrix", "row", "ratio"}
    | RELATIONS
)
CONSTANTS = frozenset({"pi", "e", "i", "infinity"})


def is_structure(node: Node) -> bool:
    """Whether a tree is a collection or a relation, not one value."""
    return isinstance(node, Operation) and node.name in STRUCTURES


def is_relation(node: Node) -> bool:
    """Whether a tree is an equation, an inequality, or several that hold together."""
    return isinstance(node, Operation) and (node.name in RELATIONS or node.name == "and")


def is_closed(node: Node) -> bool:
    """Whether a tree has no free variables."""
    if isinstance(node, Symbol):
        return node.name in CONSTANTS
    if isinstance(node, Operation):
        # The base of a bare log is a matter of taste, so it is as good as a variable.
        bare = node.name == "log" and len(node.arguments) == 1
        return not bare and all(map(is_closed, node.arguments))
    return True


def has_steps(node: Node) -> bool:
    """Whether a tree has a floor or a ceiling in it."""
    if not isinstance(node, Operation):
        return False
    return node.name in ("floor", "ceil") or any(map(has_steps, node.arguments))


def variables(node: Node) -> frozenset[str]:
    """Names of the free variables of a tree."""
    if isinstance(node, Symbol):
        return frozenset() if node.name in CONSTANTS else frozenset({node.name})
    if isinstance(node, Operation):
        names: frozenset[str] = frozenset()
        return names.union(*map(variables, node.arguments))
    return frozenset()


def negative(node: Node) -> Node:
    """-node, as a number where it is one."""
    return Number(-node.value) if isinstance(node, Number) else Operation("neg", (node,))


def quotient(top: Node, bottom: Node) -> Node:
    """top / bottom, as a number where both are.

    Raises:
        ZeroDivisionError: the bottom is the number 0.
    """
    if isinstance(top, Number) and isinstance(bottom, Number):
        return Number(top.value / bottom.value)
    return Operation("/", (top, bottom))
