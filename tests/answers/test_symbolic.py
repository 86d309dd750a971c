"""The worker process: hostile questions are bounded and nothing is left running."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sure_math.answers.equivalence import equivalent
from sure_math.answers.symbolic import SymbolicChecker
from sure_math.errors import BackendError

ROOT = Path(__file__).resolve().parents[2]


def children() -> set[int]:
    """Processes whose parent is this one, zombies included."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == os.getpid():
            found.add(int(stat.parent.name))
    return found


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (r"\frac{1}{\sqrt{2}}", r"\frac{\sqrt{2}}{2}", "equal"),
        ("x^2-1", "(x-1)(x+1)", "equal"),
        ("x^2-1", "(x-1)^2", "different"),
        ("", "1", "undecided"),
        ("1" * 400, "1", "undecided"),
        ("(" * 50 + "x" + ")" * 50, "x", "undecided"),
    ],
)
def test_verdicts(a, b, verdict) -> None:
    with SymbolicChecker() as checker:
        assert checker.check(a, b) == verdict


def test_hostile_questions_are_undecided_and_the_next_one_works() -> None:
    before = children()
    with SymbolicChecker(cpu_seconds=0.5, memory_bytes=10**9) as checker:
        for hostile in (r"9^{9^{9^9}}", r"(10^9)!", r"(x+1)^{100000}", r"\binom{10^6}{5*10^5}"):
            assert checker.check(hostile, "x^2-1") != "equal"
        assert checker.check("x^2-1", "(x-1)(x+1)") == "equal"
    assert children() == before


def test_a_killed_worker_is_replaced() -> None:
    before = children()
    with SymbolicChecker() as checker:
        checker.check("a", "b")
        (worker,) = children() - before
        os.kill(worker, signal.SIGKILL)
        assert checker.check("x+1", "1+x") == "equal"
        assert children() - before != {worker}
    assert children() == before


def test_threads_share_a_checker() -> None:
    with SymbolicChecker() as checker, ThreadPoolExecutor(4) as pool:
        verdicts = pool.map(lambda i: checker.check(f"x+{i}", f"{i % 2}+x"), range(12))
        assert list(verdicts) == ["equal", "equal", *["different"] * 10]


def test_a_memory_bomb_is_undecided_and_the_next_question_works() -> None:
    with SymbolicChecker(cpu_seconds=20, memory_bytes=250 * 2**20) as checker:
        assert checker.check(r"\sum_{k=1}^{20}2^{2^{30}+k}", "x^2-1") == "undecided"
        assert checker.check("x^2-1", "(x-1)(x+1)") == "equal"


def test_a_worker_that_is_killed_again_and_again_is_undecided() -> None:
    before = children()
    with SymbolicChecker() as checker, ThreadPoolExecutor(1) as pool:
        checker.check("a", "b")
        asked = pool.submit(checker.check, r"\sum_{k=1}^{10^7} \sin k", "1")
        while not asked.done():
            for worker in children() - before:
                os.kill(worker, signal.SIGKILL)
            time.sleep(0.02)
        assert isinstance(asked.exception(), BackendError) or asked.result() == "undecided"
        assert checker.check("x+1", "1+x") == "equal"
    assert children() == before


def _exit_status_of_a_fork(work: Callable[[], bool]) -> int:
    """0 if `work` is true in a forked child; the child is killed after 30 s."""
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        status = 1
        try:
            status = 0 if work() else 1
        finally:
            os._exit(status)
    return os.waitpid(child, 0)[1]


def test_a_forked_child_has_a_worker_of_its_own() -> None:
    def work() -> bool:
        equal = checker.check("x+2", "2+x") == "equal"
        checker.close()
        return equal

    with SymbolicChecker() as checker:
        assert checker.check("x+1", "1+x") == "equal"
        assert _exit_status_of_a_fork(work) == 0
        assert checker.check("x+3", "3+x") == "equal"


def test_a_fork_while_another_thread_asks_does_not_hang() -> None:
    def work() -> bool:
        equal = checker.check("x+1", "1+x") == "equal"
        checker.close()
        return equal

    with SymbolicChecker(cpu_seconds=1) as checker, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(checker.check, r"(x+1)^{100000}", "1")
        time.sleep(0.5)  # the other thread holds the checker now, or has been quick
        assert _exit_status_of_a_fork(work) == 0
        assert asked.result() != "equal"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_of_a_pool(method) -> None:
    with multiprocessing.get_context(method).Pool(2) as pool:
        pairs = [(r"\sum_{k=1}^{10}k", "55"), (r"9^{9^{9^9}}", "7"), ("x+1", "1+x")]
        assert pool.starmap(equivalent, pairs) == [True, False, True]


SCRIPT = r"""
from sure_math.answers.equivalence import equivalent, shared_checker
print(equivalent(r"\sum_{k=1}^{10}k", "55"), shared_checker()._worker._process.pid, flush=True)
"""


def _run(script: str, folder: Path) -> "subprocess.Popen[str]":
    path = folder / "script.py"
    path.write_text(script)
    # A folder with a module that would shadow the standard library for the worker.
    (folder / "fractions.py").write_text("raise RuntimeError")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
    return subprocess.Popen(
        [sys.executable, str(path)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        cwd=folder,
        env=environment,
    )


def _gone(pid: int) -> bool:
    for _ in range(200):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_script_without_main_guard_and_its_worker_end_together(tmp_path) -> None:
    with _run(SCRIPT, tmp_path) as process:
        output, _ = process.communicate()
    verdict, pid = output.split()
    assert verdict == "True"
    assert process.returncode == 0
    assert _gone(int(pid))


def test_the_worker_does_not_outlive_a_killed_parent(tmp_path) -> None:
    with _run(SCRIPT + "input()", tmp_path) as process:
        assert process.stdout is not None
        verdict, pid = process.stdout.readline().split()
        process.kill()
    assert verdict == "True"
    assert _gone(int(pid))
