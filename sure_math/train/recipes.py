"""The shipped training recipes, and reading one."""

from pathlib import Path

from sure_math.resources import resource
from sure_math.settings import Kind
from sure_math.train.recipe import TrainRecipe

TRAINING_RECIPES = Kind("training recipe", TrainRecipe, ("pipelines", "train"))


def training_name(name: str) -> str | None:
    """The name of a training recipe if `name` is one, None if it is that of a pipeline.

    `train/NAME` is the training where both have that name; a file is one if it has a student.
    """
    if Path(name).suffix in {".yaml", ".yml"}:
        return name if "student" in TRAINING_RECIPES.read(Path(name)) else None
    short = name.removeprefix("train/")
    shadowed = short == name and resource("pipelines", f"{name}.yaml").is_file()
    return short if short in TRAINING_RECIPES.bundled() and not shadowed else None
