"""Checks of the curated problems arithmetic-1 to arithmetic-8."""

from fractions import Fraction
from math import isqrt


def arithmetic_1() -> int:
    return 14 * 6 + 9 * 10 + 7


def arithmetic_2() -> Fraction:
    return Fraction(3, 4) - Fraction(2, 5) * Fraction(5, 8) + Fraction(1, 6)


def arithmetic_3() -> Fraction:
    return 81 / (Fraction(120, 100) * Fraction(75, 100))


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
    return sum(map(int, str(sum(int("1" * n) for n in range(1, 21)))))


def arithmetic_8() -> int:
    square = 2026 * 2028 * 2030 * 2032 + 16
    root = isqrt(square)
    assert root * root == square
    return root
