"""A second opinion on every answer: the same problems, answered by sympy from their numbers alone.

Nothing here is shared with the worked solutions of the families, so a slip in one shows as a
difference.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sympy

from sure_math.builtin.families import FAMILIES, Instance
from sure_math.builtin.problems import Nested, Problem

_X, _Y, _N, _K = sympy.symbols("x y n k")


def answer(problem: Problem) -> sympy.Expr:
    """The exact answer, an expression in ``n`` where the problem is algebraic."""
    if isinstance(problem, Nested):
        return _nested(problem)
    return _instance(problem.instance, algebraic=problem.style == "algebraize")


def _instance(instance: Instance, *, algebraic: bool = False) -> sympy.Expr:
    family = FAMILIES[instance.family]
    numbers: dict[str, Any] = {k: sympy.Integer(v) for k, v in family.named(instance).items()}
    if algebraic:
        numbers |= _unknowns(instance, numbers)
    return sympy.simplify(_SOLVERS[instance.family](instance.kind, **numbers))


def _unknowns(instance: Instance, numbers: Mapping[str, Any]) -> dict[str, Any]:
    """What ``n`` stands for; the other hidden numbers become neutral."""
    if instance.family == "fractions":
        return {"c": _N, "d": sympy.Integer(1)}
    if instance.family == "linear":
        return {"c": _N}
    return dict.fromkeys(FAMILIES[instance.family].hidden, _N)


def _nested(problem: Nested) -> sympy.Expr:
    names = dict(zip("abc", map(_instance, problem.terms), strict=False))
    formula = {"a": "a", "a+b": "a+b", "ab": "a*b", "a+b+c": "a+b+c", "ab+c": "a*b+c"}[
        problem.combination
    ]
    value = sympy.sympify(formula, locals=names)
    m = problem.modulus
    match problem.tail:
        case "digits":
            return sympy.Integer(sum(int(d) for d in str(value)))
        case "digits_square":
            return sympy.Integer(sum(int(d) for d in str(value))) ** 2
        case "mod":
            return sympy.Mod(value, m)
        case "square_mod":
            return sympy.Mod(value**2, m)
        case "lowest":
            return sum(sympy.fraction(value))
        case "lowest_mod":
            return sympy.Mod(sum(sympy.fraction(value)), m)
        case "times_n":
            return value * _N
    return value


def _linear(kind: str, a: Any, b: Any, c: Any, d: Any) -> Any:
    return sympy.solve(a * _X + b - d * _X - c, _X)[0]


def _quadratic(kind: str, u: Any, v: Any) -> Any:
    roots = sympy.roots(sympy.Poly(sympy.expand((_X - u) * (_X - v)), _X), multiple=True)
    return {"large": max(roots), "small": min(roots), "squares": sum(r**2 for r in roots)}[kind]


def _percent(kind: str, p: Any, a: Any) -> Any:
    rate = sympy.Rational(p, 100)
    return {"of": a * rate, "up": a * (1 + rate), "down": a * (1 - rate)}[kind]


def _power(kind: str, a: Any, n: Any, m: Any) -> Any:
    return sympy.Integer(a) ** n % m


def _sequence(kind: str, a: Any, d: Any, n: Any) -> Any:
    if kind == "term":
        return a + (n - 1) * d
    return sympy.summation(a + (_K - 1) * d, (_K, 1, n))


def _drawing(kind: str, a: Any, b: Any) -> Any:
    if kind == "one":
        return a / (a + b)
    return sympy.binomial(a, 2) / sympy.binomial(a + b, 2)


def _geometry(kind: str, a: Any, b: Any) -> Any:
    return {
        "area": a * b,
        "perimeter": 2 * a + 2 * b,
        "triangle": a * b / 2,
        "hypotenuse": sympy.sqrt(a**2 + b**2),
    }[kind]


def _pair(kind: str, s: Any, d: Any) -> Any:
    found = sympy.solve([_X + _Y - s, _X - _Y - d], [_X, _Y])
    return {"x": found[_X], "y": found[_Y], "product": found[_X] * found[_Y]}[kind]


def _fractions(kind: str, a: Any, b: Any, c: Any, d: Any) -> Any:
    return {"sum": a / b + c / d, "difference": a / b - c / d, "product": a / b * (c / d)}[kind]


_SOLVERS: Mapping[str, Callable[..., Any]] = {
    "addition": lambda kind, a, b: a + b if kind == "sum" else a - b,
    "multiplication": lambda kind, a, b: a * b,
    "remainder": lambda kind, a, m: sympy.Mod(a, m),
    "fractions": _fractions,
    "linear": _linear,
    "quadratic": _quadratic,
    "percent": _percent,
    "divisors": lambda kind, a, b: (sympy.gcd if kind == "gcd" else sympy.lcm)(a, b),
    "power": _power,
    "sequence": _sequence,
    "combinations": lambda kind, n, k: sympy.binomial(n, k),
    "drawing": _drawing,
    "geometry": _geometry,
    "pair": _pair,
}
