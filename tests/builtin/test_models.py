"""What the checkpoints claim: entropy finds the teacher's errors, and grows with evolution."""

from random import Random
from statistics import mean

import pytest

from sure_math.backends.builtin_engine import BuiltinEngine
from sure_math.builtin import MODELS, measure, model_path
from sure_math.builtin.chat import CHAT_TEMPLATE
from sure_math.builtin.drawing import draw
from sure_math.builtin.grammar import parse
from sure_math.builtin.judging import draw_pair
from sure_math.builtin.problems import text
from sure_math.builtin.training.evaluate import reserved_problems


@pytest.fixture(scope="module")
def teacher() -> BuiltinEngine:
    return BuiltinEngine(model_path("teacher"))


def test_every_model_is_shipped() -> None:
    for name in MODELS:
        assert (model_path(name) / "model.safetensors").is_file()
        assert (model_path(name) / "chat_template.jinja").read_text() == CHAT_TEMPLATE
    with pytest.raises(KeyError, match="no built-in model 'oracle'"):
        model_path("oracle")


def test_semantic_entropy_predicts_the_errors_of_the_teacher(teacher: BuiltinEngine) -> None:
    _, problems, texts = reserved_problems(300)
    right = measure.greedy_correct(teacher, problems, texts)
    entropies = [measure.entropy(s) for s in measure.sampled_answers(teacher, texts)]
    assert 0.5 < mean(right) < 0.9
    assert measure.auroc(entropies, [not r for r in right]) > 0.85
    certain = [r for r, e in zip(right, entropies, strict=True) if e < 1e-9]
    assert len(certain) > 60
    assert mean(certain) > 0.95


def test_entropy_rises_with_evolution(teacher: BuiltinEngine) -> None:
    rng = Random("test seeds")
    seeds = [draw(rng, style="plain", reserved=True) for _ in range(60)]
    texts = [text(problem, rng) for problem in seeds]
    means = [_mean_entropy(teacher, texts)]
    for last in (2, 4):
        for number in (last - 1, last):
            strategy = "compose" if number % 2 else "competition"
            outputs = measure.evolve_texts(teacher, [strategy] * 60, texts, f"test {number}")
            texts = [new[0] if new else old for new, old in zip(outputs, texts, strict=True)]
        means.append(_mean_entropy(teacher, texts))
    assert means[0] < means[1] < means[2]


def test_evolved_problems_are_in_the_grammar(teacher: BuiltinEngine) -> None:
    rng = Random("test parents")
    strategies = ["harder", "rewrite", "algebraize", "apply", "compose", "competition"] * 20
    texts = [text(draw(rng, reserved=True), rng) for _ in strategies]
    outputs = measure.evolve_texts(teacher, strategies, texts, "test grammar")
    assert mean(output is not None and parse(output[0]) is not None for output in outputs) > 0.9


def test_the_judge_tells_equal_answers_from_different_ones() -> None:
    rng = Random("test pairs")
    pairs = [draw_pair(rng) for _ in range(300)]
    said = measure.judge(
        BuiltinEngine(model_path("judge")), [(pair.left, pair.right) for pair in pairs]
    )
    assert mean(s == p.equal for s, p in zip(said, pairs, strict=True)) > 0.95


def test_the_student_has_much_to_learn() -> None:
    rng = Random("test student")
    problems = [draw(rng, reserved=True) for _ in range(200)]
    texts = [text(problem, rng) for problem in problems]
    right = measure.greedy_correct(BuiltinEngine(model_path("student")), problems, texts)
    assert 0.1 < mean(right) < 0.4


def _mean_entropy(teacher: BuiltinEngine, texts: list[str]) -> float:
    return mean(measure.entropy(s) for s in measure.sampled_answers(teacher, texts))
