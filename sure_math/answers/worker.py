"""The process behind `symbolic.SymbolicChecker`: math-verify under hard limits.

`main` takes CPU_SECONDS and MEMORY_BYTES from the command line, reads one JSON question per line
from standard input and answers each with one line; it ends when standard input closes. A question
is one answer to be read, or two to be compared; each answer is parsed once.

Two CPU limits: a profiling timer raises an exception inside Python code, and for C code that does
not return to Python the kernel ends the process (RLIMIT_CPU) shortly after.
"""

import json
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from types import FrameType
from typing import IO, Any, NamedTuple

from sure_math.answers.numbers import exact_value, rounding_places

_RELATIVE_ERROR = 1e-5


class _OutOfTime(BaseException):
    """CPU time is up. Not an Exception: the libraries below catch those."""


def main() -> None:
    """Serve questions until standard input closes."""
    cpu_seconds, memory_bytes = float(sys.argv[1]), int(sys.argv[2])
    # The libraries may print; the pipe carries replies only.
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    signal.signal(signal.SIGPROF, _raise_out_of_time)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logging.disable(logging.CRITICAL)
    try:
        import math_verify  # noqa: F401
    except ImportError as error:
        _send(replies, {"error": str(error)})
        return
    _send(replies, {"ready": True})
    for line in sys.stdin:
        answers = json.loads(line)
        step = partial(_verdict, *answers) if len(answers) == 2 else partial(_is_readable, *answers)
        _send(replies, {"reply": _limited(step, cpu_seconds)})


def _send(replies: IO[str], message: dict[str, Any]) -> None:
    replies.write(json.dumps(message) + "\n")
    replies.flush()


def _raise_out_of_time(signum: int, frame: FrameType | None) -> None:
    raise _OutOfTime


def _limited(step: Callable[[], str], cpu_seconds: float) -> str:
    """The result of one step, "undecided" when CPU time or memory run out."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = usage.ru_utime + usage.ru_stime
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used + 2 * cpu_seconds) + 2, hard))
    try:
        try:
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds, 0.1)
            return step()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except (_OutOfTime, MemoryError, RecursionError):
        return "undecided"


def _is_readable(answer: str) -> str:
    """ "readable" if math-verify makes something of an answer by itself."""
    return "readable" if _read(answer).parsed else "undecided"


def _verdict(a: str, b: str) -> str:
    from math_verify import verify

    left, right = _read(a), _read(b)
    if not left.parsed or not right.parsed:
        return "undecided"
    if _is_rounding(left.value, b) or _is_rounding(right.value, a):
        return "equal"
    if _numbers_differ(left.value, right.value):
        return "different"
    # x > 2 and (2, oo) are one set whichever comes first.
    options = {"strict": True, "allow_set_relation_comp": True, "timeout_seconds": None}
    one, other = left.parsed, right.parsed
    equal = verify(one, other, **options) and verify(other, one, **options)
    return "equal" if equal else "different"


class _Reading(NamedTuple):
    """What math-verify makes of an answer, and its value if it is one closed number."""

    parsed: list[Any]
    value: Any | None


@lru_cache(maxsize=64)
def _read(answer: str) -> _Reading:
    parsed = _parse(answer)
    return _Reading(parsed, _number(parsed[0]) if parsed else None)


def _parse(answer: str) -> list[Any]:
    from math_verify import ExprExtractionConfig, LatexExtractionConfig, parse

    latex = LatexExtractionConfig(boxed_match_priority=0)
    # By default 5h, 5m and even 5ab are read as 5: letters taken for units are dropped.
    notation = replace(latex.normalization_config, units=False)
    targets = [replace(latex, normalization_config=notation), ExprExtractionConfig()]
    parsed: list[Any] = parse(rf"\boxed{{{answer}}}", targets, parsing_timeout=None)
    return parsed


def _number(expression: Any) -> Any | None:
    """The value of a closed expression to 30 digits, None for anything else."""
    import sympy

    if not isinstance(expression, sympy.Expr) or not expression.is_number:
        return None
    value = expression.evalf(30)
    return value if value.is_Float or value.is_Integer or value.is_Rational else None


def _numbers_differ(x: Any | None, y: Any | None) -> bool:
    """math-verify compares numbers absolutely, to six places: 2^-98 would be 2^-99."""
    if x is None or y is None:
        return False
    return bool(abs(x - y) > _RELATIVE_ERROR * max(abs(x), abs(y)))


def _is_rounding(value: Any | None, text: str) -> bool:
    """Whether `text` is a decimal and the correct rounding of `value`."""
    import sympy

    rounded = exact_value(text)
    places = None if rounded is None else rounding_places(rounded)
    if rounded is None or value is None or places is None:
        return False
    error = abs(value - sympy.Rational(rounded.numerator, rounded.denominator))
    return bool(error <= sympy.Rational(1, 2 * 10**places))
