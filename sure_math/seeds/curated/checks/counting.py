"""Checks of the branch counting, by listing the cases."""

from collections.abc import Iterator
from functools import cache
from itertools import (
    accumulate,
    combinations,
    combinations_with_replacement,
    pairwise,
    permutations,
    product,
)


def counting_1() -> int:
    """Write down all times."""
    times = (f"{hour:02}{minute:02}" for hour in range(24) for minute in range(60))
    return sum(set(time) <= set("13579") for time in times)


def counting_2() -> int:
    """Look at the digits of all three-digit numbers."""
    digits = [set(str(n)) for n in range(100, 1000)]
    return sum(len(d) == 3 and d <= set("13579") for d in digits)


def counting_3() -> int:
    """List all rows."""
    rows = permutations("ABCDEFG")
    return sum(r.index("A") + 1 < r.index("B") < r.index("C") - 1 for r in rows)


def counting_4() -> int:
    """List all rows."""
    rows = map("".join, permutations("ABCDEF"))
    return sum("AB" not in r and "BA" not in r and "C" in (r[0], r[-1]) for r in rows)


def counting_5() -> int:
    """List all choices of four numbers."""
    return sum(
        sum(chosen) % 2 == 0 and all(b - a > 1 for a, b in pairwise(chosen))
        for chosen in combinations(range(1, 13), 4)
    )


def counting_6() -> int:
    """List all paths; a path of unit steps meets the line in lattice points only."""
    return sum(sum(x == y for x, y in path) == 3 for path in _paths(6, 6))


def counting_7() -> int:
    """Fill the board column by column and remember which kinds of tiles were used."""

    @cache
    def tilings(columns: int, dominoes: bool, squares: bool) -> int:
        if columns == 0:
            return int(dominoes and squares)
        upright = tilings(columns - 1, True, squares)
        if columns == 1:
            return upright
        lying, square = tilings(columns - 2, True, squares), tilings(columns - 2, dominoes, True)
        return upright + lying + square

    return tilings(10, False, False)


def counting_8() -> int:
    """List all permutations of 0, ..., 7."""
    q = (1, 2, 0, 4, 5, 3, 6, 7)
    return sum(all(p[p[x]] == q[x] for x in range(8)) for p in permutations(range(8)))


def counting_9() -> int:
    """List all marks."""
    return len([m for m in product("ABCDE", range(10), range(10)) if m[1] < m[2]])


def counting_10() -> int:
    """Try all numbers of bulbs."""
    return sum(sum(pots) == 9 for pots in product(range(2, 10), repeat=3))


def counting_11() -> int:
    """Try all 200 integers."""
    return sum((n % 6 == 0) != (n % 9 == 0) for n in range(1, 201))


def _paths(right: int, up: int) -> Iterator[tuple[tuple[int, int], ...]]:
    """All paths of unit steps to (right, up), each as the points that it visits."""
    for easts in combinations(range(right + up), right):
        xs = [0, *accumulate(int(step in easts) for step in range(right + up))]
        yield tuple((x, step - x) for step, x in enumerate(xs))


def counting_12() -> int:
    """List all routes."""
    return sum(((2, 1), (3, 1)) not in pairwise(route) for route in _paths(4, 2))


def counting_13() -> int:
    """List all arrangements of the digits."""
    return sum(number[-1] == "5" for number in set(permutations("22558")))


def counting_14() -> int:
    """List all ordered choices of four spaces."""
    spaces = map(sorted, permutations(range(9), 4))
    return sum(all(b - a > 1 for a, b in pairwise(chosen)) for chosen in spaces)


def counting_15() -> int:
    """Write down all codes."""
    return sum("3" in code and "7" in code for code in (f"{n:04}" for n in range(10000)))


def counting_16() -> int:
    """Try all numbers of bars of each kind."""
    return sum(sum(bars) == 8 for bars in product(range(4), repeat=4))


def counting_17() -> int:
    """List all rows of tiles."""

    def rows(length: int, last: int) -> int:
        if length < 0:
            return 0
        black = rows(length - 2, 2) if last != 2 else 0
        return rows(length - 1, 1) + black if length else 1

    return rows(12, 0)


def counting_18() -> int:
    """List all colourings; f[-1] is the right neighbour of f[0] around the back."""
    return sum(all(f[i - 1] != f[i] for i in range(5)) for f in product("rwb", repeat=5))


def counting_19() -> int:
    """Keep the smallest rotation of every painting."""
    paintings = set(permutations("rrggbb"))
    return len({min(p[i:] + p[:i] for i in range(6)) for p in paintings})


def counting_20() -> int:
    """List all arrangements."""
    return sum(all(a != b for a, b in pairwise(w)) for w in set(permutations("AABBCCD")))


def counting_21() -> int:
    """List all orders of the goals as paths of the score."""
    return sum(
        all(bears >= lynxes for bears, lynxes in match) and (3, 3) not in match
        for match in _paths(7, 5)
    )


def counting_22() -> int:
    """List all permutations without fixed points and follow Anna's gift."""

    def fits(p: tuple[int, ...]) -> bool:
        chain = list(accumulate(range(4), lambda person, _: p[person], initial=0))
        return chain.index(0, 1) == 4 if 0 in chain[1:] else False

    people = range(8)
    return sum(all(p[i] != i for i in people) and fits(p) for p in permutations(people))


def counting_23() -> int:
    """Try all quadruples."""
    odd, even = range(1, 16, 2), range(0, 16, 2)
    return sum(sum(numbers) <= 15 for numbers in product(odd, odd, even, even))


def counting_24() -> int:
    """List all non-decreasing functions."""
    functions = combinations_with_replacement(range(1, 8), 7)
    return sum(sum(values) % 2 == 0 for values in functions)


def counting_25() -> int:
    """Cover the first free square in all ways, over sets of free squares."""

    @cache
    def coverings(free: frozenset[tuple[int, int]]) -> int:
        if not free:
            return 1
        first = min(free)
        total = coverings(free - {first})
        for column, row in product((first[0] - 1, first[0]), (0,)):
            block = set(product((column, column + 1), (row, row + 1)))
            tiles = [block - {corner} for corner in block]
            total += sum(coverings(free - t) for t in tiles if first in t and t <= free)
        return total

    return coverings(frozenset(product(range(7), range(2))))


def counting_26() -> int:
    """Keep the smallest of the sixteen positions of every bracelet."""
    places = range(8)
    bracelets = set()
    for red in combinations(places, 3):
        for blue in combinations(sorted(set(places) - set(red)), 3):
            beads = "".join("r" if p in red else "b" if p in blue else "g" for p in places)
            turns = [b[i:] + b[:i] for b in (beads, beads[::-1]) for i in places]
            bracelets.add(min(turns))
    return len(bracelets)


def counting_27() -> int:
    """Add up the orders over the sets of lamps that are on."""

    @cache
    def orders(on: frozenset[int]) -> int:
        if len(on) == 10:
            return 1
        ready = [k for k in range(1, 11) if k not in on and (k < 3 or k // 3 in on)]
        return sum(orders(on | {k}) for k in ready)

    return orders(frozenset())


def counting_28() -> int:
    """Compare all pairs of paths."""
    paths = [set(path) for path in _paths(5, 4)]
    return sum(len(one & other) == 2 for one, other in combinations(paths, 2))
