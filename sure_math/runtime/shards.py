"""Atomic Parquet shards: the only commit mark of a run.

A shard is `part-00000.parquet`, written to a temporary name, synced and renamed. Its footer says
which stage, configuration and position it belongs to, so a file that is truncated, foreign or of
another configuration is noticed and never read as data. Equal input gives equal bytes.
"""

import contextlib
import hashlib
import itertools
import json
import os
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sure_math.errors import StageError

FOOTER_KEY = b"sure_math"
_PART = re.compile(r"part-(\d{5,})\.parquet")
_TEMPORARY = re.compile(r"\.part-(\d{5,})\.parquet\.[0-9a-f]+\.tmp")


@dataclass(frozen=True)
class Footer:
    """What a shard says of itself."""

    stage: str
    stage_hash: str
    shard: int
    """Position of this shard."""
    shards: int
    """How many shards the stage has in all."""
    rows: int
    config: dict[str, Any]
    digest: str = ""
    """Hash of the rows."""
    inputs: dict[str, str] = field(default_factory=dict)
    """Hash of the rows this shard was made from, by input stage."""
    rejected: dict[str, int] = field(default_factory=dict)
    """Rejected rows by reason."""
    stats: dict[str, int] = field(default_factory=dict)
    """Counters of the stage: tokens, judge calls, ..."""
    versions: dict[str, str] = field(default_factory=dict)
    """Versions of the software that made it."""


class UnreadableShard(Exception):
    """The file cannot be a finished shard: truncated, damaged or not Parquet."""


class ForeignFile(Exception):
    """A sound Parquet file that no run wrote."""


def totals(counters: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sums by name over the counters of several shards, sorted by name."""
    found: Counter[str] = Counter()
    for counter in counters:
        found.update(counter)
    return dict(sorted(found.items()))


def rows_digest(table: pa.Table) -> str:
    """Hash of the rows of a table."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return hashlib.blake2b(sink.getvalue(), digest_size=16).hexdigest()


def part_name(index: int) -> str:
    """File name of shard `index`."""
    return f"part-{index:05d}.parquet"


def part_index(path: Path) -> int | None:
    """Position of a shard file, or None for any other file."""
    match = _PART.fullmatch(path.name)
    return int(match[1]) if match else None


def temporary_index(path: Path) -> int | None:
    """Position of a shard that was being written, or None for any other file."""
    match = _TEMPORARY.fullmatch(path.name)
    return int(match[1]) if match else None


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file, then make it durable under its name in one step.

    Raises:
        StageError: the file system refused (full disk, no permission).
    """
    # A process id would not do: two containers on one shared folder may have the same.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise refused(path, error) from error


def write_text(path: Path, text: str) -> None:
    """Replace a text file atomically."""

    def write(temporary: Path) -> None:
        temporary.write_text(text, encoding="utf-8")

    write_atomically(path, write)


def move_aside(paths: Sequence[Path], root: Path) -> Path | None:
    """Move what lies in `root` into the first `old-N` that is free; None if there is nothing."""
    if not paths:
        return None
    places = (root / f"old-{number}" for number in itertools.count(1))
    target = next(place for place in places if not place.exists())
    target.mkdir(parents=True)
    for path in paths:
        path.rename(target / path.name)
    return target


def refused(path: Path, error: OSError) -> StageError:
    """The error to raise when the file system does not take a write."""
    return StageError(
        f"cannot write {path}: {error.strerror or error}",
        saved="every shard that was finished before",
        hint="make room or fix the permissions, then run the same command again",
    )


def write_shard(path: Path, table: pa.Table, footer: Footer) -> None:
    """Commit one shard: Parquet, zstd, page checksums, provenance in the footer."""
    note = json.dumps(asdict(footer), sort_keys=True, ensure_ascii=True)
    metadata = {**(table.schema.metadata or {}), FOOTER_KEY: note.encode()}
    stamped = table.replace_schema_metadata(metadata)

    def write(temporary: Path) -> None:
        pq.write_table(
            stamped,
            temporary,
            compression="zstd",
            compression_level=3,
            write_page_checksum=True,
            row_group_size=max(1, table.num_rows),
        )

    write_atomically(path, write)


def read_footer(path: Path) -> Footer:
    """The footer of a shard, without its data.

    Raises:
        UnreadableShard: the file is not a complete Parquet file.
        ForeignFile: the file is Parquet, but no run wrote it.
    """
    try:
        metadata = pq.read_metadata(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableShard(f"{path}: {error}") from error
    note = (metadata.metadata or {}).get(FOOTER_KEY)
    if note is None:
        raise ForeignFile(str(path))
    try:
        footer = Footer(**json.loads(note))
    except (ValueError, TypeError) as error:
        raise ForeignFile(f"{path}: {error}") from error
    if footer.rows != metadata.num_rows:
        raise UnreadableShard(f"{path}: {metadata.num_rows} rows, {footer.rows} promised")
    return footer


def read_table(path: Path, schema: pa.Schema, columns: Sequence[str] | None = None) -> pa.Table:
    """The data of a shard, checked against its schema and page checksums; None: all columns.

    Raises:
        StageError: the file is damaged or has other columns.
    """
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        stored = file.schema_arrow
        if stored.remove_metadata() != schema.remove_metadata():
            raise StageError(f"{path} has columns {stored.names}, expected {schema.names}")
        table = file.read(columns)
    except (pa.ArrowInvalid, OSError) as error:
        raise StageError(
            f"{path} is damaged: {error}",
            hint=f"remove {path.name}; the same command recomputes it",
        ) from error
    return table.replace_schema_metadata(schema.metadata)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
