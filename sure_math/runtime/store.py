"""The folder of one stage in a run: which shards are done, and reading and committing them.

runs/<run>/<stage>/part-00000.parquet          the rows; the file itself is the commit mark
runs/<run>/<stage>/rejects/part-00000.parquet  rows that did not come through, with reasons
runs/<run>/<stage>/<side>/part-00000.parquet   further tables of the stage
runs/<run>/<stage>/journal/part-00000.jsonl    paid responses of a shard in flight; a stage can
                                               keep them
runs/<run>/<stage>/stage.json                  summary for people; never needed to go on
"""

import contextlib
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from sure_math import schemas
from sure_math.errors import ConfigChanged, StageError
from sure_math.runtime.ids import stable_hash
from sure_math.runtime.shards import (
    Footer,
    ForeignFile,
    UnreadableShard,
    part_index,
    part_name,
    read_footer,
    read_table,
    rows_digest,
    temporary_index,
    write_shard,
)
from sure_math.runtime.software import software
from sure_math.runtime.stage import ShardResult, Stage, reject_counts


class StageStore:
    """Shards of one stage under one configuration."""

    def __init__(self, root: Path, stage: Stage, stage_hash: str, config: dict[str, Any]) -> None:
        self.folder = root / stage.name
        self.stage = stage
        self.stage_hash = stage_hash
        self.config = config

    def scan(self) -> dict[int, Footer]:
        """Footers of all finished shards, by position.

        A truncated shard is moved to `aside/` with a warning and counts as not done.

        Raises:
            ConfigChanged: a shard was made by another configuration.
            StageError: a Parquet file is in the folder that no run wrote.
        """
        found: dict[int, Footer] = {}
        for path in sorted(self.folder.glob("*.parquet")):
            if path.name.startswith("."):
                continue
            footer = self._footer(path)
            if footer is not None:
                found[footer.shard] = footer
        return found

    def digest(self, index: int) -> str:
        """Hash of the rows of one finished shard."""
        return read_footer(self.folder / part_name(index)).digest

    def digest_all(self) -> str:
        """Hash of the rows of all shards."""
        return stable_hash([footer.digest for _, footer in sorted(self.scan().items())])

    def has(self, index: int) -> bool:
        """Whether one shard is done."""
        path = self.folder / part_name(index)
        return path.exists() and self._footer(path) is not None

    def complete(self) -> bool:
        """Whether every shard is done."""
        done = self.scan()
        return bool(done) and len(done) == next(iter(done.values())).shards

    def read(self, index: int, columns: Sequence[str] | None = None) -> pa.Table:
        """The rows of one shard."""
        return read_table(self.folder / part_name(index), self.stage.output.schema, columns)

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The rows of all shards in order, one shard at a time."""
        return (self.read(index, columns) for index in sorted(self.scan()))

    def read_all(self) -> pa.Table:
        """The rows of all shards in order."""
        tables = list(self.tables())
        return pa.concat_tables(tables) if tables else self.stage.output.schema.empty_table()

    def read_side(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """All rows of a side table (`rejects` is one of them); None: all columns."""
        table = schemas.REJECTS if name == "rejects" else self.stage.side[name]
        paths = [self.folder / name / part_name(index) for index in sorted(self.scan())]
        parts = [read_table(path, table.schema, columns) for path in paths if path.exists()]
        empty = table.schema.empty_table()
        return pa.concat_tables(parts) if parts else empty.select(columns or empty.column_names)

    def journal(self, index: int) -> Path:
        """Where the responses of a shard in flight are kept."""
        return self.folder / "journal" / part_name(index).replace(".parquet", ".jsonl")

    def earlier(self) -> list[Path]:
        """The folders of this stage that --fresh moved aside."""
        return sorted(self.folder.parent.glob(f"old-*/{self.stage.name}"))

    def discard(self, index: int) -> None:
        """Forget one shard, the commit mark first."""
        for folder in (
            self.folder,
            *(self.folder / name for name in ("rejects", *self.stage.side)),
        ):
            (folder / part_name(index)).unlink(missing_ok=True)

    def commit(
        self, index: int, count: int, result: ShardResult, inputs: Mapping[str, str]
    ) -> None:
        """Make one shard durable: side tables first, the rows last; then the journal may go.

        `inputs` are the hashes of the rows it was made from.
        """
        table = self.stage.output.build(result.rows)
        footer = Footer(
            stage=self.stage.name,
            stage_hash=self.stage_hash,
            shard=index,
            shards=count,
            rows=len(result.rows),
            config=self.config,
            digest=rows_digest(table),
            inputs=dict(inputs),
            rejected=reject_counts(result.rejects),
            stats=dict(sorted(result.stats.items())),
            versions=software(self.config),
        )
        rejects = [
            {"id": r.id, "reason": r.reason, "detail": r.detail, "raw": r.raw}
            for r in result.rejects
        ]
        self._write("rejects", schemas.REJECTS, index, rejects, footer)
        for name, side in self.stage.side.items():
            self._write(name, side, index, result.side.get(name, []), footer)
        write_shard(self.folder / part_name(index), table, footer)
        if not self.stage.keeps_journal:
            self.journal(index).unlink(missing_ok=True)

    def remove_temporaries(self, owns: Callable[[int], bool]) -> None:
        """Delete what killed attempts of this rank left half-written."""
        for path in self.folder.glob("**/.part-*.tmp"):
            index = temporary_index(path)
            if index is not None and owns(index):
                path.unlink(missing_ok=True)

    def _write(
        self,
        name: str,
        table: schemas.Table,
        index: int,
        rows: list[dict[str, Any]],
        footer: Footer,
    ) -> None:
        side = Footer(
            stage=f"{self.stage.name}/{name}",
            stage_hash=self.stage_hash,
            shard=index,
            shards=footer.shards,
            rows=len(rows),
            config={},
        )
        write_shard(self.folder / name / part_name(index), table.build(rows), side)

    def _footer(self, path: Path) -> Footer | None:
        try:
            footer = read_footer(path)
        except UnreadableShard as error:
            self._set_aside(path, str(error))
            return None
        except ForeignFile as error:
            raise StageError(
                f"{path} was not written by this run",
                saved="nothing was changed",
                hint="move the file out of the run folder, then run the same command again",
            ) from error
        if footer.stage != self.stage.name or part_index(path) != footer.shard:
            raise StageError(
                f"{path} is shard {footer.shard} of stage {footer.stage}, not what its name says",
                saved="nothing was changed",
                hint="move the file out of the run folder, then run the same command again",
            )
        if footer.stage_hash != self.stage_hash:
            raise self._changed(footer)
        return footer

    def _set_aside(self, path: Path, why: str) -> None:
        target = self.folder / "aside" / path.name
        target.parent.mkdir(exist_ok=True)
        number = 1
        while target.exists():
            target = target.with_name(f"{path.name}.{number}")
            number += 1
        path.replace(target)
        warnings.warn(f"not a finished shard, moved to {target}: {why}", stacklevel=2)

    def _changed(self, footer: Footer) -> ConfigChanged:
        lines = list(difference(footer.config, self.config))
        if not lines:
            lines = ["the rows of an input stage, or the version of this stage"]
        listing = "\n".join(f"  {line}" for line in lines)
        return ConfigChanged(
            f"stage {self.stage.name} in {self.folder} was made with another configuration:\n"
            f"{listing}",
            saved="the shards made so far are untouched",
            hint="--fresh moves the old shards aside and starts this stage again; "
            "--run NAME starts another run beside it",
        )


def stored_footers(folder: Path) -> list[Footer]:
    """Footers of all readable shards in a stage's folder, whatever configuration made them."""
    found = []
    for path in sorted(folder.glob("part-*.parquet")):
        with contextlib.suppress(UnreadableShard, ForeignFile):
            found.append(read_footer(path))
    return found


def difference(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Readable lines for every value that differs between two nested configurations."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted(old.keys() | new.keys()):
            inner = f"{path}.{key}" if path else str(key)
            yield from difference(old.get(key), new.get(key), inner)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from difference(left, right, f"{path}[{index}]")
    elif old != new:
        yield f"{path}: {_short(old)} -> {_short(new)}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else f"{text[:117]}..."
