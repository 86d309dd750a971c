"""The folder of a training: its record, its tables, and which checkpoints are whole.

training/<name>/training.json        the record: all that is needed to repeat the training
training/<name>/draws.parquet        which problem each step was trained on
training/<name>/log.parquet          one row per step and figure
training/<name>/checkpoint-8/        model, optimizer, random numbers after step 8; it counts when
                                     `whole.json` in it, written last, names every file and size
training/<name>/final/               the trained model, its tokenizer and chat template
training/<name>/old-1/               what --fresh moved aside

One process writes, under a lock.
"""

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sure_math import schemas
from sure_math.errors import ConfigChanged, DataError, StageError, TrainingError
from sure_math.runtime.lock import exclusive
from sure_math.runtime.shards import move_aside, write_atomically, write_text
from sure_math.runtime.store import difference

RECORD = "training.json"
FINAL = "final"
WHOLE = "whole.json"
CHECKPOINT = re.compile(r"checkpoint-(\d+)")
_OWN = re.compile(
    r"checkpoint-\d+|old-\d+|final|training\.json|log\.parquet|draws\.parquet|README\.md"
)


@dataclass(frozen=True)
class Checkpoint:
    """A whole checkpoint, and what had been spent when it was written."""

    step: int
    folder: Path
    figures: dict[str, Any]


class TrainingFolder:
    """`training/<name>`, whatever is in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder, so that no other process trains in it.

        Raises:
            TrainingError: another one does, or the folder cannot be written.
        """
        busy = TrainingError(
            f"another process is training in {self.root}",
            hint="wait for it, or name another folder with --out",
        )
        try:
            with exclusive(self.root / ".lock", busy):
                yield
        except StageError as error:
            raise TrainingError(error.message, saved=error.saved, hint=error.hint) from error

    def read(self) -> dict[str, Any] | None:
        """The record; None if nothing was begun here.

        Raises:
            DataError: it cannot be read.
            TrainingError: the folder holds something else.
        """
        path = self.root / RECORD
        if not path.is_file():
            self._refuse_foreign()
            return None
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise DataError(f"{path} cannot be read: {error}") from error
        if not isinstance(found, dict):
            raise DataError(f"{path} is not the record of a training")
        return found

    def _refuse_foreign(self) -> None:
        found = sorted(path.name for path in self.root.glob("*") if not path.name.startswith("."))
        if any(not _OWN.fullmatch(name) for name in found):
            raise TrainingError(
                f"{self.root} holds what no training wrote: {', '.join(found[:5])}",
                saved="nothing was changed",
                hint="name another folder with --out",
            )

    def write(self, record: Mapping[str, Any]) -> None:
        """Replace the record, in one step.

        Raises:
            StageError: the file system refused.
        """
        text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False)
        write_text(self.root / RECORD, text + "\n")

    def write_table(
        self, name: str, table: schemas.Table, rows: Iterable[Mapping[str, Any]]
    ) -> None:
        """Replace `log.parquet` or `draws.parquet`, in one step."""
        built = table.build(rows)
        write_atomically(
            self.root / f"{name}.parquet",
            lambda path: pq.write_table(built, path, compression="zstd"),
        )

    def checkpoints(self) -> list[Checkpoint]:
        """The whole ones, by step."""
        return sorted(filter(None, map(_whole, self._folders())), key=lambda found: found.step)

    def commit(self, step: int, figures: Mapping[str, Any]) -> None:
        """Make a checkpoint count: every file is on the disk, and none is missing."""
        folder = self.root / f"checkpoint-{step}"
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        for path in files:
            _sync(path)
        sizes = {str(path.relative_to(folder)): path.stat().st_size for path in files}
        note = {"step": step, **figures, "files": sizes}
        write_text(folder / WHOLE, json.dumps(note, indent=2) + "\n")

    def forget(self, folders: Iterable[Path]) -> None:
        """Remove checkpoints, the mark first."""
        for folder in folders:
            (folder / WHOLE).unlink(missing_ok=True)
            shutil.rmtree(folder)

    def torn(self) -> list[Path]:
        """Checkpoints that are not whole: the training was killed while it wrote them."""
        return [folder for folder in self._folders() if _whole(folder) is None]

    def start_fresh(self) -> Path | None:
        """Move everything aside; returns where it is, or None if there was nothing."""
        found = [
            path
            for path in self.root.glob("*")
            if _OWN.fullmatch(path.name) and not path.name.startswith("old-")
        ]
        return move_aside(found, self.root)

    def _folders(self) -> list[Path]:
        return [path for path in self.root.glob("checkpoint-*") if CHECKPOINT.fullmatch(path.name)]


def refuse_changes(root: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Compare what decides a training with what a folder was begun with.

    Raises:
        ConfigChanged: they differ; the message lists every value.
    """
    lines = list(difference(dict(old), dict(new)))
    if lines:
        listing = "\n".join(f"  {line}" for line in lines)
        raise ConfigChanged(
            f"the training in {root} was begun with other settings:\n{listing}",
            saved="its checkpoints are untouched",
            hint="--fresh moves them aside and begins again; --out DIR trains beside it",
        )


def _whole(folder: Path) -> Checkpoint | None:
    try:
        note = json.loads((folder / WHOLE).read_text(encoding="utf-8"))
        files = note.pop("files")
        complete = all((folder / name).stat().st_size == size for name, size in files.items())
        step = int(note["step"])
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None
    named = folder.name == f"checkpoint-{step}"
    return Checkpoint(step, folder, note) if complete and files and named else None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
