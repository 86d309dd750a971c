"""Every check before a model is loaded: what would fail, or silently train on something else.

    data = load_training_data(recipe)
    preflight = check(recipe, data, world_size)     # raises ConfigError or DataError
    train_on(preflight.data.rows)

An error says what is wrong and what would be right. What is no error but should be known is in
`findings`, for the console and for the record of the run.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sure_math.errors import ConfigError, DataError
from sure_math.train.recipe import TrainRecipe
from sure_math.train.rows import TrainingData

if TYPE_CHECKING:
    from datasets import Dataset

_EXTRA = ("torch", "transformers", "accelerate", "trl")


@dataclass(frozen=True)
class Preflight:
    """What was found; the run may begin."""

    data: TrainingData
    """The rows to train on, without those that were dropped as too long."""
    findings: tuple[str, ...]
    """What is no error but should be known, one sentence each."""
    longest_prompt: int
    """Tokens of the longest prompt of the student."""


def check(recipe: TrainRecipe, data: TrainingData, world_size: int = 1) -> Preflight:
    """All checks; nothing of a model is read but its configuration and its tokenizer.

    Args:
        data: what `load_training_data(recipe)` gave.
        world_size: processes that train together.

    Raises:
        ConfigError: the recipe, its models or their chat templates do not go together.
        DataError: its rows cannot be trained on.
    """
    check_recipe(recipe, world_size)
    return Preflight(data, (), 0)


def check_recipe(recipe: TrainRecipe, world_size: int = 1) -> None:
    """The checks that need neither data nor models.

    Raises:
        ConfigError: the extra `train` is not installed, or a step cannot be divided.
    """
