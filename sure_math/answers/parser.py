r"""Canonical keys to expression trees: a recursive-descent parser for what answers are made of.

It reads keys of `canonical`, where notation is already unified: numbers, variables, sums, products,
powers, roots, functions, absolute values, factorials, tuples, sets, intervals, unions, matrices,
ratios, equations and inequalities, lists. What it does not know (integrals, limits, words), or what
can be read in two ways (1/2x), has no tree, and other tiers decide. Nothing is evaluated here;
length and depth are bounded.
"""

import functools

from sure_math.answers.arithmetic import Arithmetic
from sure_math.answers.expression import (
    Node,
    Operation,
    Symbol,
    is_relation,
    is_structure,
    variables,
)
from sure_math.answers.tokens import Unreadable

MAX_LENGTH = 600
MAX_TREE_DEPTH = 64
"""Every factor of a product is a level of its own; what walks over a tree is recursive."""

_RELATION_SIGNS = {
    "=": ("=", False),
    "<": ("<", False),
    ">": ("<", True),
    r"\leq": ("<=", False),
    r"\geq": ("<=", True),
    r"\neq": ("!=", False),
}
_SEPARATORS = frozenset({",", ";", r"\and", r"\or"})


@functools.lru_cache(maxsize=1024)
def read(key: str) -> Node | None:
    """The tree of a canonical key, None if it cannot be read without doubt."""
    if len(key) > MAX_LENGTH:
        return None
    try:
        parser = _Parser(key)
        tree = parser.answer()
        parser.expect_end()
    except (Unreadable, ZeroDivisionError):
        return None
    return None if _is_deep(tree) else tree


def _is_deep(tree: Node) -> bool:
    """Whether a tree is deeper than MAX_TREE_DEPTH; without recursion."""
    level: list[Node] = [tree]
    for _ in range(MAX_TREE_DEPTH):
        operations = [node for node in level if isinstance(node, Operation)]
        level = [argument for node in operations for argument in node.arguments]
        if not level:
            return False
    return True


class _Parser(Arithmetic):
    """The structural half: lists, relations, unions, ratios, brackets, matrices."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._ratios = True

    def answer(self) -> Node:
        """Items between commas, semicolons and connectives."""
        items, signs = [self._relation()], set()
        while self._peek() in _SEPARATORS:
            signs.add(self._next())
            items.append(self._relation())
        if len(items) == 1:
            return items[0]
        if signs == {r"\or"} and any(is_relation(item) for item in items):
            return Operation("union", tuple(items))
        return Operation("list", tuple(items))

    def _relation(self) -> Node:
        sides, signs = [self._union()], []
        while (sign := self._peek()) in _RELATION_SIGNS or sign == r"\in":
            signs.append(self._next())
            sides.append(self._union())
        if not signs:
            return sides[0]
        if signs == [r"\in"]:
            if not isinstance(sides[0], Symbol) or not is_structure(sides[1]):
                raise Unreadable
            return sides[1]
        if r"\in" in signs:
            raise Unreadable
        relations = [
            _related(sign, left, right)
            for sign, left, right in zip(signs, sides[:-1], sides[1:], strict=True)
        ]
        return relations[0] if len(relations) == 1 else Operation("and", tuple(relations))

    def _union(self) -> Node:
        parts = [self._ratio()]
        while self._accept(r"\cup"):
            parts.append(self._ratio())
        whole = parts[0] if len(parts) == 1 else Operation("union", tuple(parts))
        if self._peek() in (r"\setminus", r"\backslash", r"\\"):
            self._next()
            return Operation("minus", (whole, self._ratio()))
        return whole

    def _ratio(self) -> Node:
        terms = [self._sum()]
        while self._ratios and self._accept(":"):
            terms.append(self._sum())
        return terms[0] if len(terms) == 1 else Operation("ratio", tuple(terms))

    def _collection(self, opening: str) -> Node:
        """(a), (a,b), [a,b), \\{a,b\\}, \\{x | x > 2\\}."""
        bars, self._bars = self._bars, 1
        ratios, self._ratios = self._ratios, opening != r"\{"
        items = [] if opening == r"\{" and self._peek() == r"\}" else [self._relation()]
        if opening == r"\{" and items and self._peek() in ("|", ":"):
            self._next()
            head, condition = items[0], self.answer()
            if not isinstance(head, Symbol) or variables(condition) != {head.name}:
                raise Unreadable  # {2x | x < 3}
            self._expect(r"\}")
            self._bars, self._ratios = bars, ratios
            return condition
        while self._peek() in (",", ";"):
            self._next()
            items.append(self._relation())
        self._bars, self._ratios = bars, ratios
        closing = self._next()
        if opening == r"\{":
            if closing != r"\}":
                raise Unreadable
            return Operation("{}", tuple(items))
        if closing not in (")", "]"):
            raise Unreadable
        if len(items) == 1:
            if (opening, closing) != ("(", ")"):
                raise Unreadable
            return items[0]
        return Operation(opening + closing, tuple(items))

    def _matrix(self) -> Node:
        for token in ("{", "pmatrix", "}"):
            self._expect(token)
        rows = [[self._sum()]]
        while (token := self._next()) in ("&", r"\\"):
            if token == "&":
                rows[-1].append(self._sum())
            else:
                rows.append([self._sum()])
        if token != r"\end" or len({len(row) for row in rows}) != 1:
            raise Unreadable
        for token in ("{", "pmatrix", "}"):
            self._expect(token)
        return Operation("matrix", tuple(Operation("row", tuple(row)) for row in rows))


def _related(sign: str, left: Node, right: Node) -> Node:
    name, swapped = _RELATION_SIGNS[sign]
    return Operation(name, (right, left) if swapped else (left, right))
