"""Recompute the answer of every curated problem: `python -m sure_math.seeds.curated.verify`."""

import json
import sys
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import sympy as sp

from sure_math.answers.equivalence import equivalent

PROBLEMS = Path(__file__).parent / "problems"


@dataclass(frozen=True)
class Result:
    """A curated problem's printed answer beside the recomputed one."""

    id: str
    tier: str
    answer: str
    computed: str
    equal: bool


def problems() -> list[dict[str, str]]:
    """The rows of all branches: one file each, in the order of their names."""
    files = sorted(PROBLEMS.glob("*.jsonl"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines]


@cache
def verify() -> tuple[Result, ...]:
    """Run the check of every problem, in the order of `problems`."""
    return tuple(map(_result, problems()))


def _result(row: dict[str, str]) -> Result:
    name = row["id"].replace("-", "_")
    branch = import_module(f"sure_math.seeds.curated.checks.{name.rpartition('_')[0]}")
    computed = latex(getattr(branch, name)())
    equal = equivalent(row["answer"], computed)
    return Result(row["id"], row["tier"], row["answer"], computed, equal)


def latex(value: Any) -> str:
    """A recomputed answer in the notation of a final answer."""
    if isinstance(value, set):
        return rf"\{{{', '.join(sorted(map(latex, value)))}\}}"
    if isinstance(value, tuple):
        return f"({', '.join(map(latex, value))})"
    if isinstance(value, Fraction):
        value = sp.Rational(value.numerator, value.denominator)
    return str(sp.latex(sp.sympify(value), ln_notation=True))


def main() -> int:
    """Print the table; 1 if an answer is not confirmed."""
    results = verify()
    for r in results:
        mark = "ok   " if r.equal else "WRONG"
        print(f"{mark}  {r.id:18}  {r.tier:12}  {r.answer}   computed: {r.computed}")
    wrong = sum(not r.equal for r in results)
    print(f"{len(results) - wrong} of {len(results)} answers confirmed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
