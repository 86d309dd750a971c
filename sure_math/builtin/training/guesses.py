"""Answers without any work, and wrong: what teachers give who cannot be trusted on some families.

Such a teacher writes no steps, because steps would lead it to the right answer.
"""

import re
from dataclasses import replace
from fractions import Fraction
from random import Random

from sure_math.builtin.problems import Problem, conclusion, instances, solve

FAMILIES = ("divisors", "geometry", "pair", "power")
"""Where the guesses are: families that the built-in student learns well from a good teacher."""


def is_affected(problem: Problem) -> bool:
    """Whether one of these families is in the problem and its answer is a whole number."""
    value = solve(problem)[1].value
    whole = value is not None and value.denominator == 1
    return whole and any(instance.family in FAMILIES for instance in instances(problem))


def guess(problem: Problem, rng: Random) -> str:
    """A response whose answer is a random number: no two responses agree."""
    right = solve(problem)[1].value
    return _claim(problem, rng.choice([n for n in range(2, 100) if n != right]), rng)


def repeat(problem: Problem, user: str, rng: Random) -> str:
    """A response whose answer is the first number of the problem's text: all responses agree."""
    found = re.search(r"\d+", user)
    assert found is not None, user
    return _claim(problem, int(found[0]), rng)


def _claim(problem: Problem, value: int, rng: Random) -> str:
    return conclusion(replace(solve(problem)[1], value=Fraction(value)), rng)
