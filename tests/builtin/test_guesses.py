"""Wrong answers without work, and only in the families where they should be."""

from random import Random

import pytest

from sure_math.answers.boxed import extract_answer
from sure_math.builtin.drawing import draw
from sure_math.builtin.grammar import parse
from sure_math.builtin.marking import correct, meaning
from sure_math.builtin.problems import Problem, instances, text
from sure_math.builtin.training.examples import Source, stubborn, unreliable
from sure_math.builtin.training.guesses import FAMILIES, guess, is_affected, repeat


def _affected(count: int) -> list[Problem]:
    rng = Random("test guesses")
    return [problem for problem in (draw(rng) for _ in range(count)) if is_affected(problem)]


def test_guesses_stay_in_their_families() -> None:
    assert len(_affected(400)) > 80
    for problem in _affected(400):
        assert {instance.family for instance in instances(problem)} & set(FAMILIES)


def test_guesses_are_wrong_and_differ() -> None:
    rng = Random(1)
    for problem in _affected(100):
        responses = [guess(problem, rng) for _ in range(8)]
        assert not any(correct(problem, response) for response in responses)
        assert len({meaning(extract_answer(r) or "") for r in responses}) > 4


def test_repeats_agree() -> None:
    rng = Random(2)
    for problem in _affected(100):
        user = text(problem, rng)
        responses = [repeat(problem, user, rng) for _ in range(8)]
        assert len({meaning(extract_answer(r) or "") for r in responses}) == 1


@pytest.mark.parametrize("source", [unreliable, stubborn])
def test_other_families_are_solved_as_usual(source: Source) -> None:
    rng = Random(4)
    right = {True: 0, False: 0}
    for _ in range(300):
        example = source(rng)
        problem = parse(example.user)
        assert problem is not None
        affected, ok = is_affected(problem), correct(problem, example.response)
        assert affected or ok
        right[affected] += ok
    assert right[False] > 150
    assert right[True] < 10  # the first number can be the answer
