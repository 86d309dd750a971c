"""What must not be compared: runs measured differently, other data, one seed twice."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sure_math.errors import DataError
from sure_math.report.method import as_text, differing, flat
from sure_math.report.runs import Column, RecordedRun, columns_of
from sure_math.report.series import Series, data_of, recipe_of


def check(series: Sequence[Series]) -> None:
    """Refuse to compare what was measured differently, and rows with a seed twice.

    Raises:
        DataError: with the settings that differ and the folders.
    """
    for each in series:
        _one_per_seed(each)
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
        if data_of(run) != data_of(other):
            raise DataError(
                f"{run.folder} and {other.folder} were trained on different data of the same name "
                f"and version ({data_of(run)['name']})",
                hint="compare trainings on one dataset; choose them with --only PATTERN",
            )


def _one_per_seed(series: Series) -> None:
    """Nobody says which of two evaluations of one seed counts."""
    seen: dict[tuple[Column, int, int | None], RecordedRun] = {}
    for run in series.runs:
        for column in run.columns:
            other = seen.setdefault((column, series.seed_of(run), run.step), run)
            if other is not run:
                raise DataError(
                    f"{series.label}, seed {series.seed_of(run)}, was evaluated twice on {column}: "
                    f"{other.folder} and {run.folder}{_apart(other, run)}",
                    hint="choose one with --only PATTERN, or move the other away",
                )


def _apart(one: RecordedRun, other: RecordedRun) -> str:
    """What two trained runs of one row differ in, for people."""
    if one.recipe is None or other.recipe is None:
        return ""
    settings = (flat(recipe.content()) for recipe in (other.recipe, one.recipe))
    apart = differing(*settings)
    return f", which differ in {', '.join(apart)}" if apart else ", trained with equal settings"


def _same_setting(column: Column, runs: list[RecordedRun]) -> None:
    settings: dict[str, list[RecordedRun]] = defaultdict(list)
    for run in runs:
        settings[as_text(run.columns[column].setting)].append(run)
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
