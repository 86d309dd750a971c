"""The targets that the evolver learns do what their strategy says."""

from random import Random

from sure_math.builtin.drawing import draw, touches_reserved
from sure_math.builtin.evolution import STRATEGIES, evolve, reworded, work
from sure_math.builtin.measure import obeys
from sure_math.builtin.problems import Nested, instances, text


def test_harder_needs_more_work() -> None:
    rng = Random(31)
    pairs = [(p, evolve(rng, p, "harder")) for p in (draw(rng) for _ in range(300))]
    assert sum(work(child) > work(parent) for parent, child in pairs) >= 297


def test_rewrite_keeps_the_problem_and_changes_the_text() -> None:
    rng = Random(32)
    for _ in range(200):
        problem = draw(rng)
        old = text(problem, rng)
        assert evolve(rng, problem, "rewrite") == problem
        assert reworded(rng, problem, old) != old


def test_other_strategies_do_what_they_say_wherever_they_fit() -> None:
    rng = Random(33)
    for strategy in ("algebraize", "compose", "competition", "apply"):
        parents = [draw(rng, style="plain") for _ in range(100)]
        done = [obeys(strategy, p, evolve(rng, p, strategy)) for p in parents]
        assert sum(done) >= 90, strategy


def test_long_chains_stay_bounded_and_unreserved() -> None:
    rng = Random(34)
    for _ in range(60):
        problem = draw(rng)
        for _ in range(6):
            problem = evolve(rng, problem, rng.choice(STRATEGIES))
            assert len(instances(problem)) <= 3
            assert not touches_reserved(problem)
        assert len(text(problem, rng)) < 500
        assert not isinstance(problem, Nested) or problem.modulus < 100
