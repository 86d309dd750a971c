"""Checks of the curated problems functions-1 to functions-19."""

from fractions import Fraction
from math import floor, sqrt

import sympy as sp
from sympy.calculus.util import continuous_domain, function_range

from sure_math.seeds.curated.checks.numeric import least, rational, surd

x = sp.Symbol("x", real=True)


def functions_1() -> set[Fraction]:
    """Tries the fractions with denominators up to 9; the equation is quadratic."""
    places = {Fraction(p, q) for q in range(1, 10) for p in range(-99, 100)}
    found = {t for t in places if (3 * t - 5) ** 2 + 1 == 17}
    assert len(found) == 2
    return found


def functions_2() -> tuple[int, int]:
    """Moves the integer points of the first line and keeps those on the second."""
    moved = [(t - 6, 2 * t - 7) for t in range(-99, 100)]
    (crossing,) = [(a, b) for a, b in moved if b == 11 - a]
    return crossing


def functions_3() -> sp.Set:
    return continuous_domain(sp.sqrt(6 - x) / (sp.sqrt(x + 1) - 2), x, sp.Reals)


def functions_4() -> sp.Expr:
    """Solves the equation for the inner value by computer algebra."""
    inner = sp.Symbol("inner", real=True)
    (formula,) = sp.solve(sp.Eq((2 * inner + 3) / (inner - 1), x**2 + 2), inner)
    return sp.factor(formula)


def functions_5() -> sp.Expr:
    """The equation at x and at 1 - x is linear in f(x) and f(1 - x)."""
    here, there = sp.symbols("here there")
    solved = sp.solve([here + 3 * there - x**2, there + 3 * here - (1 - x) ** 2], [here, there])
    return sp.together(sp.expand(solved[here]))


def functions_6() -> sp.Set:
    """Finds the range by computer algebra."""
    return function_range((x - 2) ** 2 / (x**2 + 2), x, sp.Reals)


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


def functions_9() -> Fraction:
    """Tries all lengths in steps of 100 metres."""
    (metres,) = [m for m in range(2000, 50_000, 100) if 4500 + 18 * (m - 2000) // 10 == 17_100]
    return Fraction(metres, 1000)


def functions_10() -> int:
    """Moves the graph down step by step."""
    (down,) = [d for d in range(100) if (1 - 3) ** 2 - d == -3]
    return (0 - 3) ** 2 - down


def functions_11() -> Fraction:
    """Reads the root of the linear difference off its values at 0 and 1."""

    def f(t: int) -> int:
        return 2 * t + 1

    at_zero, at_one = (f(f(t)) - f(t) - 10 for t in (0, 1))
    return Fraction(-at_zero, at_one - at_zero)


def functions_12() -> tuple[sp.Expr, sp.Expr]:
    """Asks for which c the mean of the values at c + t and c - t does not depend on t."""
    c, t = sp.symbols("c t", real=True)
    cubic = sp.Lambda(x, x**3 - 6 * x**2 + 5 * x + 1)
    mean = sp.Poly((cubic(c + t) + cubic(c - t)) / 2, t)
    *rest, constant = mean.all_coeffs()
    (centre,) = sp.solve(rest, c, dict=True)
    return centre[c], sp.expand(constant.subs(c, centre[c]))


def functions_13() -> sp.Set:
    """Tries all multiples of 1/12: both floors are constant between two multiples of 1/2."""
    found = [k for k in range(-240, 240) if (2 * k) // 12 + k // 12 == 22]
    assert found == list(range(found[0], found[-1] + 1))
    return sp.Interval.Ropen(sp.Rational(found[0], 12), sp.Rational(found[-1] + 1, 12))


def functions_14() -> Fraction:
    """Adds the strips of width 1; the boundary is straight within each of them."""
    middles = [Fraction(2 * k + 1, 2) for k in range(-20, 20)]
    heights = [5 - abs(abs(m) - 3) for m in middles]
    return sum((h for h in heights if h > 0), Fraction(0))


def functions_15() -> sp.Expr:
    """Fits f(x) = u·x + v·(x + 6)/(x - 1) and tests it on the equation."""
    u, v = sp.symbols("u v")
    partner = (x + 6) / (x - 1)
    f = u * x + v * partner
    difference = sp.numer(sp.together(f + 2 * f.subs(x, partner) - 3 * x))
    fitted = sp.solve(sp.Poly(difference, x).all_coeffs(), [u, v], dict=True)
    return f.subs(fitted[0]).subs(x, 2)


def functions_16() -> int:
    """Solves exactly on each of the eight pieces on which the left side is linear."""

    def tent(t: Fraction) -> Fraction:
        return 1 - abs(2 * t - 1)

    ends = [Fraction(k, 8) for k in range(9)]
    gaps = [tent(tent(tent(t))) - t / 2 for t in ends]
    pieces = zip(ends, gaps, ends[1:], gaps[1:], strict=False)
    return len({a + (b - a) * g / (g - h) for a, g, b, h in pieces if g * h <= 0 and g != h})


def functions_17() -> sp.Set:
    """Takes both extreme values numerically; recognises the upper one by its distance from 5."""

    def f(t: float) -> float:
        return t + sqrt(max(0.0, 10 * t - t * t - 21))

    upper = -least(lambda t: -f(t), (3, 7))
    return sp.Interval(rational(least(f, (3, 7))), 5 + surd(upper - 5))


def functions_18() -> int:
    """Computes the function from its recursion."""
    values = [0]
    for n in range(1, 729):
        values.append(values[n // 3] + (0, 1, -1)[n % 3])
    return values.count(0)


def functions_19() -> int:
    """Adds the terms."""
    return sum(floor(Fraction(37 * k, 101) + Fraction(1, 2)) for k in range(1, 101))
