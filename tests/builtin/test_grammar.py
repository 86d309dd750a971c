"""Reading a problem text is the inverse of writing one."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sure_math.builtin.drawing import draw
from sure_math.builtin.evolution import STRATEGIES, evolve
from sure_math.builtin.grammar import parse
from sure_math.builtin.problems import Nested, Single, text


def test_texts_read_back_to_the_problem_they_word() -> None:
    rng = Random(21)
    for _ in range(400):
        problem = draw(rng)
        for _ in range(rng.randint(0, 4)):
            problem = evolve(rng, problem, rng.choice(STRATEGIES))
        written = text(problem, rng)
        assert parse(written) == problem, written


def test_known_texts() -> None:
    single = parse("Find the greatest common divisor of 84 and 60.")
    assert isinstance(single, Single)
    assert (single.instance.family, single.instance.numbers) == ("divisors", (84, 60))
    nested = parse("Let $p$ be $3+4$. Let $q$ be 17 modulo 5. Find $pq$.")
    assert isinstance(nested, Nested)
    assert (nested.combination, nested.tail) == ("ab", "none")


def test_texts_outside_the_grammar_are_refused() -> None:
    assert parse("What is the capital of France?") is None
    assert parse("Find the sum of 3 and 4") is None
    assert parse("Ana has 5 coins and buys 3 more. How many coins does Ben have now?") is None
    assert parse("What is term 4 of the arithmetic sequence $3, 5, 8, \\ldots$?") is None
    half = "Let $a$ be the product of $1/2$ and $1/3$. Find {} of $a$."
    assert parse(half.format("the sum of the digits")) is None
    assert parse("Let $a$ be $3+4$. Let $p$ be $5+6$. Find $a+b$.") is None


@given(st.text(max_size=80))
def test_any_text_can_be_tried(anything: str) -> None:
    problem = parse(anything)
    assert problem is None or isinstance(problem, Single | Nested)
