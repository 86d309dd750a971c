r"""Answers whose value is known: small expression trees, written in LaTeX in many ways.

A tree is evaluated here with Python's fractions and floats, independently of the package. `equal`
rewrites a tree without changing its value; `changed` alters one leaf or operator so that the value
clearly changes. So every pair of texts comes with the truth about it.
"""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

Value = Fraction | float
Text = str


@dataclass(frozen=True)
class Tree:
    """A number ("n"), a variable ("x"), or an operator and its arguments."""

    name: str
    arguments: tuple["Tree", ...] = ()
    number: Fraction = Fraction(0)


class Unfit(Exception):
    """No tree for this purpose: undefined, too large, or too close to another value."""


FUNCTIONS: dict[str, Callable[[float], float]] = {
    "sin": math.sin, "cos": math.cos, "ln": math.log, "arctan": math.atan, "exp": math.exp,
}  # fmt: skip
CONSTANTS = {"pi": math.pi, "e": math.e}
CLEAR = 1e-3
"""Relative distance from which two values count as different; a rounding may be closer."""


def number(value: Fraction | int) -> Tree:
    """A leaf."""
    return Tree("n", number=Fraction(value))


# --- values -------------------------------------------------------------------------------------


def value(tree: Tree, point: Mapping[str, Value]) -> Value:
    """The value of a tree.

    Raises:
        Unfit: it has none, or none that floats can hold.
    """
    try:
        result = _value(tree, [value(argument, point) for argument in tree.arguments], point)
    except (ZeroDivisionError, OverflowError, ValueError):
        raise Unfit from None
    if isinstance(result, complex) or not math.isfinite(result) or abs(result) > 1e12:
        raise Unfit
    if isinstance(result, float) and abs(result) < 1e-6:
        raise Unfit  # zero, or what cancellation left
    return result


def _value(tree: Tree, v: list[Any], point: Mapping[str, Value]) -> Any:
    match tree.name:
        case "n":
            return tree.number
        case "+":
            return v[0] + v[1]
        case "*":
            return v[0] * v[1]
        case "/":
            return v[0] / v[1]
        case "neg":
            return -v[0]
        case "^":
            return v[0] ** v[1].numerator if abs(v[1]) <= 12 else float(v[0]) ** float(v[1])
        case "sqrt":
            return _exact_root(v[0]) or math.sqrt(v[0])
        case "cbrt":
            return math.copysign(abs(float(v[0])) ** (1 / 3), v[0])
        case "abs":
            return abs(v[0])
        case "!":
            return Fraction(math.factorial(v[0].numerator))
        case "binom":
            return Fraction(math.comb(v[0].numerator, v[1].numerator))
    if tree.name in FUNCTIONS:
        return FUNCTIONS[tree.name](float(v[0]))
    return CONSTANTS[tree.name] if tree.name in CONSTANTS else point[tree.name]


def _exact_root(radicand: Value) -> Fraction | None:
    if not isinstance(radicand, Fraction):
        return None
    root = Fraction(math.isqrt(radicand.numerator), math.isqrt(radicand.denominator))
    return root if root * root == radicand else None


def differ(x: Value, y: Value) -> bool:
    """Whether two values are clearly different numbers."""
    return abs(float(x) - float(y)) > CLEAR * max(abs(float(x)), abs(float(y)))


def same(x: Value, y: Value) -> bool:
    """Whether two values are one number, as far as floats can tell."""
    if isinstance(x, Fraction) and isinstance(y, Fraction):
        return x == y
    return math.isclose(x, y, rel_tol=1e-9)


POINTS: list[dict[str, Value]] = [
    {"x": Fraction(7, 5), "y": Fraction(13, 11), "n": Fraction(17, 3)},
    {"x": Fraction(31, 10), "y": Fraction(5, 17), "n": Fraction(9, 7)},
]
"""Where expressions in variables are evaluated; positive, so that roots and logarithms exist."""


def values(tree: Tree) -> list[Value]:
    """The values of a tree at all points."""
    return [value(tree, point) for point in POINTS]


# --- trees --------------------------------------------------------------------------------------


def tree(rng: random.Random, depth: int, names: str = "") -> Tree:
    """A random tree that has a value everywhere."""
    while True:
        made = _tree(rng, depth, names)
        try:
            values(made)
        except Unfit:
            continue
        return made


