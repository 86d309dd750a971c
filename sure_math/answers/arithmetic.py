r"""The arithmetic half of the parser: sums, products, powers, functions, numbers and letters.

One method per level of precedence. What can be read in two ways is unreadable: 1/2x, x^y^z, and
capital letters in a row that stand alone (AB is a segment, not a product).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction

from sure_math.answers.expression import (
    INFINITY,
    REALS,
    Node,
    Number,
    Operation,
    Symbol,
    negative,
    quotient,
)
from sure_math.answers.tokens import Tokens, Unreadable

MAX_DEPTH = 24

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
_EDGES = frozenset({"", "(", ")", "[", "]", r"\{", r"\}", "=", ":", ",", ";", r"\and", r"\or"})
_CLOSING = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
_BASE = re.compile(r"\d{1,2}")


class Arithmetic(Tokens, ABC):
    """Reads one expression; brackets around several values are left to the subclass."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._bars = 0

    @abstractmethod
    def _collection(self, opening: str) -> Node:
        """What begins with a bracket: a group, a tuple, an interval or a set."""

    @abstractmethod
    def _matrix(self) -> Node:
        r"""The rest of a matrix after \begin."""

    def _sum(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable
        terms = [self._signed_product()]
        while self._peek() in ("+", "-"):
            minus = self._next() == "-"
            term = self._product()
            terms.append(negative(term) if minus else term)
        self._depth -= 1
        return terms[0] if len(terms) == 1 else Operation("+", tuple(terms))

    def _signed_product(self) -> Node:
        minus = False
        while self._peek() in ("+", "-"):
            minus ^= self._next() == "-"
        product = self._product()
        return negative(product) if minus else product

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
                product = quotient(product, self._factor())
                divided = True
            elif self._starts_factor():
                if divided:  # 1/2x: which x is it?
                    raise Unreadable
                product = self._implicit_product(product)
            else:
                return product

    def _factor(self) -> Node:
        """The right side of an explicit product or quotient, which may carry a sign."""
        if self._accept("-"):
            return negative(self._power())
        self._accept("+")
        return self._power()

    def _implicit_product(self, left: Node) -> Node:
        """2x, 3(a+b), and the mixed number 2 3/4, which is a sum."""
        # (n-2)2^{n} is a product; (3)2 might be a slip.
        if self._kind() == "number" and (self._peek(-1), self._peek(1)) != (")", "^"):
            raise Unreadable
        mixed = self._peek() == r"\frac" and self._kind(-1) == "number"
        right = self._power()
        if not (mixed and isinstance(right, Number) and 0 < right.value < 1):
            return Operation("*", (left, right))
        if not isinstance(left, Number) or left.value.denominator != 1:
            raise Unreadable
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
                    raise Unreadable
                self._next()
                base, raised = self._raised(base), True
            elif token == "!":
                self._next()
                if self._peek() == "!":
                    raise Unreadable
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
        return negative(node) if minus else node

    # --- primaries --------------------------------------------------------------------------

    def _primary(self) -> Node:
        self._depth += 1
        if self._depth > 2 * MAX_DEPTH:
            raise Unreadable
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
            raise Unreadable  # a code or a time (4:05), not a number
        if not self._accept("_"):
            return Number(Fraction(digits))
        base = self._subscript()
        if not _BASE.fullmatch(base) or not 2 <= int(base) <= 36 or not digits.isdigit():
            raise Unreadable
        try:
            return Operation("base", (Number(Fraction(int(digits, int(base)))),))
        except ValueError:
            raise Unreadable from None

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
            raise Unreadable
        # A product of letters; what follows (an index, a power) belongs to the last one.
        if len(run) > 1:
            self._split_letters()
            return self._primary()
        return self._symbol(run)

    def _stands_alone(self) -> bool:
        """Whether the token just read is a whole item of the answer."""
        return self._peek(-2) in _EDGES and self._peek() in _EDGES

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
            raise Unreadable
        return readers[name]()

    def _fraction(self) -> Node:
        top, bottom = self._argument(), self._argument()
        # dy/dx is no quotient of products.
        if _is_differential(top) and _is_differential(bottom):
            raise Unreadable
        return quotient(top, bottom)

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
            if exponent == Number(Fraction(-1)):
                if name not in _INVERSES:
                    raise Unreadable
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
        return negative(product) if minus else product

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
        raise Unreadable


def _is_differential(node: Node) -> bool:
    while isinstance(node, Operation) and node.name == "*":
        node = node.arguments[0]
    return node == Symbol("d")
