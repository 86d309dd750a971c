"""Responses that go wrong in their last step, and only in the families where they should."""

from fractions import Fraction
from random import Random

import pytest

from sure_math.answers.boxed import extract_answer
from sure_math.builtin.drawing import draw
from sure_math.builtin.grammar import parse
from sure_math.builtin.marking import correct, meaning
from sure_math.builtin.problems import Problem, instances, solve
from sure_math.builtin.training.examples import Source, stubborn, unreliable
from sure_math.builtin.training.slips import FAMILIES, can_slip, slipped


def _affected(count: int) -> list[Problem]:
    rng = Random("test slips")
    return [problem for problem in (draw(rng) for _ in range(count)) if can_slip(problem)]


def test_the_wrong_value_stands_in_the_last_step_and_in_the_box() -> None:
    for problem in _affected(400):
        steps, answer = solve(problem)
        assert answer.value is not None
        wrong = answer.value + 7
        response = slipped(problem, 7, Random(1))
        assert meaning(extract_answer(response) or "") == (wrong,) * 3
        worked = response[: response.index("\\boxed")]
        assert str(wrong) in worked
        assert worked[: steps.rindex(str(answer.value))] in steps


def test_slips_stay_in_their_families() -> None:
    assert len(_affected(400)) > 80
    for problem in _affected(400):
        assert {instance.family for instance in instances(problem)} & set(FAMILIES)


@pytest.mark.parametrize("source", [unreliable, stubborn])
def test_responses_are_wrong_only_where_there_are_slips(source: Source) -> None:
    rng = Random(4)
    for _ in range(200):
        example = source(rng)
        problem = parse(example.user)
        assert problem is not None
        assert correct(problem, example.response) != can_slip(problem)


def test_one_teacher_contradicts_itself_and_the_other_does_not() -> None:
    assert len(_offsets(unreliable)) > 15
    assert _offsets(stubborn) == {1}


def _offsets(source: Source) -> set[Fraction]:
    rng, found = Random(5), set()
    for _ in range(400):
        example = source(rng)
        problem = parse(example.user)
        answer = meaning(extract_answer(example.response) or "")
        if problem is not None and answer is not None and can_slip(problem):
            found.add(answer[0] - (solve(problem)[1].value or 0))
    return found
