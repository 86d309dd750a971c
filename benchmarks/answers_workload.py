"""Problems with the answers of several responses: real samples, and simulated regimes.

A regime says how often the responses to a problem disagree in value and how often in notation
alone. Its shares are set so that the paper's rule would ask a judge as often as `paper_calls` says,
per 8,800 problems of 8 answers.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.answers_golds import golds
from benchmarks.answers_rewrites import perturbations, variant
from sure_math.answers.boxed import extract_answer

PROBLEMS, SAMPLES = 8800, 8
"""The size every figure is scaled to."""


@dataclass(frozen=True)
class Problem:
    """The answers of one problem's responses, None where there is none."""

    answers: tuple[str | None, ...]
    truth: tuple[int | None, ...]
    """The class of each answer; None: unknown, but not the gold's class 0."""

    def labels(self) -> dict[str, int | None]:
        """The class of every distinct answer."""
        pairs = zip(self.answers, self.truth, strict=True)
        return {answer: label for answer, label in pairs if answer is not None}

    def pairs(self) -> list[tuple[str, str]]:
        """Pairs of distinct answers: the questions of the paper's rule."""
        return list(combinations(sorted(self.labels()), 2))


@dataclass(frozen=True)
class Regime:
    """How the responses to one problem differ."""

    name: str
    contest: float
    """Share of problems with a contest answer; the others have a school answer."""
    contested: float
    """Share of problems whose answers differ in value."""
    wrong: float
    """Chance that a response to such a problem is wrong."""
    notation: float
    """Share of problems whose answers differ in notation."""
    rewritten: float
    """Chance that a response to such a problem is written otherwise."""
    paper_calls: int


REGIMES = (
    Regime("easy", 0.0, 0.03, 0.3, 0.1, 0.4, 4_090),
    Regime("mixed", 0.5, 0.26, 0.3, 0.4, 0.37, 20_060),
    Regime("hard", 1.0, 0.46, 0.37, 0.58, 0.44, 40_920),
)


def simulate(regime: Regime, count: int, seed: int, data: Path) -> tuple[list[Problem], str]:
    """Problems of a regime, and whether their gold answers are real or authored."""
    rng = random.Random(f"{regime.name} {seed}")
    school, contest, origin = golds(data)
    problems = []
    for _ in range(count):
        gold = rng.choice(contest if rng.random() < regime.contest else school)
        problems.append(_problem(gold, regime, rng))
    return problems, origin


def _problem(gold: str, regime: Regime, rng: random.Random) -> Problem:
    contested, notation = rng.random() < regime.contested, rng.random() < regime.notation
    values = [gold, *perturbations(gold, rng.choice([1, 1, 2, 3]), rng)]
    answers, truth = [], []
    for _ in range(SAMPLES):
        wrong = contested and rng.random() < regime.wrong
        label = rng.randrange(1, len(values)) if wrong else 0
        rewritten = notation and rng.random() < regime.rewritten
        answers.append(variant(values[label], rng) if rewritten else values[label])
        truth.append(label)
    return Problem(tuple(answers), tuple(truth))


@dataclass(frozen=True)
class Response:
    """A real response and the content of its final box, as the source read it."""

    text: str
    boxed: str | None


def real_responses(data: Path) -> list[Response]:
    """The responses of the sample files that have them in full."""
    return [
        Response(sample["response"], sample["boxed"])
        for samples in _real_samples(data)
        for sample in samples
        if "response" in sample
    ]


def real_problems(data: Path) -> dict[str, list[Problem]]:
    """The sample files by kind; the truth is what the sources say: correct, or not."""
    problems: dict[str, list[Problem]] = {}
    for samples in _real_samples(data):
        full = "response" in samples[0]
        answers = [extract_answer(s["response"]) if full else s["answer_source"] for s in samples]
        truth = [0 if sample["correct_source"] else None for sample in samples]
        kind = "real responses" if full else "real final answers, as a source extracted them"
        problems.setdefault(kind, []).append(Problem(tuple(answers), tuple(truth)))
    return problems


def paper_calls(problems: Sequence[Problem]) -> float:
    """Judge calls of the paper's rule, every pair of distinct strings, per 8,800 problems."""
    return sum(len(problem.pairs()) for problem in problems) * PROBLEMS / len(problems)


def _real_samples(data: Path) -> list[list[dict[str, Any]]]:
    return [
        json.loads(line)["samples"]
        for path in sorted(data.glob("samples_*.jsonl"))
        for line in path.read_text().splitlines()
    ]