_OPERATORS = [
    *["+", "+", "+", "*", "*", "/", "/", "^", "neg", "sqrt", "cbrt", "abs", "!", "binom"],
    *["sin", "cos", "ln", "arctan", "exp"],
]


def _tree(rng: random.Random, depth: int, names: str) -> Tree:
    if depth == 0 or rng.random() < 0.15:
        return _leaf(rng, names)
    name = rng.choice(_OPERATORS)
    if name in ("+", "*", "/"):
        return Tree(name, (_tree(rng, depth - 1, names), _tree(rng, depth - 1, names)))
    if name == "^":
        return Tree(name, (_tree(rng, depth - 1, names), number(rng.choice([-2, -1, 2, 3, 5]))))
    if name == "!":
        return Tree(name, (number(rng.randint(0, 9)),))
    if name == "binom":
        n = rng.randint(1, 12)
        return Tree(name, (number(n), number(rng.randint(0, n))))
    return Tree(name, (_tree(rng, depth - 1, names),))


def _leaf(rng: random.Random, names: str) -> Tree:
    if names and rng.random() < 0.6:
        return Tree(rng.choice(names))
    if rng.random() < 0.1:
        return Tree(rng.choice(["pi", "e"]))
    kind = rng.random()
    if kind < 0.6:
        return number(rng.randint(0, 12))
    if kind < 0.8:
        return number(Fraction(rng.randint(1, 20), rng.randint(2, 12)))
    return number(rng.randint(13, 5000))


def changed(rng: random.Random, original: Tree) -> Tree:
    """A tree with one leaf, sign or operator changed, and clearly different values.

    Raises:
        Unfit: none was found in some tries.
    """
    for _ in range(20):
        made = _at_random_place(rng, original, _change)
        try:
            if all(map(differ, values(original), values(made))):
                return made
        except Unfit:
            continue
    raise Unfit


def _at_random_place(
    rng: random.Random, original: Tree, edit: Callable[[random.Random, Tree], Tree]
) -> Tree:
    inner = _inner(original)
    if not inner or rng.random() < 0.3:
        return edit(rng, original)
    at = rng.randrange(inner)
    arguments = list(original.arguments)
    arguments[at] = _at_random_place(rng, arguments[at], edit)
    return Tree(original.name, tuple(arguments), original.number)


def _inner(node: Tree) -> int:
    """How many arguments may be any tree: the others are written as plain integers."""
    return {"!": 0, "binom": 0, "^": 1}.get(node.name, len(node.arguments))


def _change(rng: random.Random, node: Tree) -> Tree:
    if node.name == "n" and rng.random() < 0.8:
        return number(node.number + rng.choice([-1, 1, 1, 2, 10, Fraction(1, 2)]))
    if node.name in ("+", "*", "/") and rng.random() < 0.6:
        return Tree(rng.choice(sorted({"+", "*", "/"} - {node.name})), node.arguments)
    if node.name in ("sin", "cos", "ln", "exp", "arctan") and rng.random() < 0.5:
        return Tree(rng.choice(["sin", "cos", "ln", "exp"]), node.arguments)
    if node.name == "neg":
        return node.arguments[0]
    if node.name in ("!", "^", "binom"):
        step = number(node.arguments[-1].number + rng.choice([-1, 1]))
        return Tree(node.name, (*node.arguments[:-1], step))
    return Tree("neg", (node,)) if rng.random() < 0.7 else Tree("sqrt", (node,))


def equal(rng: random.Random, original: Tree) -> Tree:
    """A tree of the same value, rewritten at a few places.

    Raises:
        Unfit: floats cannot confirm that the value is the same.
    """
    made = original
    for _ in range(rng.randint(1, 4)):
        made = _at_random_place(rng, made, _rewrite)
    if not all(map(same, values(original), values(made))):
        raise Unfit
    return made


