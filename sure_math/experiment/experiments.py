"""The shipped experiments, and reading one."""

from sure_math.experiment.plan import Annotation, Experiment
from sure_math.settings import Kind

EXPERIMENTS = Kind(
    "experiment",
    Experiment,
    ("pipelines", "experiments"),
    Experiment(
        name="defaults", dataset=Annotation(name="."), train="", suite="", arms=()
    ).model_dump(mode="json"),
)
