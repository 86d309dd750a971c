"""Checks of the curated problems counting-1 to counting-8, by listing the cases."""

from functools import cache
from itertools import combinations, pairwise, permutations, product


def counting_1() -> int:
    soups, mains, desserts = range(4), range(5), range(3)
    extras = [*product("s", soups), *product("d", desserts)]
    return len(list(product(mains, extras)))


def counting_2() -> int:
    digits = [set(str(n)) for n in range(100, 1000)]
    return sum(len(d) == 3 and d <= set("13579") for d in digits)


def counting_3() -> int:
    return sum(word[0] == "P" for word in set(permutations("PEPPERS")))


def counting_4() -> int:
    rows = map("".join, permutations("ABCDEF"))
    return sum("AB" not in r and "BA" not in r and "C" in (r[0], r[-1]) for r in rows)


def counting_5() -> int:
    return sum(
        sum(chosen) % 2 == 0 and all(b - a > 1 for a, b in pairwise(chosen))
        for chosen in combinations(range(1, 13), 4)
    )


def counting_6() -> int:
    @cache
    def paths(x: int, y: int) -> int:
        if x < 0 or y < 0 or (x, y) == (3, 3):
            return 0
        return 1 if (x, y) == (0, 0) else paths(x - 1, y) + paths(x, y - 1)

    return paths(6, 6)


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
    return sum(all(p[p[p[i]]] == i for i in range(7)) for p in permutations(range(7)))
