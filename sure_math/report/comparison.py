"""What can be compared: runs of one student, teacher and dataset, in rows one switch apart.

A row is a method with the settings that belong to it; the runs of a row differ in their seed only.
Of a method that was also run with other common settings (an ablation), the row is the variant that
shares its settings with most other methods. A method that has no such variant is shown all the
same, and what differs is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sure_math.report.conditions import check, same_data
from sure_math.report.method import (
    NAMES,
    ORDER,
    PAIR,
    Settings,
    as_text,
    differing,
    label_of,
    own_settings,
    shared_settings,
    weighs_fewer,
)
from sure_math.report.runs import Column, RecordedRun, columns_of
from sure_math.report.series import Series, data_of, recipe_of
from sure_math.train.recipe import TrainRecipe


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
            groups[as_text(pair_of(run))].append(run)
    models = [run for run in runs if not run.recipe]
    if not groups:
        return [_untrained(models)] if models else []
    return [_comparison(group, models) for _, group in sorted(groups.items())]


def strays(runs: Iterable[RecordedRun], comparisons: Iterable[Comparison]) -> list[str]:
    """Models as they are that no comparison has a row for."""
    shown = {run.folder for one in comparisons for row in one.series for run in row.runs}
    return [
        f"{run.folder}: neither student nor teacher of a recorded training"
        for run in runs
        if run.training is None and run.folder not in shown
    ]


def pair_of(run: RecordedRun) -> Settings:
    """Student, teacher and dataset, the latter as it was when the training began."""
    content = recipe_of(run).content()
    identity = data_of(run)
    data = {name: identity[name] for name in ("commit", "version", "rows")}
    return {**{name: content[name] for name in PAIR}, "data": data}


def _comparison(found: list[RecordedRun], models: list[RecordedRun]) -> Comparison:
    recipe = recipe_of(found[0])
    fewer = [run for run in found if weighs_fewer(recipe_of(run))]
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
    left_out = [
        f"{run.folder}: another variant of {NAMES[recipe_of(run).method]}, "
        + ", ".join(differing(shared_settings(recipe_of(run)), reference))
        for run in others
    ]
    left_out += [f"{run.folder}: weights from fewer samples, see ablation-n" for run in fewer]
    dataset = str(data_of(found[0])["name"])
    return Comparison(student, teacher, dataset, series, reference, tuple(left_out))


def _untrained(models: list[RecordedRun]) -> Comparison:
    """Models alone, where nothing was trained."""
    labels = dict.fromkeys(run.label for run in models)
    series = tuple(
        Series("base", label, tuple(run for run in models if run.label == label))
        for label in labels
    )
    check(series)
    return Comparison("", "", "", series, {})


def _rows(runs: list[RecordedRun]) -> tuple[list[list[RecordedRun]], list[RecordedRun]]:
    """Runs by row, and the runs of other variants."""
    reference = _common(runs)
    rows: dict[tuple[str, str], dict[str, list[RecordedRun]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for run in runs:
        recipe = recipe_of(run)
        row = (recipe.method, as_text(own_settings(recipe)))
        rows[row][as_text(shared_settings(recipe))].append(run)
    chosen, others = [], []
    for variants in rows.values():
        main = variants.pop(as_text(reference), None)
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
        found[as_text(shared_settings(recipe))].append(recipe)
    best = max(
        sorted(found.values(), key=lambda recipes: as_text(shared_settings(recipes[0]))),
        key=lambda recipes: (len({recipe.method for recipe in recipes}), len(recipes)),
        default=None,
    )
    return shared_settings(best[0]) if best else {}


def _series(runs: list[RecordedRun], reference: Settings) -> Series:
    recipe = recipe_of(runs[0])
    runs = sorted(runs, key=lambda run: (recipe_of(run).seed, str(run.folder)))
    return Series(recipe.method, label_of(recipe), tuple(runs), tuple(_marks(runs, reference)))


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


def _is(run: RecordedRun, model: str) -> bool:
    """Whether an evaluated model is the one a recipe names (`builtin:NAME`, a hub id, a folder)."""
    return Path(run.model) == Path(model.removeprefix("builtin:"))


def _short(model: str) -> str:
    return model.rstrip("/").rpartition("/")[2].removeprefix("builtin:")
