"""Waiting for what another process does, however slow the machine is."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

PATIENCE = 300.0  # seconds


def until(happened: Callable[[], bool]) -> None:
    """Return once something is so; fail if it never is."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def until_journaled(stage: Path, answers: int) -> None:
    """Until the journals of a stage hold so many answers."""
    until(lambda: _lines(stage.glob("journal/*.jsonl")) == answers)


def _lines(files: Iterable[Path]) -> int:
    return sum(path.read_bytes().count(b"\n") for path in files)
