"""Checks of the curated problems number-theory-1 to number-theory-8."""

from itertools import count
from math import gcd, prod

from sympy import isprime, primerange


def number_theory_1() -> int:
    return gcd(378, 630)


def number_theory_2() -> int:
    return sum(360 % d == 0 and d % 6 == 0 for d in range(1, 361))


def number_theory_3() -> int:
    return next(n for n in count(1) if (n % 7, n % 9, n % 11) == (3, 5, 4))


def number_theory_4() -> int:
    """A prime p other than 3 has p² + 14 = 0 mod 3; the search is only a reassurance."""
    assert all((p * p + 14) % 3 == 0 for p in (1, 2))
    (prime,) = [p for p in primerange(5000) if isprime(p * p + 14)]
    return int(prime)


def number_theory_5() -> int:
    return sum((n * n + n + 1) % 7 == 0 for n in range(1, 501))


def number_theory_6() -> int:
    return (2**1003 + 3**1003) % 55


def number_theory_7() -> set[tuple[int, int]]:
    """1/m is at least half and less than all of 3/20, so m runs from 7 to 13."""
    return {(m, n) for m in range(1, 41) for n in range(m, 1000) if 20 * (m + n) == 3 * m * n}


def number_theory_8() -> int:
    product = prod(range(1, 200, 2))
    return next(n for n in count() if product % 3 ** (n + 1))
