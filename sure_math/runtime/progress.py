"""How far a stage is: a bar on a terminal, plain lines elsewhere.

Counts start at what is already durable; the rate is that of this attempt only.
"""

import sys
import time
from types import TracebackType
from typing import Self

from tqdm import tqdm

_LINE_EVERY = 15.0
"""Seconds between two plain lines."""


class Progress:
    """Rows done of a total, tokens per second and the time left, for one stage."""

    def __init__(self, stage: str, total: int, done: int, unit: str = "rows") -> None:
        self._stage, self._total, self._done, self._unit = stage, total, done, unit
        self._tokens = 0
        self._note = ""
        self._started = time.monotonic()
        self._first = done
        self._spoken = self._started
        self._bar = (
            tqdm(total=total, initial=done, desc=stage, unit=f" {unit}", leave=False)
            if sys.stderr.isatty()
            else None
        )

    def advance(self, rows: int = 0, tokens: int = 0, note: str = "") -> None:
        """Count finished rows and generated tokens; `note` is how well it goes."""
        self._done += rows
        self._tokens += tokens
        self._note = note
        if self._bar is not None:
            self._bar.update(rows)
            if found := self._figures():
                self._bar.set_postfix_str(", ".join(found))
        elif time.monotonic() - self._spoken >= _LINE_EVERY:
            self._spoken = time.monotonic()
            print(self._line(), file=sys.stderr, flush=True)

    def _figures(self) -> list[str]:
        rate = self._tokens / max(time.monotonic() - self._started, 1e-9)
        return [*([self._note] if self._note else []),
                *([f"{rate:,.0f} tokens/s"] if self._tokens else [])]  # fmt: skip

    def _line(self) -> str:
        elapsed = time.monotonic() - self._started
        fresh = self._done - self._first
        left = (self._total - self._done) * elapsed / fresh if fresh else None
        eta = "" if left is None else f", about {left:,.0f} s left"
        figures = "".join(f", {each}" for each in self._figures())
        return f"{self._stage}: {self._done}/{self._total} {self._unit}{figures}{eta}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
