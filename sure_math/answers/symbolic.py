"""Symbolic equality of two answers: math-verify in a process that can be killed.

Some inputs cost hours or gigabytes (9^9^9^9), and with gmpy2 a single C call ignores Python's
signals. So math-verify runs in a worker process with limits on CPU time and memory; the kernel ends
it if it does not end itself. Limits count CPU time, so verdicts do not depend on load; a wall-clock
deadline is only the last resort. Whatever goes wrong is "undecided", never "different".

One JSON message per line over pipes. The worker ends when its standard input closes, so it
outlives neither `close` nor the parent, even one that was killed. POSIX only.
"""

import json
import os
import select
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from sure_math.errors import BackendError

Verdict = Literal["equal", "different", "undecided"]

CPU_SECONDS = 2.0
MEMORY_BYTES = 2 * 1024**3
_DEADLINE = 60.0
_TASKS_PER_WORKER = 3000
_MAX_REMEMBERED = 10_000
# -P keeps the current folder out, where any random.py would shadow the standard library; the folder
# of this package comes last, for one that is not installed.
_START = (
    "import sys; sys.path.append(sys.argv.pop(1));from sure_math.answers.worker import main; main()"
)
# Static limits: what exceeds them is undecided without starting any work.
_MAX_LENGTH = 600
_MAX_NESTING = 20
_MAX_DIGITS = 300


class SymbolicChecker:
    """A math-verify worker behind `check`; a context manager, safe to share between threads.

    The worker starts with the first question and is replaced after a crash, a kill or some
    thousand tasks. A forked child process gets a worker of its own.

    Args:
        cpu_seconds: CPU time for one pair of answers.
        memory_bytes: address space of the worker.
    """

    def __init__(
        self, *, cpu_seconds: float = CPU_SECONDS, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._arguments = [str(cpu_seconds), str(memory_bytes)]
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._readable: dict[str, bool] = {}
        _CHECKERS.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def check(self, a: str, b: str) -> Verdict:
        """Whether two LaTeX answers are equal, strictly and in both directions.

        Raises:
            BackendError: the worker cannot start (math-verify is missing or broken).
        """
        if not (_within_limits(a) and _within_limits(b)):
            return "undecided"
        with self._lock:
            if not (self._is_readable(a) and self._is_readable(b)):
                return "undecided"
            verdict: Verdict = self._ask(a, b)
            return verdict

    def close(self) -> None:
        """End the worker; a later `check` starts a new one."""
        with self._lock:
            self._drop_worker()

    def _after_fork(self) -> None:
        """In a forked child: whoever held the lock has stayed behind."""
        self._lock = threading.Lock()

    def _is_readable(self, answer: str) -> bool:
        """Whether an answer can be read within the limits, so that a bomb goes off only once."""
        if answer not in self._readable:
            if len(self._readable) >= _MAX_REMEMBERED:
                self._readable.clear()
            self._readable[answer] = self._ask(answer) == "readable"
        return self._readable[answer]

    def _ask(self, *answers: str) -> Any:
        """The worker's word on one answer or two; "undecided" if it does not come back.

        A lost worker may have been killed from outside, so its question is asked once more.
        """
        for _ in range(2):
            reply = None
            try:
                reply = self._ready_worker().ask(answers)
            finally:
                # Also after Ctrl-C: a late reply must never answer the next question.
                if reply is None:
                    self._drop_worker()
            if reply is not None:
                return reply["reply"]
        return "undecided"

    def _ready_worker(self) -> "_Worker":
        worker = self._worker
        if worker is not None and worker.owner == os.getpid() and worker.tasks < _TASKS_PER_WORKER:
            return worker
        self._drop_worker()
        self._worker = _Worker(self._arguments)
        return self._worker

    def _drop_worker(self) -> None:
        if self._worker is not None and self._worker.owner == os.getpid():
            self._worker.stop()
        self._worker = None


_CHECKERS: "weakref.WeakSet[SymbolicChecker]" = weakref.WeakSet()


def _after_fork() -> None:
    for checker in list(_CHECKERS):
        checker._after_fork()


os.register_at_fork(after_in_child=_after_fork)


class _Worker:
    """One worker process and its pipes."""

    def __init__(self, arguments: list[str]) -> None:
        self.owner = os.getpid()
        self.tasks = 0
        root = str(Path(__file__).resolve().parents[2])
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, root, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._process = process
        self.stop = weakref.finalize(self, _end, process, self.owner)
        ready = self._read()
        if ready is None or "error" in ready:
            self.stop()
            reason = "it ended at once" if ready is None else ready["error"]
            raise BackendError(
                f"the symbolic checker could not start: {reason}",
                hint="reinstall math-verify, or switch the symbolic tier off",
            )

    def ask(self, message: Sequence[str]) -> dict[str, Any] | None:
        """The worker's reply; None if it died or kept silent past the deadline."""
        self.tasks += 1
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        return self._read()

    def _read(self) -> dict[str, Any] | None:
        assert self._process.stdout is not None
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN)
        if not poll.poll(_DEADLINE * 1000):
            return None
        # Replies are far shorter than a pipe's atomic write, so a line arrives whole or not at all.
        line = self._process.stdout.readline()
        reply: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
        return reply


def _end(process: "subprocess.Popen[bytes]", owner: int) -> None:
    """Kill and reap a worker; a forked copy of its parent leaves it alone."""
    if os.getpid() != owner:
        return
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue  # the rest of an unsent question; nobody is left to read it


def _within_limits(text: str) -> bool:
    if not text or len(text) > _MAX_LENGTH:
        return False
    depth = deepest = digits = 0
    for character in text:
        if character in "{([":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "})]":
            depth -= 1
        digits += character.isdigit()
    return deepest <= _MAX_NESTING and digits <= _MAX_DIGITS
