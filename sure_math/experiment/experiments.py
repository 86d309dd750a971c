"""The shipped experiments, and reading one."""

from sure_math.experiment.plan import Experiment
from sure_math.settings import Kind

EXPERIMENTS = Kind("experiment", Experiment, ("pipelines", "experiments"))
