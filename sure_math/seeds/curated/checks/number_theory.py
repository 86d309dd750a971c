"""Checks of the branch number theory, by trying all candidates where that is possible."""

from itertools import count, product
from math import factorial, gcd, lcm, prod

from sympy import divisors, primerange
from sympy.ntheory.primetest import is_square


def number_theory_1() -> int:
    """Try all 200 integers."""
    return sum(gcd(n, 60) == 12 for n in range(1, 201))


def number_theory_2() -> int:
    """Try all numbers of rows."""
    return sum(360 % rows == 0 and 360 // rows % 6 == 0 for rows in range(1, 361))


def number_theory_3() -> int:
    """Try all 1000 integers."""
    return sum(n % 12 == n % 18 for n in range(1, 1001))


def number_theory_4() -> set[int]:
    """Try all primes below 100."""
    return {int(p) for p in primerange(100) if (p * p + 2) % 33 == 0}


def number_theory_5() -> int:
    """Try all 1000 integers."""
    return sum((n * 2**n + 1) % 11 == 0 for n in range(1, 1001))


def number_theory_6() -> int:
    """Divide the number itself."""
    return (2**1003 + 3**1003) % 55


def number_theory_7() -> int:
    """(x - 2y + 1)(x + y - 3) = 60, so neither factor exceeds 60 and |y| <= 41, |x| <= 104."""
    pairs = product(range(-104, 105), range(-41, 42))
    return sum(x * x - x * y - 2 * y * y - 2 * x + 7 * y == 63 for x, y in pairs)


def number_theory_8() -> int:
    """Divide the product by 2 as often as it goes."""
    value = prod(3**k - 1 for k in range(1, 51))
    return next(n for n in count() if value % 2 ** (n + 1))


def number_theory_9() -> int:
    """Walk through the seconds of the hour."""
    return sum(s % 24 == 0 and s % 42 == 0 for s in range(1, 3600))


def number_theory_10() -> int:
    """Try every number of rows and of singers in a row."""
    return sum(rows * singers == 96 for rows in range(5, 97) for singers in range(5, 97))


def number_theory_11() -> set[tuple[int, int]]:
    """Try all hundred pairs of digits."""
    pairs = product(range(10), repeat=2)
    return {(a, b) for a, b in pairs if int(f"6{a}52{b}") % 36 == 0}


def number_theory_12() -> int:
    """Divide all hundred numbers."""
    return sum((2**n + 1) % 5 == 0 for n in range(1, 101))


def number_theory_13() -> int:
    """Try every number of beads below 100."""
    (beads,) = [n for n in range(1, 100) if n % 9 == 7 and n % 11 == 3]
    return beads


def number_theory_14() -> int:
    """List the divisors of every number below 231."""
    (number,) = [n for n in range(1, 231) if len(divisors(n)) > 2 and sum(divisors(n)[-3:]) == 231]
    return number


def number_theory_15() -> set[int]:
    """Try the primes below 5000; 24p + 1 = (2m + 1)² means m(m + 1) = 6p, so p is at most 7."""
    return {int(p) for p in primerange(5000) if is_square(24 * p + 1)}


def number_theory_16() -> int:
    """Read both numerals in every base from 6 to 36."""
    (base,) = [b for b in range(6, 37) if int("352", b) == 2 * int("154", b)]
    return base


def number_theory_17() -> int:
    """Collect the values for the first 1000 integers."""
    return sum({gcd(n * n + 20, n + 4) for n in range(1, 1001)})


def number_theory_18() -> int:
    """Write down the 500 terms as exact integers."""
    a, b, multiples = 2, 5, 0
    for _ in range(500):
        multiples += a % 4 == 0
        a, b = b, a + b
    return multiples


def number_theory_19() -> int:
    """Multiply by 7 until the last five digits are 00001."""
    return next(n for n in count(1) if pow(7, n, 10**5) == 1)


def number_theory_20() -> int:
    """Try all 2520 integers."""
    return sum((n * n + n - 2) % 2520 == 0 for n in range(1, 2521))


def number_theory_21() -> int:
    """Try all triples of divisors of 200."""
    triples = product(divisors(200), repeat=3)
    return sum(gcd(*t) == 1 and lcm(*t) == 200 for t in triples)


def number_theory_22() -> int:
    """Divide the factorials themselves."""
    return sum(
        factorial(n) % 2 ** (n - 2) == 0 and factorial(n) % 2 ** (n - 1) != 0 for n in range(2, 101)
    )


def number_theory_23() -> set[int]:
    """For n > 108 the value lies strictly between n² and (n + 1)²."""
    return {n for n in range(1, 109) if is_square(n * n + n + 109)}


def number_theory_24() -> int:
    """Add the powers modulo the least common multiple of both conditions."""
    modulus = 7**3 * 11**2
    return next(k for k in count(1) if (pow(2, k, modulus) + pow(5, k, modulus)) % modulus == 0)


def number_theory_25() -> int:
    """Add the digits of all three-digit numbers and of their doubles."""

    def digit_sum(n: int) -> int:
        return sum(map(int, str(n)))

    return sum(digit_sum(2 * n) == digit_sum(n) for n in range(100, 1000))


def number_theory_26() -> int:
    """As gcd(x, y) <= x, y(x - 5) <= 12x: so 5 < x, and x <= y gives x <= 17 and y <= 72."""
    return sum(x * y == 5 * (x + y) + 7 * gcd(x, y) for x in range(1, 18) for y in range(x, 73))


def number_theory_27() -> int:
    """Multiply the 106 factors."""
    return prod(k**4 + k**3 + k**2 + k + 1 for k in range(1, 107)) % 107


def number_theory_28() -> int:
    """The common divisor of a hundred values, then tried on every residue modulo itself."""
    divisor = gcd(*((n**7 - n) * (n**5 - n) for n in range(100)))
    assert all((n**7 - n) * (n**5 - n) % divisor == 0 for n in range(divisor))
    return divisor
