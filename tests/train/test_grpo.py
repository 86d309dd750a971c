"""The reward of GRPO is the grade of the evaluation."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluate.test_grading import graded

pytest.importorskip("trl")
pytestmark = pytest.mark.engine

CASES = [
    (r"So it is \boxed{42}.", "42", 1.0),
    (r"So it is \boxed{42.0}.", "42", 1.0),
    (r"First \boxed{41}, no: \boxed{42}", "42", 1.0),
    (r"First \boxed{42}, no: \boxed{41}", "42", 0.0),
    (r"\boxed{2\sqrt{3}}", r"\sqrt{12}", 1.0),
    (r"\boxed{2}", r"2\sqrt{3}", 0.0),
    (r"\boxed{(1,2)}", "(1,2)", 1.0),
    (r"\boxed{(2,1)}", "(1,2)", 0.0),
    (r"\boxed{\frac{1}{2}}", "0.5", 1.0),
    ("The answer is 42.", "42", 0.0),
    ("", "42", 0.0),
    (r"\boxed{", "42", 0.0),
    (r"\boxed{9^{9^{9^{9}}}}", "1", 0.0),
    (r"<think>\boxed{42}", "42", 0.0),
]


@pytest.mark.parametrize(("text", "label", "reward"), CASES)
def test_right_answers_are_rewarded(text: str, label: str, reward: float) -> None:
    from sure_math.train.grpo import correct

    assert correct(text, label) == reward


@pytest.mark.parametrize("reason", ["stop", "length"])
def test_the_reward_is_the_grade(reason: str, tmp_path: Path) -> None:
    from sure_math.train.grpo import correct

    for label in sorted({label for _, label, _ in CASES}):
        texts = [text for text, _, _ in CASES]
        grades = [row["correct"] for row in graded(tmp_path, texts, label, reason=reason).rows]
        rewards = [correct(text, label, cut=reason == "length") for text in texts]
        assert rewards == [float(grade) for grade in grades]


def test_as_trl_calls_it() -> None:
    """Completions as chat messages or as text; one that does not end was cut off."""
    from sure_math.train.grpo import LabelReward

    reward = LabelReward()
    reward.ends = frozenset({2})
    texts = [r"\boxed{4}", r"\boxed{5}", r"\boxed{4}, and so \boxed{"]
    ids = [[7, 2], [7, 2], [7, 7]]
    columns: dict[str, Any] = {"label": ["4"] * 3, "prompts": [""] * 3, "label_source": ["x"] * 3}
    chat = [[{"role": "assistant", "content": text}] for text in texts]
    assert reward(chat, ids, **columns) == reward(texts, ids, **columns) == [1.0, 0.0, 0.0]
    assert reward([""], [[]], label=["4"]) == [0.0]


@given(st.text(max_size=200), st.text(min_size=1, max_size=20))
def test_any_text_gets_a_reward(text: str, label: str) -> None:
    from sure_math.train.grpo import correct

    assert correct(text, label) in {0.0, 1.0}


def test_settings_of_grpo(tmp_path: Path) -> None:
    """As many steps, rollouts and tokens as the other methods; fewer prompts a step."""
    from sure_math.train.arguments import distillation_config, grpo_config
    from sure_math.train.recipes import TRAINING_RECIPES

    recipe = TRAINING_RECIPES.load("tiny", ["method=grpo", "grpo.learning_rate=2e-6"])
    mine, theirs = grpo_config(recipe, tmp_path, 1, 8), distillation_config(recipe, tmp_path, 1, 8)
    same = ["max_steps", "per_device_train_batch_size", "gradient_accumulation_steps", "seed"]
    for name in (*same, "max_completion_length", "temperature", "top_p", "warmup_steps"):
        assert getattr(mine, name) == getattr(theirs, name), name
    assert (mine.num_generations, theirs.num_generations) == (4, 2)
    assert (mine.learning_rate, theirs.learning_rate) == (2e-6, 1e-4)
    assert mine.generation_batch_size == recipe.sequences_per_step
