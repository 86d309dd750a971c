"""An experiment as data, and the commands it stands for.

An experiment is a table: methods down, seeds across. Every cell is a training and an evaluation
with the ordinary commands of `sure-math`, so that each can be repeated, continued or changed by
hand. Phases follow one another; the steps of a phase need nothing of each other.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from sure_math.resources import resource
from sure_math.section import Section

ROOT = "{root}"
"""Stands for the folder of the experiment in settings and model names."""
PIPELINES = "{pipelines}"
"""Stands for the folder of the shipped recipes."""
Report = Literal["table1", "table2", "convergence", "ablation-n", "ablation-k", "ablation-rollouts"]


class Checkpoint(Section):
    """A built-in model that is trained on before the experiment."""

    recipe: str
    """Of `sure_math.builtin.training.train`."""
    start: str = "teacher"
    """The built-in model it goes on from."""


class Annotation(Section):
    """The dataset, made by the pipeline if it is not there yet."""

    recipe: str | None = None
    """A recipe of `sure-math run`; None: `name` is published already."""
    settings: tuple[str, ...] = ()
    name: str | None = None
    """A release folder or `owner/name` on a hub."""
    revision: str | None = None


class Arm(Section):
    """One row of the table: settings of the training recipe."""

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    settings: tuple[str, ...]
    curve: bool = False
    """Whether its checkpoints are evaluated too."""


class Experiment(Section):
    """Arms, seeds, and what they have in common."""

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    description: str = ""
    models: dict[str, Checkpoint] = {}
    dataset: Annotation
    train: str
    """A training recipe."""
    settings: tuple[str, ...] = ()
    """Settings of the training recipe, the same for all arms."""
    launch: tuple[str, ...] = ()
    """Words before `-m sure_math.cli train`; none: this Python, one process."""
    seeds: tuple[int, ...] = Field(default=(0, 1, 2), min_length=1)
    suite: str
    suite_settings: tuple[str, ...] = ()
    """Of `suite`; they do not reach `curve_suite`."""
    curve_suite: str | None = None
    """Suite of the checkpoints; None: no curve."""
    backend: str = "builtin"
    """Backend that evaluates the trained models."""
    references: dict[str, str] = {}
    """Models that are only evaluated: label, then BACKEND:MODEL."""
    arms: tuple[Arm, ...]
    reports: tuple[Report, ...] | None = None
    """None: both tables, and the convergence if an arm has a curve."""

    @field_validator("arms")
    @classmethod
    def _unique(cls, given: tuple[Arm, ...]) -> tuple[Arm, ...]:
        names = [arm.name for arm in given]
        if len(set(names)) != len(names):
            raise ValueError("names of arms must be unique")
        return given

    @model_validator(mode="after")
    def _curves(self) -> "Experiment":
        if self.curves and self.curve_suite is None:
            raise ValueError("an arm has a curve, but there is no curve_suite")
        if "convergence" in (self.reports or ()) and not self.curves:
            raise ValueError("reports: convergence needs an arm with `curve: true`")
        return self

    @property
    def curves(self) -> bool:
        """Whether checkpoints of any arm are evaluated."""
        return any(arm.curve for arm in self.arms)

    @property
    def wanted(self) -> tuple[Report, ...]:
        """The reports that are made."""
        if self.reports is not None:
            return self.reports
        return ("table1", "table2", "convergence") if self.curves else ("table1", "table2")


@dataclass(frozen=True)
class Step:
    """One command. Its name is unique in the experiment, and that of its log."""

    name: str
    command: tuple[str, ...]
    makes: Path | None = None
    """What is there once it has ended well."""


@dataclass(frozen=True)
class Phase:
    """Steps that may run side by side once the phase before is done."""

    name: str
    steps: tuple[Step, ...]


def phases(experiment: Experiment, root: Path) -> Iterator[Phase]:
    """The experiment as commands, in order; empty phases are left out."""
    plan = _Plan(experiment, root)
    for name, steps in (
        ("models", plan.models()),
        ("dataset", plan.dataset()),
        ("training", plan.trainings()),
        ("evaluation", plan.evaluations()),
        ("report", plan.reports()),
    ):
        if found := tuple(steps):
            yield Phase(name, found)


@dataclass(frozen=True)
class _Plan:
    experiment: Experiment
    root: Path

    def models(self) -> Iterator[Step]:
        for name, model in self.experiment.models.items():
            yield Step(
                f"model-{name}",
                (sys.executable, "-m", "sure_math.builtin.training.train", model.recipe,
                 str(self.root / "models" / name), "--start", model.start),
                self.root / "models" / name,
            )  # fmt: skip

    def dataset(self) -> Iterator[Step]:
        wanted = self.experiment.dataset
        if wanted.recipe is None:
            return
        out = self.root / "dataset"
        settings = (*wanted.settings, f"publish.out={out}")
        command = ("run", wanted.recipe, "--runs", str(self.root / "runs"), *self._set(settings))
        yield Step("dataset", _verb(*command), out)

    def trainings(self) -> Iterator[Step]:
        for arm, seed, folder in self._cells():
            settings = (*self.experiment.settings, *arm.settings)
            command = (
                "train", self.experiment.train, "--seed", str(seed), "--out", str(folder),
                *self._dataset(), *self._set(settings),
            )  # fmt: skip
            launch = filled(self.experiment.launch, self.root)
            yield Step(f"train-{folder.name}", _verb(*command, launch=launch), folder / "final")

    def evaluations(self) -> Iterator[Step]:
        for label, model in self.experiment.references.items():
            name = label.lower().replace(" ", "-")
            (place,) = filled((model,), self.root)
            yield self._evaluation(name, ("--model", place), ("--label", label))
        for arm, _, folder in self._cells():
            model = f"{self.experiment.backend}:{folder / 'final'}"
            yield self._evaluation(folder.name, ("--model", model))
            if arm.curve:
                source = ("--checkpoints", str(folder), "--backend", self.experiment.backend)
                suite = self.experiment.curve_suite
                yield self._evaluation(f"{folder.name}-curve", source, suite=suite)

    def reports(self) -> Iterator[Step]:
        for name in self.experiment.wanted:
            out = str(self.root / "report")
            yield Step(f"report-{name}", _verb("report", name, str(self.root), "--out", out))

    def _evaluation(self, name: str, *options: tuple[str, ...], suite: str | None = None) -> Step:
        settings = () if suite else self.experiment.suite_settings
        out = self.root / "evaluations" / name
        command = (
            "evaluate", *(word for option in options for word in option),
            "--suite", suite or self.experiment.suite, *self._dataset(),
            "--out", str(out),
            *self._set(settings),
        )  # fmt: skip
        return Step(f"evaluate-{name}", _verb(*command), out)

    def _cells(self) -> Iterator[tuple[Arm, int, Path]]:
        for seed in self.experiment.seeds:  # all arms of one seed first: a part is a whole table
            for arm in self.experiment.arms:
                yield arm, seed, self.root / "training" / f"{arm.name}-seed{seed}"

    def _dataset(self) -> tuple[str, ...]:
        wanted = self.experiment.dataset
        name = str(self.root / "dataset") if wanted.recipe else wanted.name
        revision = ("--revision", wanted.revision) if wanted.revision else ()
        return (*(("--dataset", name) if name else ()), *revision)

    def _set(self, settings: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word for each in filled(settings, self.root) for word in ("--set", each))


def filled(texts: Iterable[str], root: Path) -> tuple[str, ...]:
    """With the folder of the experiment and that of the shipped recipes in their places."""
    shipped = str(resource("pipelines"))
    return tuple(text.replace(ROOT, str(root)).replace(PIPELINES, shipped) for text in texts)


def _verb(*words: str, launch: tuple[str, ...] = ()) -> tuple[str, ...]:
    return (*(launch or (sys.executable,)), "-m", "sure_math.cli", *words)
