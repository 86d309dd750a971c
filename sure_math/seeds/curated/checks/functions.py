"""Checks of the curated problems functions-1 to functions-8."""

import sympy as sp
from sympy.calculus.util import continuous_domain, function_range

x = sp.Symbol("x", real=True)


def functions_1() -> int:
    def inner(t: int) -> int:
        return 3 * t - 5

    return inner(2) ** 2 + 1


def functions_2() -> tuple[sp.Expr, sp.Expr]:
    y = sp.Symbol("y", real=True)
    solution = sp.solve([y - (2 * x - 7), x + 3 * y - 14], [x, y])
    return solution[x], solution[y]


def functions_3() -> sp.Set:
    return continuous_domain(sp.sqrt(6 - x) / (sp.sqrt(x + 1) - 2), x, sp.Reals)


def functions_4() -> sp.Expr:
    y = sp.Symbol("y", real=True)
    (inverse,) = sp.solve(sp.Eq(x, (2 * y + 3) / (y - 1)), y)
    return sp.factor(inverse)


def functions_5() -> sp.Expr:
    """The equation at x and at 1 - x is linear in f(x) and f(1 - x)."""
    here, there = sp.symbols("here there")
    solved = sp.solve([here + 3 * there - x**2, there + 3 * here - (1 - x) ** 2], [here, there])
    return sp.together(sp.expand(solved[here]))


def functions_6() -> sp.Set:
    return function_range((x**2 + x + 1) / (x**2 + 1), x, sp.Reals)


def functions_7() -> int:
    def f(n: int) -> int:
        if n == 1:
            return 1
        return 2 * f(n // 2) + (1 if n % 2 == 0 else 0)

    return f(2026)


def functions_8() -> set[sp.Expr]:
    """With floor n, x² = 7n - 5; x² >= n² bounds n."""
    candidates = {n: sp.sqrt(7 * n - 5) for n in range(1, 8)}
    return {root for n, root in candidates.items() if sp.floor(root) == n}
