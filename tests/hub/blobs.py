"""Contents by name, in memory or as files that appear whole."""

import os
import threading
from pathlib import Path


class Blobs:
    """Bytes by name; with a folder every one is a file, renamed into place when complete."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._memory: dict[str, bytes] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._memory if self._folder is None else (self._folder / name).exists()

    def __getitem__(self, name: str) -> bytes:
        return self._memory[name] if self._folder is None else (self._folder / name).read_bytes()

    def __setitem__(self, name: str, data: bytes) -> None:
        if self._folder is None:
            self._memory[name] = data
        else:
            write_whole(self._folder / name, data)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file such that a reader, or a run after a crash, sees all of it or the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    unfinished.write_bytes(data)
    unfinished.replace(path)
