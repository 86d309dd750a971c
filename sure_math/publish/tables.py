"""The release tables: one row per problem (`default`) and one per response (`responses`).

Files are Parquet with zstd, a page index and content-defined chunking, rows in stable order by
id, so that a hub stores and sends only what changed between two versions.
"""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sure_math import schemas
from sure_math.runtime.store import StageStore

SPLITS = ("train", "test")
_ROWS_PER_FILE = {"default": 100_000, "responses": 50_000}
_ROW_GROUP = 20_000


@dataclass(frozen=True)
class ReleaseFile:
    """One Parquet file of a release."""

    config: str
    split: str
    path: str
    rows: int
    bytes: int
    sha256: str


def write_tables(folder: Path, annotated: StageStore, clusters: StageStore) -> list[ReleaseFile]:
    """Write every configuration and split; a split without rows has no file."""
    problems = _Collector(folder, "default", "data", schemas.RELEASE.schema)
    responses = _Collector(folder, "responses", "responses", schemas.RELEASE_RESPONSES.schema)
    for split in SPLITS:
        totals = {"default": 0, "responses": 0}
        for problem_rows, response_rows in _split_shards(split, annotated, clusters):
            totals["default"] += problem_rows.num_rows
            totals["responses"] += response_rows.num_rows
        problems.start(split, totals["default"])
        responses.start(split, totals["responses"])
        for problem_rows, response_rows in _split_shards(split, annotated, clusters):
            problems.add(problem_rows)
            responses.add(response_rows)
        problems.finish()
        responses.finish()
    return problems.files + responses.files


def _split_shards(
    split: str, annotated: StageStore, clusters: StageStore
) -> Iterator[tuple[pa.Table, pa.Table]]:
    for index in sorted(annotated.scan()):
        table = annotated.read(index)
        mine = table.filter(pc.equal(table["split"], split))
        replies = clusters.read(index)
        wanted = pc.is_in(replies["problem_id"], value_set=mine["problem_id"].combine_chunks())
        yield mine, replies.filter(wanted)


class _Collector:
    """Gathers the rows of one configuration and cuts them into files of fixed size."""

    def __init__(self, root: Path, config: str, folder: str, schema: pa.Schema) -> None:
        self.files: list[ReleaseFile] = []
        self._root, self._config, self._folder, self._schema = root, config, folder, schema
        self._limit = _ROWS_PER_FILE[config]
        self._split, self._count, self._number = "", 0, 0
        self._waiting: list[pa.Table] = []

    def start(self, split: str, total: int) -> None:
        self._split, self._number = split, 0
        self._count = math.ceil(total / self._limit)

    def add(self, table: pa.Table) -> None:
        self._waiting.append(table.select(self._schema.names))
        while sum(part.num_rows for part in self._waiting) >= self._limit:
            rows = pa.concat_tables(self._waiting)
            self._write(rows.slice(0, self._limit))
            self._waiting = [rows.slice(self._limit)]

    def finish(self) -> None:
        rows = pa.concat_tables(self._waiting) if self._waiting else None
        if rows is not None and rows.num_rows:
            self._write(rows)
        self._waiting = []

    def _write(self, table: pa.Table) -> None:
        name = f"{self._split}-{self._number:05d}-of-{self._count:05d}.parquet"
        path = self._root / self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(
            table.cast(self._schema).combine_chunks(),
            path,
            compression="zstd",
            compression_level=3,
            row_group_size=_ROW_GROUP,
            write_page_index=True,
            use_content_defined_chunking=True,
        )
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        relative = f"{self._folder}/{name}"
        self.files.append(
            ReleaseFile(self._config, self._split, relative, table.num_rows, len(data), digest)
        )
        self._number += 1


def entropy_quantiles(problems: pl.DataFrame) -> list[tuple[str, float]]:
    """Quantiles of the semantic entropy in nats, for people."""
    points = (("min", 0.0), ("25 %", 0.25), ("median", 0.5), ("75 %", 0.75), ("max", 1.0))
    column = problems["semantic_entropy"]
    return [(name, float(column.quantile(point, "linear") or 0.0)) for name, point in points]
