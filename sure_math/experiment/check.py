"""What would fail hours later, said before the first command: recipes, suites and their settings.

Datasets and models are not looked at: earlier phases may make them.
"""

from pathlib import Path

from sure_math.errors import ConfigError
from sure_math.evaluate.suites import load_suite
from sure_math.experiment.plan import Experiment, filled
from sure_math.recipes import load_recipe
from sure_math.train.recipes import TRAINING_RECIPES


def check(experiment: Experiment, root: Path) -> None:
    """Read every file that the commands of an experiment name, with its settings.

    Raises:
        ConfigError: a recipe or suite is not there, or a setting is wrong; the message names the
            arm.
    """
    dataset = experiment.dataset
    if dataset.recipe is not None:
        load_recipe(dataset.recipe, filled(dataset.settings, root))
    for arm in experiment.arms:
        settings = filled((*experiment.settings, *arm.settings), root)
        try:
            TRAINING_RECIPES.load(experiment.train, settings)
        except ConfigError as error:
            raise ConfigError(f"arm {arm.name}: {error.message}", hint=error.hint) from error
    load_suite(experiment.suite, filled(experiment.suite_settings, root))
    if experiment.curve_suite is not None:
        load_suite(experiment.curve_suite)
