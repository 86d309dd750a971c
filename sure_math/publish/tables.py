"""The release tables: one row per problem and one per response, in each configuration.

Rows stand in the order of `problem_id` (then `sample_index`), whatever shards and ranks they come
from. No more than a shard and a row group or two are held in memory.
"""

import hashlib
import math
import tempfile
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
from sure_math.publish.parquet import write_files
from sure_math.publish.sorting import SortedRows, borders
from sure_math.runtime.shards import part_name
from sure_math.runtime.store import StageStore
from sure_math.text import canonical_text

SPLITS = ("train", "test")
_BUCKET_BYTES = 64_000_000


@dataclass(frozen=True)
class Config:
    """A configuration of the release: its name, its folder and what its rows are."""

    name: str
    folder: str
    table: schemas.Table


def configs(name: str) -> tuple[Config, Config]:
    """The two configurations behind a key of `publish.licenses`: problems and responses."""
    folder = "data" if name == "default" else name
    responses = "responses" if name == "default" else f"{name}_responses"
    return (
        Config(name, folder, schemas.RELEASE),
        Config(responses, responses, schemas.RELEASE_RESPONSES),
    )


def write_tables(
    root: Path,
    annotated: StageStore,
    clusters: StageStore,
    seeds: StageStore,
    licenses: Mapping[str, Sequence[str]],
) -> list[ReleaseFile]:
    """Write every configuration and split below `root`; one without rows has no file."""
    root.mkdir(parents=True, exist_ok=True)
    files: list[ReleaseFile] = []
    with tempfile.TemporaryDirectory(prefix=".rows.", dir=root) as folder:
        found = _sorted_rows(Path(folder), annotated, clusters, seeds, licenses)
        for config in (config for name in licenses for config in configs(name)):
            for split in SPLITS:
                rows = found.get((config.name, split))
                if rows is not None:
                    files += _write(root, config, split, rows)
    return files


def _write(root: Path, config: Config, split: str, rows: SortedRows) -> Iterator[ReleaseFile]:
    schema = config.table.schema
    for file in write_files(root / config.folder, split, schema, rows.problems(), rows):
        yield ReleaseFile(
            config=config.name,
            split=split,
            path=f"{config.folder}/{file.path.name}",
            rows=file.rows,
            bytes=file.bytes,
            sha256=file.sha256,
        )


def _sorted_rows(
    folder: Path,
    annotated: StageStore,
    clusters: StageStore,
    seeds: StageStore,
    licenses: Mapping[str, Sequence[str]],
) -> dict[tuple[str, str], SortedRows]:
    """The rows of every configuration and split that has any."""
    ids = (name for part in annotated.tables(["problem_id"]) for name in part[0].to_pylist())
    limits = borders(ids, math.ceil(_stored_bytes(clusters) / _BUCKET_BYTES))
    digests = _root_digests(annotated, seeds)
    found: dict[tuple[str, str], SortedRows] = {}
    for name, split, problems, responses in _shards(annotated, clusters, licenses):
        digest = [digests[root_id] for root_id in problems["root_id"].to_pylist()]
        problems = problems.append_column("root_sha256", pa.array(digest, pa.string()))
        for config, rows in zip(configs(name), (problems, responses), strict=True):
            key = (config.name, split)
            if key not in found and len(rows):
                found[key] = SortedRows(folder / "-".join(key), config.table.schema, limits)
            if len(rows):
                found[key].add(rows)
    return found


def _stored_bytes(store: StageStore) -> int:
    """Bytes of all rows of a stage before compression."""
    files = (pq.read_metadata(store.folder / part_name(index)) for index in store.scan())
    return sum(
        file.row_group(number).total_byte_size
        for file in files
        for number in range(file.num_row_groups)
    )


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
    annotated: StageStore, clusters: StageStore, licenses: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str, pa.Table, pa.Table]]:
    """The problems of every shard by key of `licenses` and split, and their responses."""
    places = placement(licenses)
    for index in sorted(annotated.scan()):
        problems, responses = annotated.read(index), clusters.read(index)
        license_ids = pc.utf8_lower(pc.utf8_trim_whitespace(problems["license"]))
        for name in licenses:
            allowed = pa.array([each for each in places if places[each] == name], pa.string())
            for split in SPLITS:
                fits = pc.and_(pc.equal(problems["split"], split), pc.is_in(license_ids, allowed))
                mine = problems.filter(fits)
                wanted = pc.is_in(
                    responses["problem_id"], value_set=mine["problem_id"].combine_chunks()
                )
                yield name, split, mine, responses.filter(wanted)


def entropy_quantiles(problems: pl.DataFrame) -> list[tuple[str, float]]:
    """Quantiles of the semantic entropy in nats, for people."""
    points = (("min", 0.0), ("25 %", 0.25), ("median", 0.5), ("75 %", 0.75), ("max", 1.0))
    column = problems["semantic_entropy"]
    return [(name, float(column.quantile(point, "linear") or 0.0)) for name, point in points]
