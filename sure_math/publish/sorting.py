"""Rows in the order of their problems' ids, for tables larger than memory.

Rows come in shard by shard and are spilled to buckets, each a range of ids; a bucket is small
enough to be sorted in memory. The result does not depend on how the rows were split into shards.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

_Sizes = npt.NDArray[np.int64]

_SPILL = pa.ipc.IpcWriteOptions(compression="lz4")


def borders(ids: Iterable[str], buckets: int) -> list[str]:
    """The first id of every bucket but the first; equal numbers of ids lie between them."""
    ordered = sorted(ids)
    return [ordered[len(ordered) * number // buckets] for number in range(1, buckets)]


class SortedRows:
    """All rows of one table, sorted by problem_id and, where the table has it, sample_index."""

    def __init__(self, folder: Path, schema: pa.Schema, borders: Sequence[str]) -> None:
        """`borders` are those of the buckets, which are files below `folder`."""
        self._folder, self._schema = folder, schema
        self._borders = np.array(borders, dtype=np.str_)
        self._keys = [name for name in ("problem_id", "sample_index") if name in schema.names]
        self._measured: list[pl.DataFrame] = []
        folder.mkdir(parents=True)

    def add(self, table: pa.Table) -> None:
        """Spill the rows of a shard."""
        table = table.select(self._schema.names).cast(self._schema)
        ids = table["problem_id"].to_numpy().astype(np.str_)
        bucket = np.searchsorted(self._borders, ids, side="right")
        for number in np.unique(bucket):
            part = table.filter(pa.array(bucket == number))
            # Streams are appended one behind the other: no bucket needs an open file.
            with (
                self._bucket(number).open("ab") as file,
                pa.ipc.new_stream(file, self._schema, options=_SPILL) as stream,
            ):
                stream.write_table(part)
        sizes = pl.DataFrame({"problem_id": ids, "bytes": row_bytes(table)})
        self._measured.append(_by_problem(sizes.with_columns(rows=1)))

    def problems(self) -> pl.DataFrame:
        """Every problem_id in order, with the `rows` it has and their `bytes`, uncompressed."""
        empty = {"problem_id": pl.String, "bytes": pl.Int64, "rows": pl.Int32}
        return _by_problem(pl.concat([pl.DataFrame(schema=empty), *self._measured]))

    def __iter__(self) -> Iterator[pa.Table]:
        """The sorted rows, bucket by bucket."""
        for number in range(len(self._borders) + 1):
            if self._bucket(number).exists():
                yield self._read(number).sort_by([(key, "ascending") for key in self._keys])

    def _bucket(self, number: int) -> Path:
        return self._folder / f"{number:05d}.arrows"

    def _read(self, number: int) -> pa.Table:
        path, parts = self._bucket(number), []
        size = path.stat().st_size
        with path.open("rb") as file:
            while file.tell() < size:
                with pa.ipc.open_stream(file) as stream:
                    parts.append(stream.read_all())
        return pa.concat_tables(parts)


def _by_problem(sizes: pl.DataFrame) -> pl.DataFrame:
    sums = (pl.col("bytes").sum(), pl.col("rows").cast(pl.Int32).sum())
    return sizes.group_by("problem_id").agg(sums).sort("problem_id")


def row_bytes(table: pa.Table) -> _Sizes:
    """Uncompressed bytes of every row, however the table is chunked."""
    return _sum(_value_bytes(column) for column in table.columns)


def _value_bytes(column: pa.ChunkedArray) -> _Sizes:
    kind = column.type
    if pa.types.is_struct(kind):
        fields = range(kind.num_fields)
        return _sum(_value_bytes(pc.struct_field(column, number)) for number in fields)
    if pa.types.is_list(kind):
        counts = _integers(pc.list_value_length(column))
        inner = np.append(0, np.cumsum(_value_bytes(pc.list_flatten(column))))
        ends = np.cumsum(counts)
        return np.asarray(4 + inner[ends] - inner[ends - counts])
    if pa.types.is_string(kind):
        return 4 + _integers(pc.binary_length(column))
    return np.full(len(column), -(-kind.bit_width // 8), dtype=np.int64)


def _sum(parts: Iterable[_Sizes]) -> _Sizes:
    return np.asarray(np.sum(list(parts), axis=0, dtype=np.int64))


def _integers(column: pa.ChunkedArray) -> _Sizes:
    return np.asarray(pc.fill_null(column, 0).to_numpy(), dtype=np.int64)
