"""Checks of the branch probability: listed outcomes, exact recursions, exact areas."""

from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise, permutations, product

import sympy as sp


def _share(outcomes: Iterable[bool]) -> Fraction:
    listed = list(outcomes)
    return Fraction(sum(listed), len(listed))


def probability_1() -> Fraction:
    """List all pairs of notes."""
    return _share(a + b >= 30 for a, b in combinations((5, 10, 10, 20, 20, 20), 2))


def probability_2() -> Fraction:
    """List all rolls."""
    return _share(a * b % 6 == 0 for a, b in product(range(1, 7), repeat=2))


def probability_3() -> Fraction:
    """List all pairs of squares."""
    squares = list(product(range(5), repeat=2))
    return _share(max(abs(a - c), abs(b - d)) == 1 for (a, b), (c, d) in combinations(squares, 2))


def probability_4() -> Fraction:
    """List all tosses, heads being 1."""
    return _share(sum(tosses) == 3 for tosses in product((0, 1), repeat=5) if any(tosses[:2]))


def probability_5() -> Fraction:
    """List all rolls; the first number goes with one of the other three."""
    rolls = product(range(1, 7), repeat=4)
    return _share(any(2 * (roll[0] + other) == sum(roll) for other in roll[1:]) for roll in rolls)


def probability_6() -> Fraction:
    """Each of the ten places sees all ordered triples equally often, itself in the middle."""
    triples = list(permutations(range(1, 11), 3))
    return Fraction(10 * sum(b for a, b, c in triples if a < b > c), len(triples))


def probability_7() -> sp.Expr:
    """Solve the linear equations of what is still to be added after each remainder modulo 13."""
    going_on = sp.zeros(13, 13)
    for remainder, roll in product(range(13), range(1, 7)):
        if (remainder + roll) % 13:
            going_on[remainder, (remainder + roll) % 13] += sp.Rational(1, 6)
    return (sp.eye(13) - going_on).LUsolve(sp.ones(13, 1) * sp.Rational(7, 2))[0]


def probability_8() -> sp.Expr:
    """The area under min(1 - x, 2/(9x)); the two curves cross at 1/3 and 2/3."""
    x = sp.Symbol("x", positive=True)
    low, high = sorted(sp.solve(sp.Eq(1 - x, sp.Rational(2, 9) / x), x))
    outer = sp.integrate(1 - x, (x, 0, low)) + sp.integrate(1 - x, (x, high, 1))
    middle = sp.integrate(sp.Rational(2, 9) / x, (x, low, high))
    return sp.expand(sp.logcombine(sp.expand_log(outer + middle), force=True))


def probability_9() -> Fraction:
    """List all pairs of cards."""
    return _share(b == 2 * a for a, b in combinations(range(1, 11), 2))


def probability_10() -> Fraction:
    """List all twelve outcomes."""
    return _share(score >= 5 for n in range(1, 7) for score in (2 * n, n + 3))


def probability_11() -> Fraction:
    """Average over all 36 rolls."""
    sums = [a + b for a, b in product((1, 1, 2, 3, 5, 8), repeat=2)]
    return Fraction(sum(sums), len(sums))


def probability_12() -> sp.Expr:
    """Take away the border strip, integrated side by side."""
    t = sp.Symbol("t")
    border = sp.integrate(4 * (10 - 2 * t), (t, 0, 2))
    return 1 - border / 100


def probability_13() -> Fraction:
    """List the rolls with all ordered draws; both boxes hold five coins."""
    draws = [
        (box, coins)
        for roll in range(1, 7)
        for box in ("GGGSS" if roll <= 2 else "GSSSS",)
        for coins in permutations(box, 2)
    ]
    return _share(box == "GGGSS" for box, coins in draws if coins == ("S", "S"))


def probability_14() -> Fraction:
    """List all triples of balls."""
    return _share(len(set(balls)) == 2 for balls in combinations("rrryyybbb", 3))