def _rewrite(rng: random.Random, node: Tree) -> Tree:
    k = number(rng.choice([2, 3, 7, Fraction(1, 2)]))
    a = node.arguments
    if node.name in ("+", "*") and rng.random() < 0.6:
        if a[1].name == "+" and node.name == "*":
            return Tree("+", tuple(Tree("*", (a[0], term)) for term in a[1].arguments))
        return Tree(node.name, (a[1], a[0]))
    if node.name == "/" and rng.random() < 0.6:
        return rng.choice([
            Tree("*", (a[0], Tree("^", (a[1], number(-1))))),
            Tree("/", (Tree("*", (a[0], k)), Tree("*", (k, a[1])))),
        ])  # fmt: skip
    if node.name == "^" and a[1].number == 2 and rng.random() < 0.6:
        return Tree("*", (a[0], a[0]))
    if node.name == "sqrt" and rng.random() < 0.6:
        return Tree("/", (Tree("sqrt", (Tree("*", (a[0], number(9))),)), number(3)))
    if node.name == "!" and a[0].number >= 1 and rng.random() < 0.6:
        return Tree("*", (a[0], Tree("!", (number(a[0].number - 1),))))
    if node.name == "binom" and rng.random() < 0.6:
        return Tree("binom", (a[0], number(a[0].number - a[1].number)))
    return rng.choice([
        Tree("+", (Tree("+", (node, k)), Tree("neg", (k,)))),
        Tree("/", (Tree("*", (k, node)), k)),
        Tree("neg", (Tree("neg", (node,)),)),
        Tree("*", (number(1), node)),
        Tree("+", (node, number(0))),
    ])  # fmt: skip


# --- notation -----------------------------------------------------------------------------------

_SUM, _PRODUCT, _POWER, _ATOM = range(4)


def latex(rng: random.Random, node: Tree) -> Text:
    """One of many ways to write a tree, without ambiguity."""
    return _write(rng, node)[0]


def _write(rng: random.Random, node: Tree) -> tuple[Text, int]:
    a = node.arguments
    match node.name:
        case "n":
            return _digits(rng, node.number)
        case "+":
            return _sum(rng, *a), _SUM
        case "*":
            left, right = _above(rng, a[0], _PRODUCT), _above(rng, a[1], _POWER)
            sign = rng.choice([r"\cdot ", r"\times ", "*", r" \cdot "])
            if right[0] == "(" and "/" not in left:
                sign = rng.choice([sign, ""])
            return left + sign + right, _PRODUCT
        case "/":
            return _quotient(rng, *a)
        case "neg":
            return "-" + _above(rng, a[0], _PRODUCT), _SUM
        case "^":
            exponent = a[1].number
            short = "" if 0 <= exponent < 10 else "{}"
            power = f"^{exponent}" if not short and rng.random() < 0.5 else f"^{{{exponent}}}"
            return _above(rng, a[0], _ATOM) + power, _POWER
        case "sqrt" | "cbrt":
            index = "[3]" if node.name == "cbrt" else ""
            return rf"\sqrt{index}{{{latex(rng, a[0])}}}", _ATOM
        case "abs":
            bars = rng.choice([("|", "|"), (r"\left|", r"\right|"), (r"\lvert ", r"\rvert ")])
            return latex(rng, a[0]).join(bars), _ATOM
        case "!":
            return f"{a[0].number}!", _POWER
        case "binom":
            return rf"\{rng.choice(['', 'd', 't'])}binom{{{a[0].number}}}{{{a[1].number}}}", _ATOM
        case "exp":
            return f"e^{{{latex(rng, a[0])}}}", _POWER
        case "pi":
            return rng.choice([r"\pi ", r"{\pi}", "π"]), _ATOM
    if node.name in FUNCTIONS:
        opening, closing = rng.choice([("(", ")"), (r"\left(", r"\right)")])
        return rf"\{node.name}{opening}{latex(rng, a[0])}{closing}", _POWER
    return node.name, _ATOM


def _digits(rng: random.Random, n: Fraction) -> tuple[Text, int]:
    if n < 0:
        return "-" + _digits(rng, -n)[0], _SUM
    if n.denominator == 1:
        return str(n), _ATOM
    if n.denominator in (2, 4, 5, 8, 10) and rng.random() < 0.3:
        return str(float(n)), _ATOM
    return _quotient(rng, number(n.numerator), number(n.denominator))


