"""What can be compared: runs of one student, teacher and dataset, in rows one switch apart.

A row is a method with the settings that belong to it; the runs of a row differ in their seed only.
Of a method that was also run with other common settings (an ablation), the row is the variant that
shares its settings with most other methods. A method that has no such variant is shown all the
same, and what differs is said.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sure_math.errors import DataError
from sure_math.report.runs import Column, RecordedRun, columns_of
from sure_math.train.recipe import Method, TrainRecipe

ORDER: tuple[Method, ...] = ("opd", "grpo", "sdr", "binary", "sampler", "uopd")
_NAMES: dict[Method, str] = {
    "opd": "Standard OPD",
    "grpo": "GRPO",
    "sdr": "Self-Distilled Reasoner",
    "binary": "Binary filter",
    "sampler": "Sampling by w_se",
    "uopd": "UOPD",
}
_IRRELEVANT = ("name", "description", "seed", "saving")
_OWN: dict[Method, tuple[str, ...]] = {
    "opd": (),
    "uopd": ("weighting.column", "weighting.samples"),
    "sampler": ("weighting.column", "weighting.samples"),
    "binary": ("weighting",),
    "grpo": ("grpo", "labels"),
    "sdr": ("sdr", "labels"),
}
"""Settings that only this method reads: they make a row of their own."""
_WEIGHED = ("uopd", "sampler", "binary")
_SWITCHED = ("method", "weighting", "grpo", "sdr", "labels")
_PAIR = ("student", "teacher", "dataset")

Settings = Mapping[str, Any]


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


@dataclass(frozen=True)
class Comparison:
    """Rows of one student, teacher and dataset."""

    student: str
    teacher: str
    dataset: str
    series: tuple[Series, ...]
    settings: Settings
    """The common settings of the recipes."""
    left_out: tuple[str, ...] = ()
    """Runs that are not among the rows, and why."""

    def of(self, *keys: str) -> list[Series]:
        """The rows of these methods."""
        return [each for each in self.series if each.key in keys]

    def columns(self) -> list[Column]:
        """Every column that a run has, in the order of the suites."""
        return columns_of(run for each in self.series for run in each.runs)


def compare(runs: Sequence[RecordedRun], *, checkpoints: bool = False) -> list[Comparison]:
    """One comparison per student, teacher and dataset.

    Args:
        runs: of one suite.
        checkpoints: take every checkpoint; otherwise models at the end of a finished training.

    Raises:
        DataError: runs that would stand in one column were made under different conditions, or a
            seed was evaluated twice.
    """
    groups: dict[str, list[RecordedRun]] = defaultdict(list)
    for run in runs:
        if run.recipe and (run.final or checkpoints):
            groups[_text(pair_of(run))].append(run)
    models = [run for run in runs if not run.recipe]
    if not groups:
        return [_untrained(models)] if models else []
    return [_comparison(group, models) for _, group in sorted(groups.items())]


def pair_of(run: RecordedRun) -> Settings:
    """Student, teacher and dataset, the latter as it was when the training began."""
    content = recipe_of(run).content()
    identity = _data(run)
    data = {name: identity[name] for name in ("commit", "version", "rows")}
    return {**{name: content[name] for name in _PAIR}, "data": data}


def shared_settings(recipe: TrainRecipe) -> Settings:
    """What all methods read, by dotted name."""
    return {
        name: value
        for name, value in flat(recipe.content()).items()
        if name.split(".")[0] not in (*_IRRELEVANT, *_SWITCHED, *_PAIR)
    }


def own_settings(recipe: TrainRecipe) -> Settings:
    """What only its method reads, by dotted name."""
    prefixes = _OWN[recipe.method]
    return {
        name: value
        for name, value in flat(recipe.content()).items()
        if any(name == each or name.startswith(f"{each}.") for each in prefixes)
    }


def differing(settings: Settings, reference: Settings) -> list[str]:
    """What differs from a reference, for people: `rollout.k = 8 (4)`."""
    return [
        f"{name} = {settings.get(name)} ({reference.get(name)})"
        for name in sorted({*settings, *reference})
        if settings.get(name) != reference.get(name)
    ]


def flat(content: Settings, prefix: str = "") -> dict[str, Any]:
    """Nested settings by dotted name."""
    found: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def check(series: Iterable[Series]) -> None:
    """Refuse to compare what was measured differently.

    Raises:
        DataError: with the settings that differ and the folders.
    """
    runs = [run for each in series for run in each.runs]
    for column in columns_of(runs):
        having = [run for run in runs if column in run.columns]
        _same_setting(column, having)


def same_data(runs: Iterable[RecordedRun]) -> None:
    """Refuse trainings on data of one name and version whose content differs.

    Raises:
        DataError: with two folders of evaluations.
    """
    seen: dict[str, RecordedRun] = {}
    for run in runs:
        column = recipe_of(run).weighting.column  # the digest covers it
        other = seen.setdefault(column, run)
        if _data(run) != _data(other):
            raise DataError(
                f"{run.folder} and {other.folder} were trained on different data of the same name "
                f"and version ({_data(run)['name']})",
                hint="compare trainings on one dataset; choose them with --only PATTERN",
            )


def one_per_seed(series: Series) -> None:
    """Refuse two evaluations of one seed, of which nobody says which one counts.

    Raises:
        DataError: with their folders.
    """
    seen: dict[tuple[Column, int, int | None], RecordedRun] = {}
    for run in series.runs:
        for column in run.columns:
            other = seen.setdefault((column, series.seed_of(run), run.step), run)
            if other is not run:
                raise DataError(
                    f"{series.label}, seed {series.seed_of(run)}, was evaluated twice on {column}: "
                    f"{other.folder} and {run.folder}",
                    hint="choose one with --only PATTERN, or move the other away",
                )


def _comparison(found: list[RecordedRun], models: list[RecordedRun]) -> Comparison:
    recipe = recipe_of(found[0])
    fewer = [run for run in found if _weighs_fewer(recipe_of(run))]
    runs = [run for run in found if run not in fewer]
    same_data(found)
    chosen, others = _rows(runs)
    reference = _common(runs)
    rows = [_series(group, reference) for group in chosen]
    rows.sort(key=lambda each: (ORDER.index(each.key), each.label))
    student, teacher = recipe.student.model, recipe.teacher.model
    ends = [
        Series(key, f"{name} ({_short(model)})", tuple(mine))
        for key, name, model in (("base", "Base", student), ("teacher", "Teacher", teacher))
        if (mine := [run for run in models if _is(run, model)])
    ]
    series = (*ends, *rows)
    check(series)
    for each in series:
        one_per_seed(each)
    left_out = [
        f"{run.folder}: another variant of {_NAMES[recipe_of(run).method]}, "
        + ", ".join(differing(shared_settings(recipe_of(run)), reference))
        for run in others
    ]
    left_out += [f"{run.folder}: weights from fewer samples, see ablation-n" for run in fewer]
    dataset = str((found[0].training or {})["dataset"]["name"])
    return Comparison(student, teacher, dataset, series, reference, tuple(left_out))


def _untrained(models: list[RecordedRun]) -> Comparison:
    """Models alone, where nothing was trained."""
    labels = dict.fromkeys(run.label for run in models)
    series = tuple(
        Series("base", label, tuple(run for run in models if run.label == label))
        for label in labels
    )
    check(series)
    for each in series:
        one_per_seed(each)
    return Comparison("", "", "", series, {})


def _rows(runs: list[RecordedRun]) -> tuple[list[list[RecordedRun]], list[RecordedRun]]:
    """Runs by row, and the runs of other variants."""
    reference = _common(runs)
    rows: dict[tuple[str, str], dict[str, list[RecordedRun]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for run in runs:
        recipe = recipe_of(run)
        row = (recipe.method, _text(own_settings(recipe)))
        rows[row][_text(shared_settings(recipe))].append(run)
    chosen, others = [], []
    for variants in rows.values():
        main = variants.pop(_text(reference), None)
        if main:
            chosen.append(main)
            others += [run for variant in variants.values() for run in variant]
        else:
            chosen += list(variants.values())
    return chosen, others


def _common(runs: list[RecordedRun]) -> Settings:
    """The common settings that most methods share, of those the ones with most runs."""
    found: dict[str, list[TrainRecipe]] = defaultdict(list)
    for run in runs:
        recipe = recipe_of(run)
        found[_text(shared_settings(recipe))].append(recipe)
    best = max(
        sorted(found.values(), key=lambda recipes: _text(shared_settings(recipes[0]))),
        key=lambda recipes: (len({recipe.method for recipe in recipes}), len(recipes)),
        default=None,
    )
    return shared_settings(best[0]) if best else {}


def _series(runs: list[RecordedRun], reference: Settings) -> Series:
    recipe = recipe_of(runs[0])
    runs = sorted(runs, key=lambda run: (recipe_of(run).seed, str(run.folder)))
    return Series(recipe.method, label_of(recipe), tuple(runs), tuple(_marks(runs, reference)))


def label_of(recipe: TrainRecipe) -> str:
    """The name of a row: the method, and which of its variants."""
    details = []
    if recipe.method == "binary":
        details.append(threshold(recipe))
    if recipe.method == "sdr":
        self_taught = recipe.sdr.teacher == "self"
        details.append("self teacher" if self_taught else "external teacher")
    if recipe.method in _WEIGHED:
        if recipe.weighting.samples:
            details.append(f"N = {recipe.weighting.samples}")
        if recipe.weighting.column != "w_se":
            details.append(recipe.weighting.column)
    return f"{_NAMES[recipe.method]} ({', '.join(details)})" if details else _NAMES[recipe.method]


def threshold(recipe: TrainRecipe) -> str:
    """The condition under which the binary filter keeps a prompt."""
    unit = "H/log N" if recipe.weighting.tau_unit == "normalized" else "H in nats"
    return f"{unit} ≤ {recipe.weighting.tau:g}"


def _marks(runs: list[RecordedRun], reference: Settings) -> Iterator[str]:
    recipe = recipe_of(runs[0])
    if recipe.method == "sdr":
        teacher = recipe.teaching
        who = teacher.model if teacher and recipe.sdr.teacher != "self" else "the student itself"
        yield (
            f"our re-implementation; teacher: {who}, shown a reference solution in its "
            f"{recipe.sdr.turn} turn"
        )
    record = runs[0].training or {}
    if pseudo := record["counts"].get("majority"):
        yield (
            f"pseudo-labelled: {pseudo:,} of {record['rows']:,} rows take the teacher's majority "
            "answer for the truth, and with it the teacher's errors"
        )
    if record["rows"] < record["dataset"]["rows"]:
        yield f"trained on {record['rows']:,} of {record['dataset']['rows']:,} rows"
    if others := differing(shared_settings(recipe), reference):
        yield f"differs from the other methods in {', '.join(others)}"


def _weighs_fewer(recipe: TrainRecipe) -> bool:
    """Whether its weights come from fewer responses than the dataset has."""
    return recipe.method in _WEIGHED and recipe.weighting.samples is not None


def _is(run: RecordedRun, model: str) -> bool:
    """Whether an evaluated model is the one a recipe names (`builtin:NAME`, a hub id, a folder)."""
    return Path(run.model) == Path(model.removeprefix("builtin:"))


def _short(model: str) -> str:
    return model.rstrip("/").rpartition("/")[2].removeprefix("builtin:")


def _same_setting(column: Column, runs: list[RecordedRun]) -> None:
    settings: dict[str, list[RecordedRun]] = defaultdict(list)
    for run in runs:
        settings[_text(run.columns[column].setting)].append(run)
    if len(settings) < 2:
        return
    first, second = list(settings.values())[:2]
    one, other = (flat(group[0].columns[column].setting) for group in (first, second))
    raise DataError(
        f"{column} was measured under different conditions: "
        f"{', '.join(differing(one, other))}, in {first[0].folder} ({second[0].folder})",
        hint="evaluate them alike (where only the grader differs: `sure-math evaluate --regrade "
        "--out FOLDER`), or choose the ones to compare with --only PATTERN",
    )


def recipe_of(run: RecordedRun) -> TrainRecipe:
    """The recipe of a trained run."""
    assert run.recipe is not None
    return run.recipe


def _data(run: RecordedRun) -> Mapping[str, Any]:
    """The identity of the dataset in the record of a training."""
    assert run.training is not None
    data: Mapping[str, Any] = run.training["dataset"]
    return data


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
