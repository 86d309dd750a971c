"""Contestants, each in a process of its own, so that no library's cache serves two of them.

CPU time is that of the process and of its children, running or ended (Linux). math-verify gets the
time limit per call that our symbolic tier has.
"""

import logging
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.answers_workload import Problem
from sure_math.answers.boxed import extract_answer
from sure_math.answers.equivalence import compare
from sure_math.answers.symbolic import CPU_SECONDS, SymbolicChecker
from sure_math.cluster.clustering import Clustering, clustering
from sure_math.cluster.union_find import UnionFind

Answers = Sequence[str | None]
_LIMIT = int(CPU_SECONDS)


# --- clustering with math-verify ------------------------------------------------------------------


def _parse(answer: str) -> list[Any]:
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse

    targets = [LatexExtractionConfig(boxed_match_priority=0), ExprExtractionConfig()]
    parsed: list[Any] = parse(rf"\boxed{{{answer}}}", targets, parsing_timeout=_LIMIT)
    return parsed


def _verify(a: list[Any], b: list[Any]) -> bool:
    from math_verify import verify

    return bool(verify(a, b, timeout_seconds=_LIMIT))


def all_pairs(answers: Answers) -> list[int]:
    """Every response parsed once, every pair of responses verified."""
    numbers = [i for i, answer in enumerate(answers) if answer is not None]
    parsed = {i: _parse(answers[i] or "") for i in numbers}
    sets = UnionFind(len(answers))
    for i, j in combinations(numbers, 2):
        if _verify(parsed[i], parsed[j]):
            sets.union(i, j)
    return [-1 if answer is None else sets.find(i) for i, answer in enumerate(answers)]


def strings_first(answers: Answers) -> list[int]:
    """Equal strings are one; every pair of distinct strings is verified."""
    return _over_distinct(answers, all_pairs)


def representatives(answers: Answers) -> list[int]:
    """Equal strings are one; each is verified, in both directions, with one string per cluster."""
    return _over_distinct(answers, _founders)


def _founders(distinct: Answers) -> list[int]:
    founders: dict[int, list[Any]] = {}
    ids = []
    for i, answer in enumerate(distinct):
        parsed = _parse(answer or "")
        equal = (f for f, p in founders.items() if _verify(p, parsed) and _verify(parsed, p))
        founder = next(equal, i)
        founders.setdefault(founder, parsed)
        ids.append(founder)
    return ids


def _over_distinct(answers: Answers, cluster: Callable[[Answers], list[int]]) -> list[int]:
    distinct = [answer for answer in dict.fromkeys(answers) if answer is not None]
    if len(distinct) < 2:
        return [-1 if answer is None else 0 for answer in answers]
    found: dict[str | None, int] = dict(zip(distinct, cluster(distinct), strict=True))
    return [found.get(answer, -1) for answer in answers]


def math_verify_extraction(text: str) -> str | None:
    """The answer `math_verify.parse` finds in a whole response, as text."""
    from math_verify import parse

    found = parse(text, parsing_timeout=_LIMIT)
    return str(found[-1]) if found else None


# --- ours -----------------------------------------------------------------------------------------


class Ours:
    """`clustering` without a judge."""

    def __init__(self) -> None:
        self._checker = SymbolicChecker()
        self._checker.check("x", "x+1")  # starts the worker

    def __call__(self, answers: Answers) -> list[int]:
        steps = self._steps(answers, use_judge=False)
        try:
            next(steps)
        except StopIteration as done:
            result: Clustering = done.value
            return list(result.cluster_ids)
        raise AssertionError("a question without a judge")

    def judged(self, problem: Problem) -> tuple[int, list[int]]:
        """Questions to a judge that knows the truth, and the clusters with its verdicts."""
        labels = problem.labels()
        steps = self._steps(problem.answers, use_judge=True)
        questions, verdict = 0, None
        while True:
            try:
                question = steps.send(verdict)
            except StopIteration as done:
                return questions, list(done.value.cluster_ids)
            questions += 1
            verdict = labels[question.a] is not None and labels[question.a] == labels[question.b]

    def _steps(self, answers: Answers, *, use_judge: bool) -> Generator[Any, bool | None, Any]:
        return clustering(answers, partial(compare, symbolic=self._checker), use_judge=use_judge)


CONTESTANTS: dict[str, Callable[[], Callable[[Any], Any]]] = {
    "all pairs, math-verify": lambda: all_pairs,
    "strings, then math-verify": lambda: strings_first,
    "... representatives, both ways": lambda: representatives,
    "ours": Ours,
    "extraction, math-verify": lambda: math_verify_extraction,
    "extraction, ours": lambda: extract_answer,
}
_WARM_UP: dict[bool, list[Any]] = {
    False: [(r"\frac{1}{2}", "0.5", "x^2+1", "1+x^2", "(1, 2)", "3 cm", None)],
    True: [r"So it is \(\boxed{\frac{1}{2}}\)."],
}


# --- processes ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What a contestant made of one item."""

    result: Any
    cpu: float
    """Seconds."""


class Contestant:
    """One contestant in its process; a context manager."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.outcomes: list[Outcome] = []
        self._process = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
        self.start_up: float = self._process.submit(_start, name).result()
        """CPU seconds of imports and a first call."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.shutdown()

    def run(self, items: Sequence[Any]) -> None:
        """Work on the next items."""
        self.outcomes += self._process.submit(_run, items).result()

    def judged(self, problems: Sequence[Problem]) -> list[tuple[int, list[int]]]:
        """`Ours.judged` for every problem, not timed."""
        return self._process.submit(_judged, problems).result()

    @property
    def cpu(self) -> list[float]:
        """CPU seconds of every item."""
        return [outcome.cpu for outcome in self.outcomes]


class _CpuClock:
    """CPU seconds of this process and its children."""

    def __init__(self) -> None:
        self._children: list[int] = []

    def __call__(self) -> float:
        try:
            running = sum(map(time.clock_gettime, self._children))
        except OSError:  # one ended, and is among the reaped now
            self.find_children()
            running = sum(map(time.clock_gettime, self._children))
        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + running + reaped.ru_utime + reaped.ru_stime

    def find_children(self) -> None:
        """Look up the clocks of running children: ~pid << 3 | 2, as the kernel numbers them."""
        pids = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        self._children = [(~int(pid) << 3) | 2 for pid in pids]


_clock = _CpuClock()
_state: dict[str, Callable[[Any], Any]] = {}


def _start(name: str) -> float:
    logging.disable(logging.CRITICAL)  # math-verify logs every answer it gives up on
    _state["contestant"] = CONTESTANTS[name]()
    for item in _WARM_UP[name.startswith("extraction")]:
        _state["contestant"](item)
    _clock.find_children()
    return _clock()


def _run(items: Sequence[Any]) -> list[Outcome]:
    contestant = _state["contestant"]
    outcomes, before = [], _clock()
    for item in items:
        result = contestant(item)
        after = _clock()
        outcomes.append(Outcome(result, after - before))
        before = _clock()
    return outcomes


def _judged(problems: Sequence[Problem]) -> list[tuple[int, list[int]]]:
    ours = _state["contestant"]
    assert isinstance(ours, Ours)
    return [ours.judged(problem) for problem in problems]
