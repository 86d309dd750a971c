r"""Who finds equal answers, and who merges different ones: `python -m benchmarks.equivalence`.

Reads JSON lines of labelled pairs (`a`, `b`, `equivalent`; rows marked `ambiguous` are left out)
and prints one line per tool: recall (equal pairs found) and false merges (different pairs called
equal), both with 95 % Wilson intervals; pairs left undecided (no parse, no time), which count as
not merged; and CPU time per pair, the start of child processes included.

math-verify is asked the way its users ask it: with the answers as they are, as `$...$`, or as
`\boxed{...}`, in one order or in both. Some answers would keep it busy for hours, so it runs in a
process that is killed when it does not reply.
"""

import json
import logging
import math
import multiprocessing
import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import click

from sure_math.answers.equivalence import compare
from sure_math.answers.problem import problem_keys
from sure_math.answers.symbolic import SymbolicChecker
from sure_math.proportion import Proportion

_ROOT = Path(__file__).resolve().parents[1]
_DEFAULT = (
    _ROOT / "tests/answers/pairs.jsonl",
    _ROOT.parent / "shared/data/equivalence_dev.jsonl",
)
_DEADLINE = 15.0  # seconds; math-verify's own limits are shorter, where they work
_MEMORY = 4 * 1024**3

# A tool says True, False, or None when it cannot tell.
Decide = Callable[[str, str], bool | None]
Tool = Callable[[], AbstractContextManager[Decide]]


@dataclass(frozen=True)
class Pair:
    """Two answers of one problem and whether they are the same answer."""

    a: str
    b: str
    equivalent: bool


@dataclass(frozen=True)
class MathVerify:
    r"""One way of asking math-verify.

    Args:
        template: what stands around an answer, such as `\boxed{%s}`.
        accept: from the verdicts on (a, b) and (b, a) to one; None asks for (a, b) only.
        strict: math-verify's own switch.
    """

    template: str
    accept: Callable[[Sequence[bool]], bool] | None = None
    strict: bool = True

    def __call__(self, a: str, b: str) -> bool | None:
        """The verdict; None if one of the answers cannot be read."""
        from math_verify import parse, verify

        x, y = parse(self.template % a), parse(self.template % b)
        if not x or not y:
            return None
        first = bool(verify(x, y, strict=self.strict))
        if self.accept is None:
            return first
        return self.accept([first, bool(verify(y, x, strict=self.strict))])


def tools() -> dict[str, Tool]:
    """What is compared, by the name in the table."""
    boxed = r"\boxed{%s}"
    return {
        "same string": lambda: nullcontext(str.__eq__),
        "math-verify, as written": partial(_killable, MathVerify("%s")),
        "math-verify, $...$": partial(_killable, MathVerify("$%s$")),
        r"math-verify, \boxed{...}": partial(_killable, MathVerify(boxed)),
        r"math-verify, \boxed{...}, either order": partial(_killable, MathVerify(boxed, any)),
        r"math-verify, \boxed{...}, both orders": partial(_killable, MathVerify(boxed, all)),
        "sure_math": _sure_math,
    }


@contextmanager
def _sure_math() -> Iterator[Decide]:
    """What `sure_math.equivalent` does, with "different" and "undecided" told apart."""
    with SymbolicChecker() as checker:

        def decide(a: str, b: str) -> bool | None:
            keys = problem_keys([a, b])
            verdict = compare(keys[a], keys[b], symbolic=checker).verdict
            return None if verdict == "undecided" else verdict == "equal"

        yield decide


@contextmanager
def _killable(decide: Decide) -> Iterator[Decide]:
    """Run `decide` in a process that is replaced when it does not reply in time."""
    worker: list[tuple[multiprocessing.process.BaseProcess, Connection]] = []

    def stop() -> None:
        process, pipe = worker.pop()
        process.kill()
        process.join()
        pipe.close()

    def ask(a: str, b: str) -> bool | None:
        if not worker:
            worker.append(_start(decide))
        pipe = worker[0][1]
        try:
            pipe.send((a, b))
            if pipe.poll(_DEADLINE):
                verdict: bool | None = pipe.recv()
                return verdict
        except (EOFError, BrokenPipeError):
            pass  # it died of the memory limit
        stop()
        return None

    try:
        yield ask
    finally:
        if worker:
            stop()


def _start(decide: Decide) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, decide), daemon=True)
    process.start()
    there.close()
    here.recv()  # ready: the import is not part of any pair's time limit
    return process, here


def _serve(pipe: Connection, decide: Decide) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    logging.disable(logging.CRITICAL)
    decide("1", "1")
    pipe.send("ready")
    while True:
        try:
            a, b = pipe.recv()
        except EOFError:
            return
        pipe.send(decide(a, b))


def read_pairs(path: Path) -> list[Pair]:
    """The labelled pairs of one file."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [Pair(r["a"], r["b"], r["equivalent"]) for r in rows if not r.get("ambiguous")]


def run(tool: Tool, pairs: Sequence[Pair]) -> tuple[list[bool | None], float]:
    """The verdicts on the pairs, and the CPU seconds of this process and its children."""
    before = _cpu_seconds()
    with tool() as decide:
        verdicts = [decide(pair.a, pair.b) for pair in pairs]
    return verdicts, _cpu_seconds() - before


def _cpu_seconds() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    usages = [resource.getrusage(kind) for kind in kinds]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % Wilson score interval of a proportion; (0, 1) without observations."""
    if total == 0:
        return 0.0, 1.0
    share = Proportion(hits, total)
    return share.low, share.high


def _share(hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    share = hits / total if total else math.nan
    return f"{share:6.1%} [{low:5.1%}, {high:6.1%}]"


def table(pairs: Sequence[Pair]) -> Iterator[str]:
    """The lines of the table, each as soon as it is known."""
    equal = sum(pair.equivalent for pair in pairs)
    yield (f"{'tool':<40} {'recall':<23} {'false merges':<23} {'undecided':>9} {'CPU ms/pair':>12}")
    for name, tool in tools().items():
        verdicts, seconds = run(tool, pairs)
        merged = [pair.equivalent for pair, verdict in zip(pairs, verdicts, strict=True) if verdict]
        yield (
            f"{name:<40} {_share(sum(merged), equal):<23}"
            f" {_share(len(merged) - sum(merged), len(pairs) - equal):<23}"
            f" {verdicts.count(None) / len(pairs):>9.1%} {1000 * seconds / len(pairs):>12.2f}"
        )


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files: tuple[Path, ...]) -> None:
    """Print one table per file of labelled pairs (default: the pairs of the tests)."""
    for path in files or [path for path in _DEFAULT if path.exists()]:
        pairs = read_pairs(path)
        equal = sum(pair.equivalent for pair in pairs)
        click.echo(f"\n{path.name}: {equal} equal pairs, {len(pairs) - equal} different ones")
        for line in table(pairs):
            click.echo(line)


if __name__ == "__main__":
    main()
