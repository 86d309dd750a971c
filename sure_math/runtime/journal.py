"""An append-only record of the responses to one shard's requests.

Responses of an endpoint are paid for, so each one is written down as it arrives; after a kill the
next attempt replays them instead of asking again. A torn last line is ignored. The file is
dropped when its shard commits, unless the stage keeps it.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sure_math.backends.base import Completion, Failure, Request, Sample
from sure_math.runtime.ids import stable_hash
from sure_math.runtime.shards import refused


class Journal:
    """Completions by request content."""

    def __init__(self, path: Path, model: dict[str, Any]) -> None:
        self._path = path
        self._model = model
        self._known = dict(read_journal(path))

    def key(self, request: Request) -> str:
        """Identity of a request: everything that decides its answer, the model included."""
        return stable_hash([self._model, asdict(request)])

    def get(self, request: Request) -> Completion | None:
        """The recorded answer, if this very request was answered before."""
        return self._known.get(self.key(request))

    def add(self, request: Request, completion: Completion) -> None:
        """Record an answer; it survives a kill of this process from here on."""
        entry = {"key": self.key(request), "completion": asdict(completion)}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            torn = self._path.exists() and not _ends_with_newline(self._path)
            with self._path.open("a", encoding="utf-8") as handle:
                handle.write(("\n" if torn else "") + json.dumps(entry) + "\n")
        except OSError as error:
            raise refused(self._path, error) from error


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as handle:
        if handle.seek(0, 2) == 0:
            return True
        handle.seek(-1, 2)
        return handle.read(1) == b"\n"


def read_journal(path: Path) -> Iterator[tuple[str, Completion]]:
    """Everything recorded in a file, by key (`Journal.key`); what cannot be read is left out."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as handle:
        for line in handle:
            try:
                entry = json.loads(line)
                yield entry["key"], _completion(entry["completion"])
            except (ValueError, KeyError, TypeError):
                continue  # torn by a kill: that response is asked for again


def _completion(data: dict[str, Any]) -> Completion:
    samples = tuple(
        Sample(**{**s, "token_ids": None if s["token_ids"] is None else tuple(s["token_ids"])})
        for s in data["samples"]
    )
    failure = Failure(**data["failure"]) if data["failure"] else None
    return Completion(data["request_id"], samples, failure, data["prompt_tokens"])