def _sum(rng: random.Random, left: Tree, right: Tree) -> Text:
    if right.name == "neg" and rng.random() < 0.8:
        return f"{latex(rng, left)}-{_above(rng, right.arguments[0], _PRODUCT)}"
    space = rng.choice(["", " "])
    return f"{latex(rng, left)}{space}+{space}{_above(rng, right, _PRODUCT)}"


def _quotient(rng: random.Random, top: Tree, bottom: Tree) -> tuple[Text, int]:
    if rng.random() < 0.2:
        return f"{_above(rng, top, _POWER)}/{_above(rng, bottom, _POWER)}", _PRODUCT
    command = rng.choice([r"\frac", r"\dfrac", r"\tfrac"])
    # In brackets where a number stands before it: 2\frac{1}{3} would be a mixed number.
    return rf"{command}{{{latex(rng, top)}}}{{{latex(rng, bottom)}}}", _PRODUCT


def _above(rng: random.Random, node: Tree, level: int) -> Text:
    """A tree in brackets unless it binds at least so tightly."""
    text, own = _write(rng, node)
    if own >= level and rng.random() < 0.95:
        return text
    opening, closing = rng.choice([("(", ")"), (r"\left(", r"\right)"), ("(", ")")])
    return f"{opening}{text}{closing}"


# --- structures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Truth:
    """Two answers and whether they are equal."""

    a: Text
    b: Text
    equal: bool


def pair(rng: random.Random) -> Truth:
    """Two answers: values, tuples, sets, intervals, equations, with the truth about them.

    Raises:
        Unfit: no luck this time.
    """
    names = rng.choice(["", "", "x", "xy"])
    are_equal = rng.random() < 0.5
    shape = rng.choice(["value"] * 5 + ["()", r"\{\}", "[)", "[]", "matrix", "=", "<", "union"])
    if shape == "value":
        first = tree(rng, rng.randint(1, 4), names)
        second = equal(rng, first) if are_equal else changed(rng, first)
        return Truth(latex(rng, first), latex(rng, second), are_equal)
    entries = _entries(rng, shape, names)
    others = [equal(rng, entry) for entry in entries]
    if not are_equal:
        at = rng.randrange(len(others))
        others[at] = changed(rng, entries[at])
        _check_order(shape, others)
    return Truth(_structure(rng, shape, entries), _structure(rng, shape, others), are_equal)


def _entries(rng: random.Random, shape: str, names: str) -> list[Tree]:
    closed = shape in ("[)", "[]", "<", "union", r"\{\}")
    size = {"matrix": 4, "=": 1, "<": 1, "union": 4, "[)": 2, "[]": 2}.get(shape, rng.randint(2, 4))
    entries = [tree(rng, rng.randint(0, 2), "" if closed else names) for _ in range(size)]
    _check_order(shape, entries)
    return entries


def _check_order(shape: str, entries: list[Tree]) -> None:
    """Intervals go upwards, and the elements of a set are distinct."""
    numbers = [float(value(entry, POINTS[0])) for entry in entries]
    pairs = list(pairwise(numbers))
    if shape in ("[)", "[]", "union") and not all(y > x and differ(x, y) for x, y in pairs):
        raise Unfit
    if shape == r"\{\}" and not all(
        differ(x, y) for i, x in enumerate(numbers) for y in numbers[:i]
    ):
        raise Unfit


def _structure(rng: random.Random, shape: str, entries: list[Tree]) -> Text:
    texts = [latex(rng, entry) for entry in entries]
    match shape:
        case "()":
            return f"({', '.join(texts)})"
        case r"\{\}":
            rng.shuffle(texts)
            return rf"\{{{', '.join(texts)}\}}"
        case "[)" | "[]":
            return f"[{', '.join(texts)}{shape[1]}"
        case "matrix":
            rows = r" \\ ".join(" & ".join(texts[i : i + 2]) for i in (0, 2))
            kind = rng.choice(["pmatrix", "bmatrix"])
            return rf"\begin{{{kind}}} {rows} \end{{{kind}}}"
        case "=":
            return rng.choice([f"z = {texts[0]}", f"{texts[0]} = z"])
        case "<":
            return rng.choice([f"z < {texts[0]}", f"{texts[0]} > z"])
        case _:
            parts = [f"({texts[0]}, {texts[1]})", f"[{texts[2]}, {texts[3]}]"]
            rng.shuffle(parts)
            return r" \cup ".join(parts)
