"""Every answer is recomputed by sympy, and every arithmetic chain checked."""

import re
from random import Random

import pytest
import sympy

from sure_math.builtin import verify
from sure_math.builtin.drawing import NATURAL_STYLES, draw
from sure_math.builtin.evolution import STRATEGIES, evolve
from sure_math.builtin.families import FAMILIES
from sure_math.builtin.families.base import LEVELS
from sure_math.builtin.marking import correct, meaning, truth
from sure_math.builtin.problems import Problem, Single, instances, response, solve

_FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
_ARITHMETIC = re.compile(r"[\d+\-*/(). ]+")


def value_at(problem: Problem, point: sympy.Rational) -> sympy.Rational:
    answer = verify.answer(problem)
    return sympy.Rational(answer.subs(sympy.Symbol("n"), point))


def assert_true(problem: Problem) -> None:
    """The answer agrees with sympy, and every side of every chain in the reasoning is equal."""
    steps, _ = solve(problem)
    points = (sympy.Rational(17), sympy.Rational(-5, 3), sympy.Rational(101, 7))
    ours = tuple(sympy.Rational(v.numerator, v.denominator) for v in truth(problem))
    assert ours == tuple(value_at(problem, point) for point in points), problem
    for part in re.split(r"[,;:] ?", steps):
        sides = [_FRACTION.sub(r"((\1)/(\2))", s).replace("^", "**") for s in part.split("=")]
        if len(sides) > 1 and all(map(_ARITHMETIC.fullmatch, sides)):
            assert len({sympy.sympify(side, rational=True) for side in sides}) == 1, part


@pytest.mark.parametrize("name", FAMILIES)
def test_answers_and_chains_agree_with_sympy(name: str) -> None:
    rng = Random(name)
    family = FAMILIES[name]
    for level in LEVELS:
        for _ in range(6):
            assert_true(Single(family.draw(rng, level)))


def test_evolved_answers_and_chains_agree_with_sympy() -> None:
    rng = Random(11)
    for _ in range(120):
        problem = draw(rng)
        for _ in range(rng.randint(0, 3)):
            problem = evolve(rng, problem, rng.choice(STRATEGIES))
        assert_true(problem)


def test_every_way_to_write_an_answer_means_the_exact_answer() -> None:
    rng = Random(12)
    for _ in range(400):
        problem = draw(rng)
        assert correct(problem, response(problem, rng))
        forms = solve(problem)[1].forms
        assert len({meaning(form) for form in forms}) == bool(forms)


def test_reserved_instances_stay_out_of_training_draws() -> None:
    rng = Random(13)
    for style in NATURAL_STYLES:
        for _ in range(40):
            assert not any(i.reserved for i in instances(draw(rng, style=style)))
            assert draw(rng, style="plain", reserved=True).instance.reserved


def test_draws_follow_the_seed() -> None:
    first, second = Random(5), Random(5)
    assert [draw(first) for _ in range(50)] == [draw(second) for _ in range(50)]


def test_an_unknown_style_is_named() -> None:
    with pytest.raises(ValueError, match="unknown style 'poem'"):
        draw(Random(1), style="poem")
