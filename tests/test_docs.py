"""What the pages say exists: settings, options, recipes, reject reasons and flags."""

import re
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from sure_math.cli import main
from sure_math.config import Recipe
from sure_math.evaluate.suites import SUITES
from sure_math.evolve.contracts import CONTRACT_FLAGS
from sure_math.experiment.experiments import EXPERIMENTS
from sure_math.pipeline import STAGES
from sure_math.recipes import RECIPES as PIPELINES
from sure_math.recipes import setting_names
from sure_math.settings import Kind
from sure_math.train.recipes import TRAINING_RECIPES
from sure_math.weight.contracts import ANSWER_FLAGS

ROOT = Path(__file__).parents[1]
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
PAGES["README.md"] = (ROOT / "README.md").read_text(encoding="utf-8")
RECIPES = [
    (name, block)
    for name, text in PAGES.items()
    for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
]
SECTIONS = [
    name
    for name in Recipe.model_fields
    if name not in {"name", "description", "seed", "shard_rows"}
]


@pytest.mark.parametrize(("page", "text"), RECIPES)
def test_every_recipe_is_valid(page: str, text: str) -> None:
    given = yaml.safe_load(text)
    recipe = _kind(given).resolve({"name": page.removesuffix(".md"), **given})
    assert given.keys() <= recipe.model_fields_set


def _kind(given: dict[str, object]) -> Kind[Any]:
    kinds = {"arms": EXPERIMENTS, "benchmarks": SUITES, "student": TRAINING_RECIPES}
    return next((kind for key, kind in kinds.items() if key in given), PIPELINES)


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_exists(page: str) -> None:
    places = rf"`(?:--set )?({'|'.join(SECTIONS)})\.([a-z_]+)\b"
    for section, setting in re.findall(places, PAGES[page]):
        assert setting in setting_names(section), f"{section}.{setting}"


@pytest.mark.parametrize("page", PAGES)
def test_every_option_exists(page: str) -> None:
    for verb, rest in re.findall(r"sure-math (?:report )?([a-z]+)\b([^\n`]*)", PAGES[page]):
        command = _command(verb)
        assert command is not None, verb
        known = {option for each in command.params for option in each.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, f"{verb} {rest}"


def _command(verb: str) -> click.Command | None:
    groups = [main, *(each for each in main.commands.values() if isinstance(each, click.Group))]
    return next((group.commands[verb] for group in groups if verb in group.commands), None)


def test_every_reject_reason_is_listed() -> None:
    listed = set(re.findall(r"`(\w+)`", PAGES["evolution.md"]))
    missing = {
        f"{stage.name}: {reason}" for stage in STAGES for reason in stage.reasons - listed
        if not (stage.name in {"seeds", "decontaminate"} and reason.startswith("eval_"))
    }  # fmt: skip
    assert not missing


def test_every_flag_of_evolved_problems_is_explained() -> None:
    assert {*CONTRACT_FLAGS, *ANSWER_FLAGS} <= set(re.findall(r"`(\w+)`", PAGES["evolution.md"]))
