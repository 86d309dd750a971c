"""Reading what a run has so far: finished shards only, and only the columns that are wanted.

A run is read whatever version made it, as long as it has these columns.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sure_math.errors import DataError
from sure_math.runtime.run import Run
from sure_math.runtime.shards import part_name
from sure_math.runtime.store import stored_footers

Row = dict[str, Any]
Place = tuple[int, int]
"""Shard and row of a side table."""


@dataclass(frozen=True)
class Progress:
    """How far a stage is."""

    stage: str
    done: int
    shards: int | None
    """Shards of the stage; None if it has not begun."""

    @property
    def complete(self) -> bool:
        """Whether every shard is done."""
        return self.done == self.shards


def progress(run: Run, stage: str) -> Progress:
    """How far a stage of the run is."""
    footers = stored_footers(run.root / stage)
    return Progress(stage, len(footers), footers[0].shards if footers else None)


def read_rows(
    run: Run, stage: str, columns: Mapping[str, pl.DataType], side: str = ""
) -> pl.DataFrame:
    """These columns of all rows of a stage or of its side table, and the place of every row.

    Raises:
        DataError: a column is missing, or a file is damaged.
    """
    schema = pl.Schema(columns)
    frames = [_placed(pl.DataFrame(schema=schema), 0)]
    for shard, path in _paths(run, stage, side):
        frame = pl.DataFrame(pl.from_arrow(_read(path, [*columns])))
        frames.append(_placed(frame.cast(schema), shard))
    return pl.concat(frames)


def read_places(
    run: Run, stage: str, side: str, places: pl.DataFrame, columns: Sequence[str]
) -> dict[Place, Row]:
    """Rows of a side table by their places (columns `shard` and `row`)."""
    found: dict[Place, Row] = {}
    for shard, path in _paths(run, stage, side):
        rows = places.filter(shard=shard)["row"].unique().sort().to_list()
        if rows:
            table = _read(path, columns).take(rows)
            found |= {(shard, row): each for row, each in zip(rows, table.to_pylist(), strict=True)}
    return found


def read_texts(run: Run, ids: Collection[str]) -> dict[str, str]:
    """The statements of some seeds and evolved problems, by id."""
    wanted = pa.array(sorted(ids), pa.string())
    found: dict[str, str] = {}
    for stage in ("seeds", "evolve"):
        for _, path in _paths(run, stage):
            table = _read(path, ["problem_id", "problem"])
            table = table.filter(pc.is_in(table["problem_id"], wanted))
            found |= {row["problem_id"]: row["problem"] for row in table.to_pylist()}
    return found


def _paths(run: Run, stage: str, side: str = "") -> Iterator[tuple[int, Path]]:
    """The files of all finished shards; a side table is written before its shard counts."""
    store = run.store(stage)
    for shard in sorted(store.scan()):
        path = store.folder / side / part_name(shard)
        if path.exists():
            yield shard, path


def _read(path: Path, columns: Sequence[str]) -> pa.Table:
    try:
        file = pq.ParquetFile(path)
        missing = sorted(set(columns) - set(file.schema_arrow.names))
        if missing:
            raise DataError(
                f"{path} has no column {', '.join(missing)}: another version made this run",
                hint="make it again with --fresh, or look at it with the version that made it",
            )
        return file.read(list(columns))
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"cannot read {path}: {error}") from error


def _placed(frame: pl.DataFrame, shard: int) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(shard, pl.Int64).alias("shard"),
        pl.int_range(frame.height, dtype=pl.Int64).alias("row"),
    )
