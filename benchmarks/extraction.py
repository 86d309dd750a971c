r"""Who finds the final answer of a response: `python -m benchmarks.extraction`.

Reads JSON lines of responses with the answer expected (`response`, `expected`: a string or null)
and prints one line per tool: answers that are right and wrong, both with 95 % Wilson intervals,
nothing where there is an answer, an answer where there is none, and CPU time per MB of text.
Answers count as equal if they are the same text apart from white space.

The last lines say what one pass over the same text costs: looking for a character, and stopping at
every closing brace.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click
from math_verify import parse

from benchmarks.equivalence import wilson
from sure_math import extract_answer

_DEFAULT = Path(__file__).parents[2] / "shared/data/extraction_dev.jsonl"
_REPEATS = 3

Extract = Callable[[str], str | None]
_T = TypeVar("_T")


@dataclass(frozen=True)
class Response:
    """A response and its final answer, or None."""

    text: str
    expected: str | None


def read_responses(path: Path) -> list[Response]:
    """Labelled responses from JSON lines."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [Response(row["response"], row["expected"]) for row in rows]


def last_balanced(text: str) -> str | None:
    r"""The last \boxed{...} with balanced braces, looking backwards for a complete one."""
    end = len(text)
    while (start := text.rfind(r"\boxed{", 0, end)) >= 0:
        content = _balanced(text, start + len(r"\boxed{"))
        if content is not None:
            return content
        end = start
    return None


def last_command(text: str) -> str | None:
    r"""As lm-evaluation-harness does: the last \boxed or \fbox, or nothing if it is unbalanced."""
    spaced = text.rfind(r"\boxed ")
    if spaced >= 0:
        return text[spaced + len(r"\boxed ") :].split("$")[0]
    start = text.rfind(r"\boxed")
    if start < 0:
        start = text.rfind(r"\fbox")
    brace = text.find("{", start) if start >= 0 else -1
    return _balanced(text, brace + 1) if brace >= 0 else None


def _balanced(text: str, start: int) -> str | None:
    depth = 1
    for brace in re.finditer("[{}]", text[start:]):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return text[start : start + brace.start()]
    return None


def last_flat(text: str) -> str | None:
    """The common regular expression, which knows no nested braces."""
    found = re.findall(r"\\boxed\{([^}]*)\}", text)
    return found[-1] if found else None


def last_one_level(text: str) -> str | None:
    """The same with one level of nested braces."""
    found = re.findall(r"\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}", text)
    return found[-1] if found else None


def math_verify_text(text: str) -> str | None:
    """The text that math-verify says it parsed; it rewrites LaTeX."""
    found = parse(text)
    return found[-1] if found and isinstance(found[-1], str) else None


_TOOLS: dict[str, Extract] = {
    "sure_math.extract_answer": extract_answer,
    "last balanced box": last_balanced,
    "last box command (lm-eval)": last_command,
    "regex, no nesting": last_flat,
    "regex, one level": last_one_level,
    "math_verify.parse": math_verify_text,
}


def table(responses: Sequence[Response]) -> Iterator[str]:
    """The lines of the table, each as soon as it is known."""
    megabytes = sum(len(one.text.encode(errors="replace")) for one in responses) / 1e6
    yield (
        f"{'tool':<28} {'right':<29} {'wrong':<27} {'missed':>6} {'invented':>8} {'CPU ms/MB':>10}"
    )
    for name, extract in _TOOLS.items():
        repeats = 1 if extract is math_verify_text else _REPEATS
        seconds, answers = _timed(extract, responses, repeats)
        pairs = [(_bare(a), _bare(one.expected)) for a, one in zip(answers, responses, strict=True)]
        right = sum(a == b for a, b in pairs)
        missed = sum(a is None and b is not None for a, b in pairs)
        invented = sum(a is not None and b is None for a, b in pairs)
        wrong = len(pairs) - right - missed - invented
        yield (
            f"{name:<28} {_share(right, len(pairs)):<29} {_share(wrong, len(pairs)):<27}"
            f" {missed:>6} {invented:>8} {1000 * seconds / megabytes:>10.2f}"
        )
    for name, one_pass in _PASSES.items():
        seconds, _ = _timed(one_pass, responses, _REPEATS)
        yield f"{name:<104}{1000 * seconds / megabytes:>11.2f}"


_PASSES: dict[str, Callable[[str], object]] = {
    "one pass: str.find of a character that is not there": lambda text: text.find("\x00"),
    "one pass: re.finditer of every closing brace": lambda text: sum(
        1 for _ in re.finditer(r"\}", text)
    ),
}


def _timed(
    tool: Callable[[str], _T], responses: Sequence[Response], repeats: int
) -> tuple[float, list[_T]]:
    """CPU seconds of the fastest of a few runs over all responses, and what the last one gave."""
    fastest = float("inf")
    answers: list[_T] = []
    for _ in range(repeats):
        start = time.process_time()
        answers = [tool(one.text) for one in responses]
        fastest = min(fastest, time.process_time() - start)
    return fastest, answers


def _share(hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    return f"{hits:>4} {hits / max(total, 1):6.1%} [{low:5.1%}, {high:6.1%}]"


def _bare(answer: str | None) -> str | None:
    return None if answer is None else "".join(answer.split())


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(files: tuple[Path, ...]) -> None:
    """Print one table per file of labelled responses."""
    paths = list(files) or [path for path in (_DEFAULT,) if path.exists()]
    if not paths:
        raise click.UsageError("name a file of labelled responses")
    for path in paths:
        responses = read_responses(path)
        nothing = sum(one.expected is None for one in responses)
        click.echo(f"\n{path.name}: {len(responses)} responses, {nothing} without an answer")
        for line in table(responses):
            click.echo(line)


if __name__ == "__main__":
    main()
