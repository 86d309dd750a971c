"""From a source of a recipe to checked seeds, in a seeded order, at most `cap` of them.

The order is that of blake2b(seed, place of the row): it depends on neither the machine nor the
Python hash seed, and the first `cap` rows of it are found in one pass with `cap` rows in memory.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from sure_math.config import EvaluationSet, SourceConfig
from sure_math.errors import ConfigError, DataError
from sure_math.seeds.adapters import ADAPTERS, Adapter
from sure_math.seeds.files import find_files, read_file
from sure_math.seeds.hub import read_hub, resolve_revision
from sure_math.seeds.rows import Draft, Flag, Reason, Reject, Row, SeedRow
from sure_math.seeds.table import table_adapter
from sure_math.text import asks_proof, has_choices, has_figure, has_parts, repair_controls

Source = SourceConfig | EvaluationSet

_TABLE_ONLY = ("dataset", "problem_column", "answer_column", "id_column", "license")


@dataclass(frozen=True)
class _Located:
    """A raw row and where it stands in its source."""

    place: str
    number: int
    revision: str | None
    row: Row


def read(source: Source, seed: int, *, min_length: int = 0) -> Iterator[SeedRow | Reject]:
    """The seeds of one source and the rows rejected on the way, in the seeded order.

    Args:
        source: a seed source, or an evaluation set (all of it).
        seed: decides the order, and so which rows a cap keeps.
        min_length: characters a problem must have.

    Raises:
        ConfigError: the source's options do not fit its adapter.
        DataError: the source cannot be read, or has no rows; the message names it.
    """
    adapter = adapter_for(source)
    cap = source.cap if isinstance(source, SourceConfig) else None
    kept: list[tuple[int, SeedRow]] = []  # a heap, largest key first
    rejects: list[tuple[int, Reject]] = []
    empty = True
    try:
        for located in _rows(source, adapter):
            empty = False
            key = shuffle_key(seed, f"{located.place}:{located.number}")
            if len(kept) == cap and key > -kept[0][0]:
                continue
            seen = _check(source, adapter, located, min_length)
            if isinstance(seen, Reject):
                rejects.append((key, seen))
            elif seen is not None:
                heapq.heappush(kept, (-key, seen))
                if cap is not None and len(kept) > cap:
                    heapq.heappop(kept)
    except DataError as error:
        raise DataError(f"source {source.name}: {error.message}", hint=error.hint) from error
    if empty:
        raise DataError(f"source {source.name}: {source.path or adapter.dataset} has no rows")
    last = -kept[0][0] if len(kept) == cap else None
    passed = [(key, reject) for key, reject in rejects if last is None or key < last]
    ordered = sorted([*((-key, row) for key, row in kept), *passed], key=lambda pair: pair[0])
    yield from (item for _, item in ordered)


def shuffle_key(seed: int, place: str) -> int:
    """128 bits that order the rows of a source."""
    return int.from_bytes(blake2b(f"{seed}\0{place}".encode(), digest_size=16).digest())


def adapter_for(source: Source) -> Adapter:
    """The adapter a source names.

    Raises:
        ConfigError: there is no such adapter, or an option works only with `table`.
    """
    if source.adapter == "table":
        return table_adapter(source)
    if source.adapter not in ADAPTERS:
        known = ", ".join([*ADAPTERS, "table"])
        raise ConfigError(f"source {source.name}: no adapter {source.adapter!r}; known: {known}")
    foreign = [name for name in _TABLE_ONLY if getattr(source, name, None) is not None]
    if foreign:
        raise ConfigError(
            f"source {source.name}: {', '.join(foreign)} works only with adapter table",
            hint=f"drop it, or use `adapter: table` instead of {source.adapter}",
        )
    return ADAPTERS[source.adapter]


def _rows(source: Source, adapter: Adapter) -> Iterator[_Located]:
    split = source.split or adapter.split
    wanted = (*adapter.columns, *adapter.optional)
    for config in (source.config,) if source.config else adapter.configs:
        place = f"{adapter.dataset}:{config or 'default'}:{split}"
        revision, rows = _open(source, adapter, config, split, wanted)
        for number, row in enumerate(rows):
            missing = [name for name in adapter.columns if name not in row]
            if missing and number == 0:
                raise DataError(
                    f"{place} lacks the columns {', '.join(missing)}; "
                    f"it has {', '.join(sorted(map(str, row)))}",
                    hint="check `path`, `config` and `split`, or name the columns (adapter table)",
                )
            yield _Located(place, number, revision, {**dict.fromkeys(missing), **row})


def source_files(source: Source) -> list[Path]:
    """The local files a source is read from, in a fixed order; none for a source on the hub."""
    adapter = adapter_for(source)
    path = Path(source.path) if source.path else adapter.path
    if path is None:
        return []
    configs = (source.config,) if source.config else adapter.configs
    split = source.split or adapter.split
    return [file for config in configs for file in find_files(path, config, split)]


def _open(
    source: Source, adapter: Adapter, config: str | None, split: str, columns: tuple[str, ...]
) -> tuple[str | None, Iterator[Row]]:
    path = Path(source.path) if source.path else adapter.path
    if path is not None:
        files = find_files(path, config, split)
        return source.revision, (row for file in files for row in read_file(file, columns))
    revision = resolve_revision(adapter.dataset, source.revision or adapter.revision)
    rows = read_hub(adapter.dataset, config, split, revision, columns, stream=adapter.stream)
    return revision, rows


def _check(
    source: Source, adapter: Adapter, located: _Located, min_length: int
) -> SeedRow | Reject | None:
    """A seed, a reject, or None for a row that does not belong to this source."""
    draft = adapter.draft(located.row)
    if draft is None:
        return None
    if draft.tier is not None and isinstance(source, SourceConfig) and draft.tier != source.tier:
        return None
    place = f"{located.place}:{draft.upstream_id or located.number}"
    if not isinstance(draft.problem, str):
        nothing = draft.problem is None
        return _reject(place, "empty" if nothing else "not_text", repr(draft.problem))
    problem = repair_controls(draft.problem)
    answer = repair_controls(draft.answer or "")
    if problem is None or answer is None:
        where = "in the problem" if problem is None else "in the answer"
        return _reject(place, "control_characters", draft.problem, where)
    text = problem[0].strip()
    if len(text) < max(min_length, 1):
        detail = f"{len(text)} of {min_length} characters" if text else None
        return _reject(place, "too_short" if text else "empty", draft.problem, detail)
    benchmark = isinstance(source, EvaluationSet) or (
        (source.split or adapter.split) in adapter.benchmark_splits
    )
    value = answer[0].strip() or None
    return SeedRow(
        id=place,
        source=source.name,
        problem=text,
        answer=value,
        answer_source=None if value is None else adapter.answer_source,
        license=adapter.license,
        revision=located.revision,
        level=draft.level,
        domain=draft.domain,
        flags=_flags(draft, text, value, problem[1] or answer[1], benchmark),
    )


def _flags(
    draft: Draft, problem: str, answer: str | None, repaired: bool, benchmark: bool
) -> tuple[Flag, ...]:
    noticed: dict[Flag, bool] = {
        "figure": has_figure(problem),
        "proof": answer is None and asks_proof(problem),
        "multi_part": has_parts(problem),
        "multiple_choice": has_choices(problem),
        "repaired": repaired,
        "eval_source": benchmark,
    }
    return tuple(sorted({*draft.flags, *(flag for flag, found in noticed.items() if found)}))


def _reject(place: str, reason: Reason, raw: str, detail: str | None = None) -> Reject:
    # Lone surrogates cannot be stored; their escapes can.
    return Reject(place, reason, detail, raw.encode(errors="backslashreplace").decode())
