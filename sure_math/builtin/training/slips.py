"""Worked solutions that go wrong in their last step, for teachers that cannot be trusted on some
families.
"""

from dataclasses import replace
from random import Random

from sure_math.builtin.numerals import plain
from sure_math.builtin.problems import Problem, conclusion, instances, solve

FAMILIES = ("divisors", "geometry", "pair", "power")
"""Where the slips are: families that the built-in student would learn well from a good teacher."""


def can_slip(problem: Problem) -> bool:
    """Whether one of these families is in the problem and its answer is a whole number."""
    value = solve(problem)[1].value
    whole = value is not None and value.denominator == 1
    return whole and any(instance.family in FAMILIES for instance in instances(problem))


def slipped(problem: Problem, offset: int, rng: Random) -> str:
    """A response whose last value is too large by `offset`, in its steps and in its box."""
    steps, answer = solve(problem)
    assert answer.value is not None, problem
    wrong = answer.value + offset
    before, _, after = steps.rpartition(plain(answer.value))
    return f"{before}{plain(wrong)}{after}. {conclusion(replace(answer, value=wrong), rng)}"
