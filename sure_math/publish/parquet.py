"""Parquet files of which a hub stores and sends only what changed between two versions.

Files and row groups begin where the id of a problem says so, not after so many rows: a problem more
or less changes the file and the row group it stands in and hardly ever another.

The sizes in `Shape` were measured with `benchmarks/reupload.py`. Row groups of 100 MB send 0.6 MB
of 15.4 when all figures change, those of 3 MB 3.8. Pages of 128 to 512 KB make files 3 % larger
than the 256 to 1024 KB of `datasets` and send 15 % less for new responses; 32 to 128 KB would make
them 11 % larger and gain only with short responses.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Shape:
    """How Parquet files are cut; all sizes are bytes before compression."""

    file_bytes: int = 500_000_000
    row_group_bytes: int = 100_000_000
    page_bytes: tuple[int, int] = (128 << 10, 512 << 10)
    """Least and largest page of a column; pages end where their content says so."""


@dataclass(frozen=True)
class Written:
    """A finished file."""

    path: Path
    rows: int
    bytes: int
    sha256: str


def write_files(
    folder: Path,
    split: str,
    schema: pa.Schema,
    problems: pl.DataFrame,
    tables: Iterable[pa.Table],
    shape: Shape = Shape(),
) -> Iterator[Written]:
    """Write sorted rows as `folder/<split>-00000-of-00001.parquet` and so on.

    `problems` names every problem in the order of the rows, with its `rows` and their `bytes`; the
    `tables` hold those rows, cut anywhere. All rows of a problem stand in one row group.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = _cut(problems, shape.file_bytes)
    rows = _Rows(tables)
    for number, part in enumerate(files):
        path = folder / f"{split}-{number:05d}-of-{len(files):05d}.parquet"
        groups = [int(group["rows"].sum()) for group in _cut(part, shape.row_group_bytes)]
        with path.open("wb") as file:
            _write(file, schema, (rows.take(count) for count in groups), shape)
            file.flush()
            os.fsync(file.fileno())
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        yield Written(path, sum(groups), path.stat().st_size, digest)


def _write(file: Any, schema: pa.Schema, groups: Iterable[pa.Table], shape: Shape) -> None:
    least, largest = shape.page_bytes
    chunking = {"min_chunk_size": least, "max_chunk_size": largest, "norm_level": 0}
    keys = [name for name in ("problem_id", "sample_index") if name in schema.names]
    with pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        compression_level=3,
        use_dictionary=False,  # a value more would shift all indices behind it
        write_page_index=True,
        use_content_defined_chunking=chunking,
        sorting_columns=[pq.SortingColumn(schema.get_field_index(key)) for key in keys],
    ) as writer:
        for group in groups:
            writer.write_table(group.combine_chunks(), row_group_size=len(group))
        # The mark by which `datasets` and the hub know such files.
        writer.add_key_value_metadata({"content_defined_chunking": json.dumps(chunking)})


def _cut(problems: pl.DataFrame, limit: int) -> list[pl.DataFrame]:
    """Parts of at most `limit` bytes; a single problem above it is a part of its own."""
    sizes, ids = np.cumsum(problems["bytes"].to_numpy()), problems["problem_id"]
    parts, start, before = [], 0, 0
    while start + 1 < len(sizes) and sizes[-1] - before > limit:
        # A part ends after half the limit or later, where the next id has the smallest hash: two
        # tables that share most problems soon share all further ends.
        half, full = np.searchsorted(sizes, (before + limit // 2, before + limit), side="right")
        last = max(int(full), start + 1)
        end = min(range(min(int(half) + 1, last), last + 1), key=lambda at: _hash(ids[at]))
        parts.append(problems[start:end])
        start, before = end, int(sizes[end - 1])
    return [*parts, problems[start:]]


def _hash(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=8).digest()


class _Rows:
    """Rows of several tables, taken in portions of any size."""

    def __init__(self, tables: Iterable[pa.Table]) -> None:
        self._tables = iter(tables)
        self._waiting: list[pa.Table] = []

    def take(self, count: int) -> pa.Table:
        while sum(map(len, self._waiting)) < count:
            self._waiting.append(next(self._tables))
        rows = pa.concat_tables(self._waiting)
        self._waiting = [rows.slice(count)]
        return rows.slice(0, count)
