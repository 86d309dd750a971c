"""One row of a table: runs that differ in nothing but the seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sure_math.report.method import ORDER
from sure_math.report.runs import RecordedRun
from sure_math.train.recipe import TrainRecipe


@dataclass(frozen=True)
class Series:
    """One row: runs that differ in nothing but the seed, or a model as it is."""

    key: str
    """A method, `base` or `teacher`."""
    label: str
    runs: tuple[RecordedRun, ...]
    marks: tuple[str, ...] = ()
    """What has to be said about the row."""

    @property
    def trained(self) -> bool:
        """Whether its runs have seeds of a training."""
        return self.key in ORDER

    def seed_of(self, run: RecordedRun) -> int:
        """What tells the runs of this row apart."""
        return run.recipe.seed if run.recipe else run.suite.seed


def recipe_of(run: RecordedRun) -> TrainRecipe:
    """The recipe of a trained run."""
    assert run.recipe is not None
    return run.recipe


def data_of(run: RecordedRun) -> Mapping[str, Any]:
    """The identity of the dataset in the record of a training."""
    assert run.training is not None
    data: Mapping[str, Any] = run.training["dataset"]
    return data
