"""Training recipes for tests: the built-in models and a release in a folder."""

from pathlib import Path
from typing import Any

from sure_math.train.recipe import TrainRecipe


def recipe(release: Path | str, **sections: Any) -> TrainRecipe:
    """Two rollouts of four prompts a step; sections are merged into those that every test needs."""
    settings: dict[str, Any] = {
        "name": "test",
        "student": {"model": "builtin:student"},
        "teacher": {"model": "builtin:teacher"},
        "dataset": {"name": str(release)},
        "rollout": {"k": 2, "max_tokens": 128, "allow_dropped_system": True},
        "optimization": {"prompts_per_step": 4, "draws": 40, "micro_batch": 2},
        "grpo": {"k": 4},
    }
    for name, section in sections.items():
        if isinstance(section, dict):
            section = settings.get(name, {}) | section
        settings[name] = section
    return TrainRecipe.model_validate(settings)
