"""Parquet files of a run or a release: whole columns at once, or a few rows at a known place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sure_math.errors import DataError

Row = dict[str, Any]

# What Polars raises for a damaged file; the second is none of its errors, nor an Exception.
_UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


@dataclass(frozen=True)
class Part:
    """One file of a table."""

    path: Path
    label: str
    """Its path in the run or release, with `/`."""
    stage: str
    """The stage or configuration that it belongs to."""


def read_columns(
    parts: Sequence[Part], columns: Mapping[str, pl.DataType], complaints: list[str]
) -> pl.DataFrame:
    """These columns of all rows, and the `part` and `row` of each.

    A column that a file does not have is null. What cannot be read is left out and said in
    `complaints`.
    """
    schema = pl.Schema({**columns, "part": pl.UInt32(), "row": pl.UInt32()})
    if not parts:
        return pl.DataFrame(schema=schema)
    try:  # in one go, which is much faster for many files
        return _read(parts, 0, columns, schema)
    except _UNREADABLE:
        frames = [pl.DataFrame(schema=schema)]
        for number, part in enumerate(parts):
            try:
                frames.append(_read([part], number, columns, schema))
            except _UNREADABLE as error:
                complaint = f"{part.label} cannot be read: {first_line(error)}"
                complaints += [complaint] * (complaint not in complaints)
        return pl.concat(frames)


def _read(
    parts: Sequence[Part], first: int, columns: Mapping[str, pl.DataType], schema: pl.Schema
) -> pl.DataFrame:
    stored = pl.scan_parquet(parts[0].path, glob=False).collect_schema()
    numbers = {str(part.path): number for number, part in enumerate(parts, first)}
    paths = [part.path for part in parts]
    rows = pl.scan_parquet(paths, glob=False, include_file_paths="part").select(
        *(
            pl.col(name) if name in stored else pl.lit(None, kind).alias(name)
            for name, kind in columns.items()
        ),
        pl.col("part").replace_strict(numbers, return_dtype=pl.UInt32),
        pl.int_range(pl.len(), dtype=pl.UInt32).over("part").alias("row"),
    )
    return rows.cast(schema).collect()


def read_rows(part: Part, start: int, count: int) -> list[Row]:
    """Some rows in full; the pages of other rows stay unread.

    Raises:
        DataError: the file is damaged or gone.
    """
    try:
        lazy = pl.scan_parquet(part.path, glob=False).slice(start, count)
        return lazy.collect().to_dicts()
    except _UNREADABLE as error:
        raise DataError(
            f"{part.path} cannot be read: {first_line(error)}",
            hint="if something writes there, start `sure-math browse` again",
        ) from error


class RowIndex:
    """Where the rows of every problem lie in the files of a table.

    Rows of one problem stand together, so an entry is a run of rows: 20 bytes and the id.
    """

    def __init__(self, parts: Sequence[Part], key: str, complaints: list[str]) -> None:
        self._parts = parts
        self._key = key
        rows = read_columns(parts, {key: pl.String()}, complaints)
        begins = pl.any_horizontal(
            pl.col(name).ne_missing(pl.col(name).shift()) for name in (key, "part")
        )
        starts = rows.with_row_index("at").filter(begins | (pl.col("at") == 0))
        ends = pl.col("at").shift(-1, fill_value=rows.height)
        self._runs = starts.with_columns((ends - pl.col("at")).alias("count")).drop("at")

    def read(self, *keys: str) -> list[tuple[Part, Row]]:
        """All rows with one of these keys, in the order of the files.

        Raises:
            DataError: a file is damaged, gone, or another one than it was.
        """
        found = []
        for run in self._runs.filter(pl.col(self._key).is_in(keys)).to_dicts():
            part = self._parts[run["part"]]
            rows = read_rows(part, run["row"], run["count"])
            if [row[self._key] for row in rows] != [run[self._key]] * run["count"]:
                raise moved(part)
            found += [(part, row) for row in rows]
        return found


def moved(part: Part) -> DataError:
    """The error for a file whose rows are not where they were."""
    return DataError(
        f"{part.path} has changed since it was opened",
        hint="start `sure-math browse` again",
    )


def first_line(error: Exception) -> str:
    """What an error says, on one line."""
    return (str(error).splitlines() or [type(error).__name__])[0]
