r"""Answers as expression trees: a recursive-descent parser for the mathematics answers are made of.

It reads canonical keys (`canonical`), where notation is already unified: numbers, variables, sums,
products, powers, roots, functions, absolute values, factorials, tuples, sets, intervals, unions,
matrices, ratios, equations and inequalities, lists. What it does not know (integrals, limits,
words), or what can be read in two ways (1/2x), has no tree: `read` returns None, and other tiers
decide. Nothing is evaluated here; length and depth are bounded.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

MAX_LENGTH = 600
ANY_INTEGER = "ℤ"
"""The variable that runs through the integers, as in 2k+1 for all k."""
MAX_DEPTH = 24


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
    {"()", "(]", "[)", "[]", "{}", "list", "union", "minus", "and", "matrix", "ratio"} | RELATIONS
)


class _Unreadable(Exception):
    """Not in the language of this parser, or ambiguous in it."""


_TOKEN = re.compile(
    r"\s+|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<command>\\(?:[A-Za-z]+|.))|(?P<letters>[A-Za-z]+|ℤ)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_GREEK = frozenset(
    re.findall(
        r"\w+",
        "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu"
        " xi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Phi"
        " Psi Omega ell hbar",
    )
)
_FUNCTIONS = {
    **{name: name for name in ("sin", "cos", "tan", "cot", "sec", "csc", "ln", "log", "lg", "exp")},
    **{name: name for name in ("sinh", "cosh", "tanh", "arcsin", "arccos", "arctan")},
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "arctg": "arctan",
    "tg": "tan",
    "ctg": "cot",
}
_INVERSES = {"sin": "arcsin", "cos": "arccos", "tan": "arctan"}
_WORDS: dict[str, Node] = {"pi": Symbol("pi"), "oo": INFINITY, "inf": INFINITY, "infty": INFINITY}
_CALLS = {"sqrt": "root", "abs": "abs", "floor": "floor", "ceil": "ceil"}
# Letters that name functions: f(x+1) is no product.
_FUNCTION_LETTERS = frozenset("fghFGPQ")
_RELATION_SIGNS = {
    "=": ("=", False),
    "<": ("<", False),
    ">": ("<", True),
    r"\leq": ("<=", False),
    r"\geq": ("<=", True),
    r"\neq": ("!=", False),
}
_SEPARATORS = frozenset({",", ";", r"\and", r"\or"})
_EDGES = frozenset({"", "(", ")", "[", "]", r"\{", r"\}", "=", ":", *_SEPARATORS})
_CLOSING = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
_BASE = re.compile(r"\d{1,2}")


@functools.lru_cache(maxsize=8192)
def read(key: str) -> Node | None:
    """The tree of a canonical key, None if it cannot be read without doubt."""
    if len(key) > MAX_LENGTH:
        return None
    try:
        parser = _Parser(key)
        tree = parser.answer()
        parser.expect_end()
    except (_Unreadable, ZeroDivisionError):
        return None
    return tree


class _Parser:
    """One pass over the tokens; each method reads one level of precedence."""

    def __init__(self, text: str) -> None:
        self._tokens = [
            (match.lastgroup, match[0]) for match in _TOKEN.finditer(text) if match.lastgroup
        ]
        self._at = 0
        self._depth = 0
        self._bars = 0
        self._ratios = True

    # --- lists, sets, relations -------------------------------------------------------------

    def answer(self) -> Node:
        """Items between commas, semicolons and connectives."""
        items, signs = [self._relation()], set()
        while self._peek() in _SEPARATORS:
            signs.add(self._next())
            items.append(self._relation())
        if len(items) == 1:
            return items[0]
        if signs == {r"\or"} and any(_is_relation(item) for item in items):
            return Operation("union", tuple(items))
        return Operation("list", tuple(items))

    def expect_end(self) -> None:
        """Everything must have been read."""
        if self._at != len(self._tokens):
            raise _Unreadable

    def _relation(self) -> Node:
        sides, signs = [self._union()], []
        while (sign := self._peek()) in _RELATION_SIGNS or sign == r"\in":
            signs.append(self._next())
            sides.append(self._union())
        if not signs:
            return sides[0]
        if signs == [r"\in"]:
            if not isinstance(sides[0], Symbol) or not is_structure(sides[1]):
                raise _Unreadable
            return sides[1]
        if r"\in" in signs:
            raise _Unreadable
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

    # --- arithmetic -------------------------------------------------------------------------

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Unreadable
        terms = [self._signed_product()]
        while self._peek() in ("+", "-"):
            minus = self._next() == "-"
            term = self._product()
            terms.append(_negative(term) if minus else term)
        self._depth -= 1
        return terms[0] if len(terms) == 1 else Operation("+", tuple(terms))

    def _signed_product(self) -> Node:
        minus = False
        while self._peek() in ("+", "-"):
            minus ^= self._next() == "-"
        product = self._product()
        return _negative(product) if minus else product

    def _product(self) -> Node:
        product = self._power()
        divided = False
        while True:
            sign = self._peek()
            if sign in (r"\cdot", r"\times", "*"):
                self._next()
                product = Operation("*", (product, self._factor()))
            elif sign in ("/", r"\div"):
                self._next()
                product = _quotient(product, self._factor())
                divided = True
            elif self._starts_factor():
                if divided:  # 1/2x: which x is it?
                    raise _Unreadable
                product = self._implicit_product(product)
            else:
                return product

    def _factor(self) -> Node:
        """The right side of an explicit product or quotient, which may carry a sign."""
        if self._accept("-"):
            return _negative(self._power())
        self._accept("+")
        return self._power()

    def _implicit_product(self, left: Node) -> Node:
        """2x, 3(a+b), and the mixed number 2 3/4, which is a sum."""
        if self._kind() == "number":
            raise _Unreadable
        mixed = self._peek() == r"\frac" and self._kind(-1) == "number"
        right = self._power()
        if not (mixed and isinstance(right, Number) and 0 < right.value < 1):
            return Operation("*", (left, right))
        if not isinstance(left, Number) or left.value.denominator != 1:
            raise _Unreadable
        return Number(left.value + right.value)

    def _starts_factor(self) -> bool:
        kind, token = self._kind(), self._peek()
        if kind in ("number", "letters"):
            return True
        if kind == "command":
            name = token[1:]
            return token in (r"\{", r"\lfloor", r"\lceil", r"\frac", r"\sqrt", r"\binom") or (
                name in _GREEK or name in _FUNCTIONS or name in ("pi", "infty")
            )
        return token in ("(", "{") or (token == "|" and not self._bars)

    def _power(self) -> Node:
        base = self._primary()
        raised = False
        while True:
            token = self._peek()
            if token == "^":
                if raised:  # x^y^z
                    raise _Unreadable
                self._next()
                base, raised = self._raised(base), True
            elif token == "!":
                self._next()
                if self._peek() == "!":
                    raise _Unreadable
                base = Operation("!", (base,))
            else:
                return base

    def _raised(self, base: Node) -> Node:
        if self._accept(r"\circ"):
            return Operation("*", (base, Operation("/", (Symbol("pi"), Number(Fraction(180))))))
        return Operation("^", (base, self._argument()))

    def _argument(self) -> Node:
        """A group in braces or one token, as after ^ or \\frac."""
        if self._accept("{"):
            inside = self._sum()
            self._expect("}")
            return inside
        minus = self._accept("-")
        node = self._primary()
        return _negative(node) if minus else node

    # --- primaries --------------------------------------------------------------------------

    def _primary(self) -> Node:
        self._depth += 1
        if self._depth > 2 * MAX_DEPTH:
            raise _Unreadable
        kind, token = self._kind(), self._next()
        readers: dict[str | None, Callable[[str], Node]] = {
            "number": self._number,
            "letters": self._letters,
            "command": self._command,
            "other": self._bracket,
        }
        node = readers[kind](token)
        self._depth -= 1
        return node

    def _number(self, digits: str) -> Node:
        if digits.isdigit() and digits.startswith("0") and len(digits) > 1:
            raise _Unreadable  # a code or a time (4:05), not a number
        if not self._accept("_"):
            return Number(Fraction(digits))
        base = self._subscript()
        if not _BASE.fullmatch(base) or not 2 <= int(base) <= 36 or not digits.isdigit():
            raise _Unreadable
        try:
            return Operation("base", (Number(Fraction(int(digits, int(base)))),))
        except ValueError:
            raise _Unreadable from None

    def _letters(self, run: str) -> Node:
        if run in _WORDS:
            return _WORDS[run]
        if run in _FUNCTIONS:
            return self._function(_FUNCTIONS[run])
        if run in _CALLS and self._peek() == "(":
            return self._call(_CALLS[run])
        if len(run) > 1 and run.isupper() and self._stands_alone():
            return self._symbol(run)  # a segment or a number in letters: AB is not BA
        if len(run) > 3:
            raise _Unreadable
        # A product of letters; what follows (an index, a power) belongs to the last one.
        if len(run) > 1:
            self._at -= 1
            self._tokens[self._at : self._at + 1] = [("letters", letter) for letter in run]
            return self._primary()
        return self._symbol(run)

    def _stands_alone(self) -> bool:
        """Whether the token just read is a whole item of the answer."""
        before = self._tokens[self._at - 2][1] if self._at > 1 else ""
        return before in _EDGES and self._peek() in _EDGES

    def _symbol(self, name: str) -> Node:
        if self._accept("_"):
            name += "_" + self._subscript()
        while self._accept("'"):
            name += "'"
        if name[0] in _FUNCTION_LETTERS and self._accept("("):
            inside = self._sum()
            self._expect(")")
            return Operation("call", (Symbol(name), inside))
        return Symbol(name)

    def _subscript(self) -> str:
        """The raw text of an index."""
        if not self._accept("{"):
            return self._next()
        text = ""
        while not self._accept("}"):
            text += self._next()
        return text

    def _command(self, command: str) -> Node:
        name = command[1:]
        if name in _FUNCTIONS:
            return self._function(_FUNCTIONS[name])
        if name in _GREEK:
            return self._symbol(name)
        simple: dict[str, Node] = {
            "pi": Symbol("pi"),
            "infty": INFINITY,
            "emptyset": Operation("{}", ()),
        }
        if name in simple:
            return simple[name]
        readers: dict[str, Callable[[], Node]] = {
            "frac": self._fraction,
            "sqrt": self._root,
            "binom": lambda: Operation("binom", (self._argument(), self._argument())),
            "{": lambda: self._collection(r"\{"),
            "lfloor": lambda: self._enclosed("floor", r"\rfloor"),
            "lceil": lambda: self._enclosed("ceil", r"\rceil"),
            "mathbb": self._blackboard,
            "begin": self._matrix,
        }
        if name not in readers:
            raise _Unreadable
        return readers[name]()

    def _fraction(self) -> Node:
        top, bottom = self._argument(), self._argument()
        # dy/dx is no quotient of products.
        if _is_differential(top) and _is_differential(bottom):
            raise _Unreadable
        return _quotient(top, bottom)

    def _root(self) -> Node:
        index: Node = Number(Fraction(2))
        if self._accept("["):
            index = self._sum()
            self._expect("]")
        return Operation("root", (self._argument(), index))

    def _call(self, name: str) -> Node:
        self._expect("(")
        inside = self._sum()
        self._expect(")")
        return Operation(name, (inside, Number(Fraction(2))) if name == "root" else (inside,))

    def _enclosed(self, name: str, closing: str) -> Node:
        inside = self._sum()
        self._expect(closing)
        return Operation(name, (inside,))

    def _blackboard(self) -> Node:
        self._expect("{")
        self._expect("R")
        self._expect("}")
        return REALS

    def _function(self, name: str) -> Node:
        """\\sin^2 x, \\log_2(8), \\ln 2x: a bracket is the whole argument, else a product is."""
        exponent: Node | None = None
        base: Node | None = None
        if name == "log" and self._accept("_"):
            base = self._argument()
        if self._accept("^"):
            exponent = self._argument()
            if exponent == Operation("neg", (Number(Fraction(1)),)):
                if name not in _INVERSES:
                    raise _Unreadable
                name, exponent = _INVERSES[name], None
        argument = self._function_argument()
        if name == "lg":
            name, base = "log", Number(Fraction(10))
        applied = Operation(name, (argument,) if base is None else (argument, base))
        return applied if exponent is None else Operation("^", (applied, exponent))

    def _function_argument(self) -> Node:
        if self._peek() in ("(", "{", "["):
            closing = _CLOSING[self._next()]
            inside = self._sum()
            self._expect(closing)
            return inside
        minus = self._accept("-")
        product = self._power()
        while self._starts_factor() and self._peek() != "(" and not self._starts_function():
            product = Operation("*", (product, self._power()))
        return _negative(product) if minus else product

    def _starts_function(self) -> bool:
        return self._peek().lstrip("\\") in _FUNCTIONS

    def _bracket(self, opening: str) -> Node:
        if opening == "|":
            self._bars += 1
            inside = self._enclosed("abs", "|")
            self._bars -= 1
            return inside
        if opening == "{":
            inside = self._sum()
            self._expect("}")
            return inside
        if opening in ("(", "["):
            return self._collection(opening)
        raise _Unreadable

    def _collection(self, opening: str) -> Node:
        """(a), (a,b), [a,b), \\{a,b\\}, \\{x | x > 2\\}."""
        bars, self._bars = self._bars, 1
        ratios, self._ratios = self._ratios, opening != r"\{"
        items = [] if opening == r"\{" and self._peek() == r"\}" else [self._relation()]
        if opening == r"\{" and items and self._peek() in ("|", ":"):
            self._next()
            condition = self.answer()
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
                raise _Unreadable
            return Operation("{}", tuple(items))
        if closing not in (")", "]"):
            raise _Unreadable
        if len(items) == 1:
            if (opening, closing) != ("(", ")"):
                raise _Unreadable
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
            raise _Unreadable
        for token in ("{", "pmatrix", "}"):
            self._expect(token)
        return Operation("matrix", tuple(Operation("row", tuple(row)) for row in rows))

    # --- tokens -----------------------------------------------------------------------------

    def _kind(self, ahead: int = 0) -> str | None:
        at = self._at + ahead
        return self._tokens[at][0] if 0 <= at < len(self._tokens) else None

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        if not token:
            raise _Unreadable
        self._at += 1
        return token

    def _accept(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self._at += 1
        return True

    def _expect(self, token: str) -> None:
        if not self._accept(token):
            raise _Unreadable


def _negative(node: Node) -> Node:
    return Number(-node.value) if isinstance(node, Number) else Operation("neg", (node,))


def _quotient(top: Node, bottom: Node) -> Node:
    if isinstance(top, Number) and isinstance(bottom, Number):
        return Number(top.value / bottom.value)
    return Operation("/", (top, bottom))


def _related(sign: str, left: Node, right: Node) -> Node:
    name, swapped = _RELATION_SIGNS[sign]
    return Operation(name, (right, left) if swapped else (left, right))


def _is_relation(node: Node) -> bool:
    return isinstance(node, Operation) and (node.name in RELATIONS or node.name == "and")


def is_structure(node: Node) -> bool:
    """Whether a tree is a collection or a relation, not one value."""
    return isinstance(node, Operation) and node.name in STRUCTURES


def _is_differential(node: Node) -> bool:
    while isinstance(node, Operation) and node.name == "*":
        node = node.arguments[0]
    return node == Symbol("d")


def is_closed(node: Node) -> bool:
    """Whether a tree has no free variables."""
    if isinstance(node, Symbol):
        return node.name in CONSTANTS
    if isinstance(node, Operation):
        # The base of a bare log is a matter of taste, so it is as good as a variable.
        bare = node.name == "log" and len(node.arguments) == 1
        return not bare and all(map(is_closed, node.arguments))
    return True


CONSTANTS = frozenset({"pi", "e", "i", "infinity"})


def variables(node: Node) -> frozenset[str]:
    """Names of the free variables of a tree."""
    if isinstance(node, Symbol):
        return frozenset() if node.name in CONSTANTS else frozenset({node.name})
    if isinstance(node, Operation):
        names: frozenset[str] = frozenset()
        return names.union(*map(variables, node.arguments))
    return frozenset()