def probability_15() -> sp.Expr:
    """Solve the linear equations of the expected times on the five inner posts."""
    inner = sp.Matrix(5, 5, lambda i, j: sp.Rational(int(abs(i - j) == 1), 2))
    return ((sp.eye(5) - inner).inv() * sp.ones(5, 1))[1]


def probability_16() -> Fraction:
    """List all orders of the six cards."""
    return _share(all(a != b for a, b in pairwise(w)) for w in permutations("PAPAYA"))


def probability_17() -> sp.Expr:
    """Solve the linear equations of the expected remaining spins after each letter."""
    chances = sp.Matrix([[sp.Rational(1, 2), sp.Rational(1, 3), sp.Rational(1, 6)]])
    going_on = sp.Matrix(3, 3, lambda i, j: chances[j] if i != j else 0)
    remaining = (sp.eye(3) - going_on).inv() * sp.ones(3, 1)
    return 1 + (chances * remaining)[0]


def probability_18() -> Fraction:
    """Add the probabilities of all eight sequences of colours."""
    chance = {}
    for colours in product("rw", repeat=3):
        balls, p = {"r": 2, "w": 5}, Fraction(1)
        for colour in colours:
            p *= Fraction(balls[colour], sum(balls.values()))
            balls[colour] += 2
        chance[colours] = p
    third = {colours: p for colours, p in chance.items() if colours[2] == "r"}
    return sum(p for c, p in third.items() if c[0] == "r") / sum(third.values(), Fraction(0))


def probability_19() -> sp.Expr:
    """Integrate over the smallest, the middle and the largest number, in 3! orders."""
    a, b, c = sp.symbols("a b c", positive=True)
    return 6 * sp.integrate(1, (a, 0, b / 2), (b, 0, c / 2), (c, 0, 1))


def probability_20() -> Fraction:
    """Average over all choices of four squares."""
    boards = list(combinations(range(16), 4))
    return Fraction(sum(4 - len({s // 4 for s in squares}) for squares in boards), len(boards))


def probability_21() -> Fraction:
    """Follow the draws over the sets of chips in the bag."""

    @cache
    def rest(bag: frozenset[int]) -> Fraction:
        if not bag & {1, 2, 3}:
            return Fraction(0)
        return sum((chip + rest(bag - {chip}) for chip in bag), Fraction(0)) / len(bag)

    return rest(frozenset(range(1, 11)))


def probability_22() -> Fraction:
    """List all orders of the votes."""
    leads = []
    for rana in combinations(range(12), 6):
        votes = [1 if vote in rana else -1 for vote in range(12)]
        leads.append([sum(votes[: n + 1]) for n in range(11)])
    return _share(min(lead) > 0 for lead in leads if min(lead) >= 0)


def probability_23() -> sp.Expr:
    """Solve the linear equations of Anton's chances after each pair of colours."""
    states = ["".join(pair) for pair in product("ryg", repeat=2)]
    chance = {s: sp.Symbol(s) for s in states}

    def after(state: str, colour: str) -> sp.Expr:
        seen = state + colour
        return sp.Integer(seen == "rrg") if seen in ("rrg", "grr") else chance[seen[1:]]

    equations = [3 * chance[s] - sum(after(s, colour) for colour in "ryg") for s in states]
    solution = sp.solve(equations, list(chance.values()))
    return sum(solution.values()) / len(states)


def probability_24() -> sp.Expr:
    """The polygon of all pieces x <= y <= z < 3x from its corners, in 3! orders."""
    x, y = sp.symbols("x y")
    z = 1 - x - y
    bounds = [x, y - x, z - y, 3 * x - z]
    points = []
    for one, other in combinations(bounds, 2):
        crossing = sp.solve([one, other], [x, y])
        if crossing and all(bound.subs(crossing) >= 0 for bound in bounds):
            points.append(sp.Point(crossing[x], crossing[y]))
    triangle = sp.Rational(1, 2)
    return 6 * abs(sp.convex_hull(*points).area) / triangle
