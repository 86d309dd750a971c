"""Recipes of the pipeline: YAML files that resolve to one frozen configuration."""

from collections.abc import Sequence
from typing import Any

from sure_math.config import Recipe
from sure_math.settings import Kind

RECIPES = Kind("recipe", Recipe, ("pipelines",))


def bundled_recipes() -> list[str]:
    """Names of the shipped recipes."""
    return RECIPES.bundled()


def load_recipe(name: str, overrides: Sequence[str] = ()) -> Recipe:
    """Read, override and check a recipe.

    Raises:
        ConfigError: no such recipe, broken YAML, an unknown key or a bad value.
    """
    return RECIPES.load(name, overrides)


def resolve(data: dict[str, Any], overrides: Sequence[str] = ()) -> Recipe:
    """Apply overrides to nested plain values and check the result.

    Raises:
        ConfigError: an unknown key or a bad value; the message names each one.
    """
    return RECIPES.resolve(data, overrides)


def setting_names(section: str) -> set[str]:
    """Every setting of a section of the recipe, those of its parts included."""
    return RECIPES.setting_names(section)
