"""From a source of a recipe to checked seeds, in a seeded order, at most `cap` of them.

The order is that of blake2b(seed, place of the row): it depends on neither the machine nor the
Python hash seed, and the first `cap` rows of it are found in one pass with `cap` rows in memory.
"""

import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path

from sure_math.config import EvaluationSet, SourceConfig
from sure_math.errors import ConfigError, DataError
from sure_math.problem_set import ProblemSet
from sure_math.seeds.adapters import ADAPTERS, Adapter
from sure_math.seeds.check import Located, check
from sure_math.seeds.files import find_files, read_file
from sure_math.seeds.hub import read_hub, resolve_revision
from sure_math.seeds.rows import Reject, Row, SeedRow
from sure_math.seeds.table import table_adapter

_TABLE_ONLY = ("dataset", "problem_column", "answer_column", "id_column", "license")


def read(source: ProblemSet, seed: int, *, min_length: int = 0) -> Iterator[SeedRow | Reject]:
    """The seeds of one source and the rows rejected on the way, in the seeded order.

    Args:
        source: a seed source, or an evaluation set (all of it).
        seed: decides the order, and so which rows a cap keeps.
        min_length: characters a problem must have.

    Raises:
        ConfigError: the source's options do not fit its adapter.
        DataError: the source cannot be read, or has no rows, or none that an evaluation set could
            use; the message names it.
    """
    adapter = adapter_for(source)
    cap = source.cap if isinstance(source, SourceConfig) else None
    kept: list[tuple[int, SeedRow]] = []  # a heap, largest key first
    rejects: list[tuple[int, Reject]] = []
    with _naming(source):
        for located in _rows(source, adapter, seed):
            key = shuffle_key(seed, f"{located.place}:{located.number}")
            if len(kept) == cap and key > -kept[0][0]:
                continue
            seen = check(source, adapter, located, min_length)
            if isinstance(seen, Reject):
                rejects.append((key, seen))
            elif seen is not None:
                heapq.heappush(kept, (-key, seen))
                if cap is not None and len(kept) > cap:
                    heapq.heappop(kept)
    if not kept and not rejects:
        place = source.path or adapter.dataset
        raise DataError(f"{_called(source)}: {place} has no rows for it")
    if not kept and isinstance(source, EvaluationSet):  # it would seem to have been checked
        raise DataError(
            f"evaluation set {source.name}: none of its {len(rejects)} rows can be used; "
            f"the first was rejected as {rejects[0][1].reason}"
        )
    last = -kept[0][0] if len(kept) == cap else None
    passed = [(key, reject) for key, reject in rejects if last is None or key < last]
    found: list[tuple[int, SeedRow | Reject]] = [*((-key, row) for key, row in kept), *passed]
    yield from (item for _, item in sorted(found, key=lambda pair: pair[0]))


def _called(source: ProblemSet) -> str:
    kind = "evaluation set" if isinstance(source, EvaluationSet) else "source"
    return f"{kind} {source.name}"


@contextmanager
def _naming(source: ProblemSet) -> Iterator[None]:
    """Errors in the data of a source name it."""
    try:
        yield
    except DataError as error:
        raise DataError(f"{_called(source)}: {error.message}", hint=error.hint) from error


def shuffle_key(seed: int, place: str) -> int:
    """128 bits that order the rows of a source."""
    return int.from_bytes(blake2b(f"{seed}\0{place}".encode(), digest_size=16).digest())


def adapter_for(source: ProblemSet) -> Adapter:
    """The adapter a source names.

    Raises:
        ConfigError: there is no such adapter, or an option works only with `table`.
    """
    if source.adapter == "table":
        return table_adapter(source)
    if source.adapter not in ADAPTERS:
        known = sorted([*ADAPTERS, "table"])
        near = get_close_matches(source.adapter, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise ConfigError(
            f"{_called(source)}: no adapter {source.adapter!r}{meant}",
            hint=f"use one of {', '.join(known)}",
        )
    foreign = [name for name in _TABLE_ONLY if getattr(source, name, None) is not None]
    if foreign:
        raise ConfigError(
            f"{_called(source)}: {', '.join(foreign)} works only with adapter table",
            hint=f"drop it, or use `adapter: table` instead of {source.adapter}",
        )
    return ADAPTERS[source.adapter]


def _rows(source: ProblemSet, adapter: Adapter, seed: int) -> Iterator[Located]:
    split = source.split or adapter.split
    for config in _configs(source, adapter):
        part = source.name if adapter.generate else config or "default"
        place = f"{adapter.dataset}:{part}:{split}"
        revision, rows = _open(source, adapter, config, seed)
        for number, row in enumerate(rows):
            missing = [name for name in adapter.columns if name not in row]
            if missing and number == 0:
                raise DataError(
                    f"{place} lacks the columns {', '.join(missing)}; "
                    f"it has {', '.join(sorted(map(str, row)))}",
                    hint="check `path`, `config` and `split`, or name the columns (adapter table)",
                )
            yield Located(place, number, revision, {**dict.fromkeys(missing), **row})


def source_files(source: ProblemSet) -> list[Path]:
    """The local files a source reads; none if it is on the hub or made by a program.

    Raises:
        ConfigError: the source's options do not fit its adapter.
        DataError: `path` does not hold what the source asks for.
    """
    adapter = adapter_for(source)
    with _naming(source):
        found = [_files(source, adapter, config) for config in _configs(source, adapter)]
    return sorted({file for files in found for file in files})


def _configs(source: ProblemSet, adapter: Adapter) -> tuple[str | None, ...]:
    return (source.config,) if source.config else adapter.configs


def _files(source: ProblemSet, adapter: Adapter, config: str | None) -> list[Path]:
    path = Path(source.path) if source.path else adapter.path
    return find_files(path, config, source.split or adapter.split) if path else []


def _open(
    source: ProblemSet, adapter: Adapter, config: str | None, seed: int
) -> tuple[str | None, Iterator[Row]]:
    split, columns = source.split or adapter.split, (*adapter.columns, *adapter.optional)
    if adapter.generate is not None:
        if not isinstance(source, SourceConfig):
            raise ConfigError(f"{source.name}: {adapter.name} makes seeds, no evaluation set")
        return None, adapter.generate(source, seed)
    if files := _files(source, adapter, config):
        return source.revision, (row for file in files for row in read_file(file, columns))
    revision = resolve_revision(adapter.dataset, source.revision or adapter.revision)
    rows = read_hub(adapter.dataset, config, split, revision, columns, stream=adapter.stream)
    return revision, rows
