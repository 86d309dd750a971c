"""The release tables: one row per problem and one per response, in each configuration.

Files are Parquet with zstd, a page index and content-defined chunking, rows in stable order by
id, so that a hub stores and sends only what changed between two versions.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sure_math import schemas
from sure_math.publish.licenses import placement
from sure_math.publish.manifest import ReleaseFile
from sure_math.runtime.store import StageStore
from sure_math.text import canonical_text

SPLITS = ("train", "test")
_ROW_GROUP = 20_000


@dataclass(frozen=True)
class Config:
    """A configuration of the release: its name, its folder and what its rows are."""

    name: str
    folder: str
    table: schemas.Table
    rows_per_file: int


def configs(name: str) -> tuple[Config, Config]:
    """The two configurations behind a key of `publish.licenses`: problems and responses."""
    folder = "data" if name == "default" else name
    responses = "responses" if name == "default" else f"{name}_responses"
    return (
        Config(name, folder, schemas.RELEASE, 100_000),
        Config(responses, responses, schemas.RELEASE_RESPONSES, 50_000),
    )


def write_tables(
    root: Path,
    annotated: StageStore,
    clusters: StageStore,
    seeds: StageStore,
    licenses: Mapping[str, Sequence[str]],
) -> list[ReleaseFile]:
    """Write every configuration and split below `root`; one without rows has no file."""
    digests = _root_digests(annotated, seeds)
    files: list[ReleaseFile] = []
    for name in licenses:
        allowed = [each for each, place in placement(licenses).items() if place == name]
        problems, responses = (_Collector(root, config) for config in configs(name))
        for split in SPLITS:
            counted = [(len(p), len(r)) for p, r in _shards(split, annotated, clusters, allowed)]
            if not any(count for count, _ in counted):
                continue
            problems.start(split, sum(count for count, _ in counted))
            responses.start(split, sum(count for _, count in counted))
            for mine, replies in _shards(split, annotated, clusters, allowed, whole=True):
                digest = [digests[root_id] for root_id in mine["root_id"].to_pylist()]
                problems.add(mine.append_column("root_sha256", pa.array(digest, pa.string())))
                responses.add(replies)
            problems.finish()
            responses.finish()
        files += problems.files + responses.files
    return files


def _root_digests(annotated: StageStore, seeds: StageStore) -> dict[str, str]:
    """SHA-256 of the canonical text of every root problem that has rows."""
    roots = pl.concat([pl.DataFrame(part) for part in annotated.tables(["root_id"])])["root_id"]
    found: dict[str, str] = {}
    for part in seeds.tables(["problem_id", "problem"]):
        rows = pl.DataFrame(part).filter(pl.col("problem_id").is_in(roots.unique().implode()))
        for identity, problem in rows.iter_rows():
            found[identity] = hashlib.sha256(canonical_text(problem).encode()).hexdigest()
    return found


def _shards(
    split: str,
    annotated: StageStore,
    clusters: StageStore,
    allowed: Sequence[str],
    *,
    whole: bool = False,
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """The problems of a split under these licences, and their responses, shard by shard.

    Only the columns that decide this are read, unless the `whole` rows are wanted.
    """
    licenses, ids = pa.array(allowed, pa.string()), ["problem_id"]
    for index in sorted(annotated.scan()):
        table = annotated.read(index, None if whole else [*ids, "split", "license"])
        license_ids = pc.utf8_lower(pc.utf8_trim_whitespace(table["license"]))
        fits = pc.and_(pc.equal(table["split"], split), pc.is_in(license_ids, licenses))
        mine = table.filter(fits)
        replies = clusters.read(index, None if whole else ids)
        wanted = pc.is_in(replies["problem_id"], value_set=mine["problem_id"].combine_chunks())
        yield mine, replies.filter(wanted)


class _Collector:
    """Gathers the rows of one configuration and cuts them into files of fixed size."""

    def __init__(self, root: Path, config: Config) -> None:
        self.files: list[ReleaseFile] = []
        self._root, self._config = root, config
        self._schema, self._limit = config.table.schema, config.rows_per_file
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
        path = self._root / self._config.folder / name
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
        relative = f"{self._config.folder}/{name}"
        self.files.append(
            ReleaseFile(
                config=self._config.name,
                split=self._split,
                path=relative,
                rows=len(table),
                bytes=len(data),
                sha256=digest,
            )
        )
        self._number += 1


def entropy_quantiles(problems: pl.DataFrame) -> list[tuple[str, float]]:
    """Quantiles of the semantic entropy in nats, for people."""
    points = (("min", 0.0), ("25 %", 0.25), ("median", 0.5), ("75 %", 0.75), ("max", 1.0))
    column = problems["semantic_entropy"]
    return [(name, float(column.quantile(point, "linear") or 0.0)) for name, point in points]
