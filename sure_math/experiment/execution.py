"""Running an experiment: phase by phase, several commands at once, each with a log and a record.

A step that ended well is not repeated; one that was killed is run again and goes on by itself,
as every command of `sure-math` does. Nothing else is remembered.
"""

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

import click

from sure_math.errors import StageError
from sure_math.experiment.plan import Phase, Step
from sure_math.runtime.lock import exclusive
from sure_math.runtime.shards import write_text

_TAIL = 12
"""Lines of its log that are shown of a step that failed."""


class Execution:
    """The commands of one experiment, at most `jobs` of them at once."""

    def __init__(self, root: Path, jobs: int) -> None:
        self.root = root
        self.jobs = jobs
        self._stop = Event()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = Lock()

    def run(self, phases: Iterable[Phase]) -> None:
        """Run what is not done yet.

        Raises:
            StageError: a command failed, or another process runs this experiment.
        """
        busy = StageError(
            f"another process is running the experiment in {self.root}",
            hint="wait for it, or give this one another --out",
        )
        with exclusive(self.root / ".lock", busy):
            for phase in phases:
                self._phase(phase)

    def _phase(self, phase: Phase) -> None:
        waiting = [step for step in phase.steps if not self._is_done(step)]
        done = len(phase.steps) - len(waiting)
        steps = f"{len(phase.steps)} step{'s' * (len(phase.steps) > 1)}"
        click.echo(f"{phase.name}: {steps}, {done} done before", err=True)
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                failures = [each for each in pool.map(self._step, waiting) if each]
            except BaseException:
                self._abort()
                raise
        if failures:
            raise failures[0]

    def _step(self, step: Step) -> StageError | None:
        if self._stop.is_set():
            return None
        log = self.root / "logs" / f"{step.name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        with log.open("ab") as out:
            out.write(f"$ {shlex.join(step.command)}\n".encode())
            out.flush()
            code = self._call(step, out.fileno())
        seconds = time.monotonic() - started
        if code:
            if self._stop.is_set():  # terminated, because another one failed
                return None
            self._abort()
            return self._failure(step, code, log)
        record = {"command": step.command, "seconds": round(seconds, 1)}
        write_text(self._record(step), json.dumps(record, indent=1) + "\n")
        click.echo(f"  {step.name}: {seconds:.0f} s", err=True)
        return None

    def _call(self, step: Step, out: int) -> int:
        # One thread each: several small trainings side by side beat one on all cores.
        threads = {"OMP_NUM_THREADS": "1"} if self.jobs > 1 else {}
        with self._lock:
            if self._stop.is_set():
                return -signal.SIGTERM
            process = subprocess.Popen(
                step.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={**threads, **os.environ},
            )  # fmt: skip
            self._running.add(process)
        try:
            return process.wait()
        finally:
            with self._lock:
                self._running.discard(process)

    def _abort(self) -> None:
        """Stop what runs; every command saves its work as it goes."""
        self._stop.set()
        with self._lock:
            for process in self._running:
                process.terminate()

    def _failure(self, step: Step, code: int, log: Path) -> StageError:
        tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL:]
        return StageError(
            f"step {step.name} failed with exit code {code}:\n" + "\n".join(tail),
            saved=f"every step before, and what this one had done; all of its output is in {log}",
            hint=f"the command alone: {shlex.join(step.command)}",
        )

    def _is_done(self, step: Step) -> bool:
        """Whether exactly this command ended well, and what it made is still there."""
        if step.makes is not None and not step.makes.exists():
            return False
        try:
            record = json.loads(self._record(step).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return False
        return bool(record.get("command") == list(step.command))

    def _record(self, step: Step) -> Path:
        return self.root / "steps" / f"{step.name}.json"
