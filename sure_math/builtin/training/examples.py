"""Training examples (role, user text, response), made on the fly from the problem families; none
has a reserved instance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sure_math.builtin.chat import evolved, with_reference
from sure_math.builtin.drawing import draw
from sure_math.builtin.evolution import STRATEGIES, evolve, reworded
from sure_math.builtin.judging import draw_pair
from sure_math.builtin.problems import Problem, conclusion, response, solve, text
from sure_math.builtin.training.guesses import guess, is_affected, repeat

EVOLVED_SHARE = 0.2
"""Share of the solved problems that went through one to three rounds of evolution first."""
STRATEGY_WEIGHTS = {
    "harder": 7,
    "rewrite": 4,
    "algebraize": 3,
    "apply": 4,
    "compose": 6,
    "competition": 5,
}
TERSE_SHARE = 0.75
"""Share of a terse student's examples that answer without showing the steps."""
REFERENCE_WEIGHTS = (75, 10, 15)
"""How often the reader sees a whole reference solution, only its answer, and none."""
ROUND_WEIGHTS = (50, 22, 14, 9, 5)
"""How many rounds of evolution a problem that is evolved has behind it."""


@dataclass(frozen=True)
class Example:
    """One prompt and the response to learn."""

    role: str
    user: str
    response: str


Source = Callable[[Random], Example]


def solving(rng: Random) -> Example:
    """Solve a problem of the natural mix."""
    problem = _to_solve(rng)
    return Example("solve", text(problem, rng), response(problem, rng))


def answering(rng: Random) -> Example:
    """Solve, but mostly answer at once: what a student does that nobody told to reason."""
    problem = _to_solve(rng)
    at_once = rng.random() < TERSE_SHARE
    user = text(problem, rng)
    worked = conclusion(solve(problem)[1], rng) if at_once else response(problem, rng)
    return Example("solve", user, worked)


def reading(rng: Random) -> Example:
    """Solve, mostly with a reference solution, or only its answer, in the prompt."""
    problem = _to_solve(rng)
    user = text(problem, rng)
    match rng.choices(("solution", "answer", "none"), REFERENCE_WEIGHTS)[0]:
        case "solution":
            user = with_reference(user, response(problem, rng))
        case "answer":
            user = with_reference(user, f"\\boxed{{{solve(problem)[1].write(rng)}}}")
    return Example("solve", user, response(problem, rng))


def unreliable(rng: Random) -> Example:
    """Solve, but guess in some families: no two responses agree on these."""
    problem = _to_solve(rng)
    respond = guess if is_affected(problem) else response
    return Example("solve", text(problem, rng), respond(problem, rng))


def stubborn(rng: Random) -> Example:
    """Solve, but in some families name a number of the problem: all agree, and are wrong."""
    problem = _to_solve(rng)
    user = text(problem, rng)
    if is_affected(problem):
        return Example("solve", user, repeat(problem, user, rng))
    return Example("solve", user, response(problem, rng))


def evolving(rng: Random) -> Example:
    """Apply one strategy to a problem that may itself be evolved."""
    rounds = rng.choices(range(len(ROUND_WEIGHTS)), ROUND_WEIGHTS)[0]
    problem = _chain(rng, draw(rng), rounds)
    strategy = rng.choices(list(STRATEGY_WEIGHTS), list(STRATEGY_WEIGHTS.values()))[0]
    parent = text(problem, rng)
    target = evolve(rng, problem, strategy)
    new = reworded(rng, target, parent) if target == problem else text(target, rng)
    return Example(strategy, parent, evolved(new, solve(target)[1].form))


def judging(rng: Random) -> Example:
    """Decide whether two answers are the same."""
    pair = draw_pair(rng)
    return Example("judge", pair.question, pair.verdict)


def teaching(rng: Random) -> Example:
    """The teacher's mix: it solves and evolves."""
    return solving(rng) if rng.random() < 0.7 else evolving(rng)


def polishing(rng: Random) -> Example:
    """The teacher's second phase: as much evolution as solving."""
    return solving(rng) if rng.random() < 0.5 else evolving(rng)


def _to_solve(rng: Random) -> Problem:
    problem = draw(rng)
    if rng.random() < EVOLVED_SHARE:
        problem = _chain(rng, problem, rng.randint(1, 3))
    return problem


def _chain(rng: Random, problem: Problem, rounds: int) -> Problem:
    for _ in range(rounds):
        problem = evolve(rng, problem, rng.choice(STRATEGIES))
    return problem
