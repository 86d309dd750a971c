"""Rows from local files in the hub's layout: Parquet, JSON lines, JSON and CSV, plain or gzipped.

A folder is read as the hub reads it: a config is a folder name, a split a word of the file name
(`train-00000-of-00002.parquet`, `test.jsonl`) or a folder name. Rows are streamed, types are taken
as they are, and columns that nobody asked for (images) are never read.
"""

import csv
import gzip
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sure_math.errors import DataError
from sure_math.seeds.rows import Row

_FORMATS = (".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv")
_SPLITS = {
    "train": {"train", "training"},
    "validation": {"validation", "valid", "val", "dev"},
    "test": {"test", "testing"},
}


def find_files(path: Path, config: str | None, split: str) -> list[Path]:
    """The data files of one config and split, in a fixed order; a file is its own answer.

    Raises:
        DataError: nothing fits; the message lists what is there.
    """
    if path.is_file():
        if _format(path) is None:
            raise DataError(f"{path} is none of {', '.join(_FORMATS)}, plain or with .gz")
        return [path]
    if not path.is_dir():
        raise DataError(
            f"{path} does not exist",
            hint="correct `path`, or name a hub dataset instead (`dataset`; the adapters of public "
            "sources know theirs)",
        )
    found = sorted(p for p in path.rglob("*") if p.is_file() and _format(p))
    names = [p.relative_to(path) for p in found]
    one = config in (None, "default", path.name)
    kept = [n for n in names if one or config in n.parts[:-1]]
    if not kept:
        configs = sorted({n.parts[0] for n in names if len(n.parts) > 1})
        raise DataError(f"{path} has no config {config!r}; it has {_listing(configs)}")
    words = _SPLITS.get(split, {split})
    fitting = [n for n in kept if _words(n) & words]
    if not fitting and not any(_words(n) & set().union(*_SPLITS.values()) for n in kept):
        fitting = kept  # files that name no split are one split
    if not fitting:
        raise DataError(f"{path} has no split {split!r}; it has {_listing(map(str, kept))}")
    return [path / name for name in fitting]


def _words(name: Path) -> set[str]:
    return set(re.split(r"[^a-z0-9]+", name.as_posix().lower()))


def _listing(names: Any, limit: int = 20) -> str:
    names = list(names)
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return (", ".join(names[:limit]) or "no data files") + more


def _format(path: Path) -> str | None:
    suffix = path.suffixes[-1:] if path.suffix != ".gz" else path.suffixes[-2:-1]
    return suffix[0] if suffix and suffix[0] in _FORMATS else None


def read_file(path: Path, columns: Sequence[str] | None) -> Iterator[Row]:
    """The rows of one file, one by one.

    Args:
        path: a file `find_files` returned.
        columns: the columns wanted, as far as the file has them; None = all.

    Raises:
        DataError: the file is damaged or not what its name says.
    """
    try:
        match _format(path):
            case ".parquet":
                yield from _parquet(path, columns)
            case ".csv" | ".tsv":
                yield from _delimited(path)
            case _:
                yield from _json(path)
    except (OSError, EOFError, ValueError, csv.Error, pa.ArrowException) as error:
        raise DataError(f"cannot read {path}: {error}") from error


def _parquet(path: Path, columns: Sequence[str] | None) -> Iterator[Row]:
    with pq.ParquetFile(path) as file:
        names = file.schema_arrow.names
        wanted = [n for n in names if columns is None or n in columns]
        if not wanted:
            raise DataError(f"{path} has none of the columns {columns}; it has {names}")
        for batch in file.iter_batches(batch_size=1024, columns=wanted):
            yield from batch.to_pylist()


def _open(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _delimited(path: Path) -> Iterator[Row]:
    with _open(path) as file:
        yield from csv.DictReader(file, delimiter="\t" if _format(path) == ".tsv" else ",")


def _json(path: Path) -> Iterator[Row]:
    """JSON lines, or one array of objects (the only form that is held in memory whole)."""
    with _open(path) as file:
        if file.read(1) == "[":
            file.seek(0)
            yield from map(_object, json.load(file))
            return
        file.seek(0)
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield _object(json.loads(line))
                except ValueError as error:
                    raise ValueError(f"line {number}: {error}") from error


def _object(value: object) -> Row:
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, found {type(value).__name__}")
    return value
