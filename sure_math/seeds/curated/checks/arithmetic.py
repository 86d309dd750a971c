"""Checks of the curated problems arithmetic-1 to arithmetic-19."""

from fractions import Fraction
from itertools import count, cycle, pairwise

import numpy as np


def arithmetic_1() -> int:
    """Cuts piece after piece."""
    reel = 0
    for _ in range(60):
        reel = (reel if reel >= 75 else 1000) - 75
    return reel


def arithmetic_2() -> Fraction:
    """Tries all cuts of a rope of 25 parts between whole parts."""
    (longer,) = [n for n in range(1, 25) if 3 * (25 - n) == 2 * n]
    (part,) = [n for n in range(1, longer) if 3 * (longer - n) == 2 * n]
    return Fraction(min(25 - longer, part, longer - part), 25)


def arithmetic_3() -> Fraction:
    """Tries all whole percentages."""
    steps = [(160 * Fraction(100 + p, 100), Fraction(p, 100)) for p in range(1, 100)]
    (drop,) = [top * p for top, p in steps if top * (1 - p) == Fraction("153.60")]
    return drop


def arithmetic_4() -> int:
    """Follow the printer page by page, in tenths of a second."""
    pages, clock = 1, 240
    while clock + 25 <= 1800:
        pages, clock = pages + 1, clock + 25
    return pages


def arithmetic_5() -> int:
    return len(str(8**17 * 25**24 * 3**4))


def arithmetic_6() -> Fraction:
    """0.4272727... = 0.4 + 0.027/(1 - 1/100), 0.315315... = 0.315/(1 - 1/1000)."""
    first = Fraction(4, 10) + Fraction(27, 1000) / (1 - Fraction(1, 100))
    second = Fraction(315, 1000) / (1 - Fraction(1, 1000))
    return first + second


def arithmetic_7() -> int:
    """Computes the sums of digits of all n below ten million and of their doubles."""
    sums = np.zeros(1, dtype=np.int8)
    for _ in range(7):
        sums = np.add.outer(np.arange(10, dtype=np.int8), sums).ravel()
    doubled = np.concatenate([sums, sums + 1])[::2]
    return int(np.flatnonzero((sums == 40) & (doubled == 17))[0])


def arithmetic_8() -> int:
    """Adds the terms."""
    signs = cycle((1, -1, -1, 1, -1, 1, 1, -1))
    return sum(sign * n**3 for n, sign in zip(range(1, 2001), signs, strict=False))


def arithmetic_9() -> int:
    """Tries all pairs of digits."""
    digits = range(10)
    return max(a * b for a in digits for b in digits if 602 + 10 * a - (207 + 10 * b) == 415)


def arithmetic_10() -> Fraction:
    """Tries all whole numbers of minutes that the whole candle may burn."""
    lasts = next(t for t in range(1, 1000) if Fraction(10, t) == Fraction(5, 6) - Fraction(3, 4))
    return Fraction(3, 4) * lasts


def arithmetic_11() -> int:
    """Tries all numbers of books, with the number of shelves that the first fact gives."""
    (books,) = {n for n in range(5, 1000, 12) if 14 * ((n - 5) // 12) == n + 9}
    return books


def arithmetic_12() -> Fraction:
    """Follows the juice and the water apart, millilitre by millilitre."""
    juice, water = Fraction(270), Fraction(330)
    for left in range(600, 400, -1):
        juice, water = juice - juice / left, water - water / left
    water += 200
    return 100 * juice / (juice + water)


def arithmetic_13() -> int:
    """Moves the clock on minute by minute of true time."""
    shown = Fraction(8 * 60)
    for minute in count(1):
        shown += Fraction(64, 60)
        if shown == 14 * 60 + 24:
            return minute
    raise AssertionError


def arithmetic_14() -> Fraction:
    """Computes the arrival times of 20 parcels at an end 200 metres away."""
    speed, walk = Fraction(4, 5), Fraction(6, 5)
    arrivals = sorted(5 * k + (200 - walk * 5 * k) / speed for k in range(20))
    (gap,) = {b - a for a, b in pairwise(arrivals)}
    return gap


def arithmetic_15() -> int:
    """Divides by hand, digit by digit."""
    return sum(digit > 3 for digit in _digits(7, 13, 10, 100))


def arithmetic_16() -> int:
    """Divides 1 by 5 by hand in every base up to 999."""
    (base,) = [b for b in range(8, 1000) if _digits(1, 5, b, 12) == [1, 7] * 6]
    return base


def arithmetic_17() -> int:
    """Adds up the digits of the number itself."""
    return sum(map(int, str((10**20 - 3) ** 3)))


def arithmetic_18() -> int:
    """Adds up the digits of the product itself."""
    return sum(map(int, str(int("6" * 21) * int("7" * 21))))


def arithmetic_19() -> int:
    """Tries all blocks of six digits: 1/n is block/999999, and the block must not repeat inside."""
    blocks = [b for b in range(1, 10**6) if 999_999 % b == 0]
    periods = [f"{b:06}" for b in blocks]
    return sum(p not in (p[:1] * 6, p[:2] * 3, p[:3] * 2) for p in periods)


def _digits(numerator: int, denominator: int, base: int, places: int) -> list[int]:
    """The digits of a fraction after the point, by long division."""
    digits, rest = [], numerator % denominator
    for _ in range(places):
        digit, rest = divmod(rest * base, denominator)
        digits.append(digit)
    return digits
