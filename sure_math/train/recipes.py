"""The shipped training recipes, and reading one."""

from sure_math.settings import Kind
from sure_math.train.recipe import TrainedModel, TrainRecipe

_UNNAMED = TrainedModel(model="")

TRAINING_RECIPES = Kind(
    "training recipe",
    TrainRecipe,
    ("pipelines", "train"),
    TrainRecipe(name="defaults", student=_UNNAMED, teacher=_UNNAMED).model_dump(mode="json"),
)
