"""Measure the built-in models on reserved problems and write their model card.

``python -m sure_math.builtin.training.evaluate`` needs no torch and takes a few
minutes on one thread.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from random import Random
from typing import Any

import click

from sure_math.answers.boxed import extract_answer
from sure_math.backends.builtin_engine import BuiltinEngine
from sure_math.builtin import measure
from sure_math.builtin.drawing import NATURAL_LEVELS, draw
from sure_math.builtin.evolution import STRATEGIES
from sure_math.builtin.families import Instance
from sure_math.builtin.grammar import parse
from sure_math.builtin.judging import draw_pair
from sure_math.builtin.marking import meaning
from sure_math.builtin.problems import Nested, Problem, instances, text
from sure_math.builtin.training.card import write_card

Figures = dict[str, Any]
ROUNDS = 5


def teacher_figures(teacher: BuiltinEngine, judge: BuiltinEngine, count: int) -> Figures:
    """Greedy accuracy, and how semantic entropy relates to greedy errors, on `count` problems."""
    levels, problems, texts = reserved_problems(count)
    right = measure.greedy_correct(teacher, problems, texts)
    samples = measure.sampled_answers(teacher, texts)
    wrong = [not r for r in right]
    exact = [measure.entropy(s) for s in samples]
    same, verdicts = _judged_keys(judge, samples)
    judged = [
        measure.entropy(s, lambda a, keys=keys: keys[a])  # type: ignore[misc]
        for s, keys in zip(samples, same, strict=True)
    ]
    surface = [measure.entropy(s, lambda a: a) for s in samples]
    responses = [r for s in samples for r in s]
    return {
        "problems": count,
        "greedy accuracy": _mean(right),
        "by level": _by(levels, right),
        "by style": _by([_style(p) for p in problems], right),
        "by family": _by([instances(p)[0].family for p in problems], right),
        "boxed": _mean(extract_answer(r.text) is not None for r in responses),
        "finished": _mean(r.finished for r in responses),
        "entropy, exact values": _entropy_figures(exact, wrong),
        "entropy, built-in judge": _entropy_figures(judged, wrong),
        "entropy, answer strings": _entropy_figures(surface, wrong),
        "judge on the teacher's answers": verdicts,
    }


def reserved_problems(count: int) -> tuple[list[int], list[Problem], list[str]]:
    """Levels, problems and wordings of the natural mix that training never saw.

    No two begin with the same instance: the small families hold few reserved ones, and a mistake
    on one of these would otherwise be counted many times.
    """
    rng = Random("evaluation")
    levels: list[int] = []
    problems: dict[Instance, Problem] = {}
    while len(problems) < count:
        level = rng.choices(list(NATURAL_LEVELS), list(NATURAL_LEVELS.values()))[0]
        problem = draw(rng, level=level, reserved=True)
        if problems.setdefault(instances(problem)[0], problem) is problem:
            levels.append(level)
    return levels, list(problems.values()), [text(p, rng) for p in problems.values()]


def judge_figures(judge: BuiltinEngine, count: int) -> Figures:
    """Accuracy on program-made pairs, both orders."""
    rng = Random("judge evaluation")
    pairs = [draw_pair(rng) for _ in range(count)]
    said = measure.judge(judge, [(p.left, p.right) for p in pairs])
    return _verdicts(said, [p.equal for p in pairs])


def evolver_figures(teacher: BuiltinEngine, count: int) -> Figures:
    """What each strategy makes of fresh problems and of problems that are already evolved."""
    rng = Random("evolver evaluation")
    figures: Figures = {}
    for strategy in STRATEGIES:
        parents = [draw(rng, reserved=True) for _ in range(count)]
        texts = [text(p, rng) for p in parents]
        outputs = measure.evolve_texts(teacher, [strategy] * count, texts, strategy)
        children = measure.parsed(outputs)
        known = [(p, c) for p, c in zip(parents, children, strict=True) if c is not None]
        figures[strategy] = {
            "in format": _mean(o is not None for o in outputs),
            "in grammar": _mean(c is not None for c in children),
            "as asked": _mean(measure.obeys(strategy, p, c) for p, c in known),
            "text changed": _mean(
                o is not None and o[0] != t for o, t in zip(outputs, texts, strict=True)
            ),
        }
    return figures


def chain_figures(teacher: BuiltinEngine, count: int) -> list[Figures]:
    """Entropy and accuracy after 0 to 5 rounds of evolution of the same plain or story seeds."""
    rng = Random("chain evaluation")
    seeds = [draw(rng, style=rng.choice(("plain", "apply")), reserved=True) for _ in range(count)]
    texts, previous = [text(p, rng) for p in seeds], [""] * count
    rows = [_round_figures(teacher, texts)]
    for number in range(1, ROUNDS + 1):
        previous = [
            rng.choice([s for s in ("harder", "compose", "competition") if s != last])
            for last in previous
        ]
        outputs = measure.evolve_texts(teacher, previous, texts, f"round {number}")
        texts = [o[0] if o else t for o, t in zip(outputs, texts, strict=True)]
        rows.append(_round_figures(teacher, texts))
    return rows


def _round_figures(teacher: BuiltinEngine, texts: list[str]) -> Figures:
    samples = measure.sampled_answers(teacher, texts)
    entropies = [measure.entropy(s) for s in samples]
    problems = [parse(t) for t in texts]
    known = [(p, t) for p, t in zip(problems, texts, strict=True) if p is not None]
    right = measure.greedy_correct(teacher, [p for p, _ in known], [t for _, t in known])
    return {
        "mean entropy": _mean(entropies),
        "zero entropy": _mean(e < 1e-9 for e in entropies),
        "in grammar": len(known) / len(texts),
        "greedy accuracy": _mean(right),
        "finished": _mean(r.finished for s in samples for r in s),
        "longest prompt (characters)": max(map(len, texts)),
    }


def _judged_keys(
    judge: BuiltinEngine, samples: Sequence[Sequence[measure.Response]]
) -> tuple[list[dict[str, str]], Figures]:
    """Per problem, answer -> representative by the judge; and how right its verdicts were."""
    strings = [sorted({a for r in s if (a := extract_answer(r.text)) is not None}) for s in samples]
    pairs = [(i, a, b) for i, found in enumerate(strings) for a, b in combinations(found, 2)]
    said = measure.judge(judge, [(a, b) for _, a, b in pairs])
    keys = [{a: a for a in found} for found in strings]
    for (i, a, b), yes in zip(pairs, said, strict=True):
        if yes:
            old, new = keys[i][b], keys[i][a]
            keys[i] = {k: new if v == old else v for k, v in keys[i].items()}
    truth = [meaning(a) == meaning(b) for _, a, b in pairs]
    return keys, _verdicts(said, truth)


def _verdicts(said: Sequence[bool], truth: Sequence[bool]) -> Figures:
    return {
        "pairs": len(truth),
        "accuracy": _mean(s == t for s, t in zip(said, truth, strict=True)),
        "equal said yes": _mean(s for s, t in zip(said, truth, strict=True) if t),
        "different said no": _mean(not s for s, t in zip(said, truth, strict=True) if not t),
    }


def _entropy_figures(entropies: list[float], wrong: list[bool]) -> Figures:
    order = sorted(range(len(wrong)), key=entropies.__getitem__)
    zero = [i for i in order if entropies[i] < 1e-9]
    rest = order[len(zero) :]
    cuts = [len(rest) * k // 6 for k in range(7)]
    return {
        "auroc": measure.auroc(entropies, wrong),
        "zero entropy": len(zero) / len(wrong),
        "accuracy at zero": _mean(not wrong[i] for i in zero),
        "accuracy in sixths of the rest": [
            _mean(not wrong[i] for i in rest[a:b]) for a, b in pairwise(cuts)
        ],
        "mean entropy": _mean(entropies),
    }


def _mean(values: Iterable[float]) -> float:
    items = list(values)
    return round(sum(items) / len(items), 4) if items else math.nan


def _style(problem: Problem) -> str:
    if not isinstance(problem, Nested):
        return problem.style
    return "compose" if len(problem.terms) > 1 else "competition"


def _by(groups: Sequence[Any], right: Sequence[bool]) -> dict[str, float]:
    members: dict[Any, list[bool]] = defaultdict(list)
    for group, ok in zip(groups, right, strict=True):
        members[group].append(ok)
    return {str(group): _mean(members[group]) for group in sorted(members)}


@click.command()
@click.argument("models", type=click.Path(path_type=Path, exists=True))
@click.option("--problems", default=600, help="Problems for the teacher and the student.")
def main(models: Path, problems: int) -> None:
    """Measure the checkpoints in MODELS; write figures.json and MODEL_CARD.md there."""
    teacher, judge, student = (
        BuiltinEngine(models / name) for name in ("teacher", "judge", "student")
    )
    _, drawn, texts = reserved_problems(problems)
    figures = {
        "samples": measure.SAMPLES,
        "temperature": measure.TEMPERATURE,
        "teacher": teacher_figures(teacher, judge, problems),
        "evolver": evolver_figures(teacher, problems // 3),
        "rounds": chain_figures(teacher, problems // 4),
        "judge": judge_figures(judge, problems * 2),
        "student": {"greedy accuracy": _mean(measure.greedy_correct(student, drawn, texts))},
    }
    (models / "figures.json").write_text(json.dumps(figures, indent=2) + "\n")
    write_card(models)


if __name__ == "__main__":
    main()
