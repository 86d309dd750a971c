"""What changed between two versions of a release, counted in problems."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sure_math.errors import DataError
from sure_math.publish.manifest import Manifest, Version, holds_responses, read_manifest

_ID = "problem_id"


@dataclass(frozen=True)
class Previous:
    """The release that the new one follows."""

    manifest: Manifest
    problems: pl.DataFrame
    """The rows of all its configurations of problems."""


def read_previous(folder: Path) -> Previous:
    """A release in a folder, which may hold no more than its manifest and tables of problems.

    Raises:
        DataError: there is none, or it cannot be read.
    """
    manifest = read_manifest(folder)
    paths = [folder / file.path for file in manifest.files if not holds_responses(file.config)]
    try:
        problems = pl.concat([pl.read_parquet(path) for path in paths], how="diagonal_relaxed")
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise DataError(f"the release in {folder} cannot be read: {error}") from error
    return Previous(manifest, problems)


@dataclass(frozen=True)
class Difference:
    """Problems that only the newer release has, only the older one, and both with other values."""

    added: int
    removed: int
    changed: int


def history(
    previous: Previous | None,
    version: str,
    today: str,
    rows: dict[str, dict[str, int]],
    problems: pl.DataFrame,
) -> tuple[Version, ...]:
    """The history of a release, newest first.

    A release that says the same as the one before under the same version keeps its entry, so that
    it can be made again byte by byte. One that says something else takes the place of that entry,
    without figures: the release that those would be compared with is gone.

    Args:
        previous: None for a first release.
        version: of the new release.
        today: as 2026-01-31.
        rows: of the new release by configuration and split.
        problems: the rows of all its configurations of problems.
    """
    if previous is None:
        return (Version(version=version, date=today, rows=rows),)
    older = tuple(each for each in previous.manifest.history if each.version != version)
    if previous.manifest.version != version:
        found = compare(previous.problems, problems)
        counts = {"added": found.added, "removed": found.removed, "changed": found.changed}
        return (Version(version=version, date=today, rows=rows, **counts), *older)
    same_shape = (
        set(previous.problems.columns) == set(problems.columns) and previous.manifest.rows() == rows
    )
    if same_shape and compare(previous.problems, problems) == Difference(0, 0, 0):
        return previous.manifest.history
    return (Version(version=version, date=today, rows=rows), *older)


def compare(old: pl.DataFrame, new: pl.DataFrame) -> Difference:
    """What is different between two tables of problems, by id.

    Columns that only one of them has are left out: a column that was added does not change every
    problem.
    """
    common = [name for name in new.columns if name in old.columns and name != _ID]
    both = new.join(old, _ID, how="inner", suffix=" of old")
    differs = [_differs(both[name], both[f"{name} of old"]) for name in common]
    changed = pl.DataFrame({str(i): each for i, each in enumerate(differs)})
    return Difference(
        added=new.height - both.height,
        removed=old.height - both.height,
        changed=changed.select(pl.any_horizontal(pl.all()).sum()).item() if differs else 0,
    )


def _differs(new: pl.Series, old: pl.Series) -> pl.Series:
    """Where two columns differ, whatever their types; two nulls are equal, an integer may have
    become a wider one."""
    if new.dtype != old.dtype:
        try:
            old = old.cast(new.dtype)
        except pl.exceptions.PolarsError:
            return pl.Series([True] * len(new), dtype=pl.Boolean)
    return new.ne_missing(old)
