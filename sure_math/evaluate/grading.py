"""Stage `grades`: one row per completion, right or wrong, apart from sampling.

The final answer is extracted as in annotation and compared with the benchmark's by the rules of
`sure_math.answers` (undecided is wrong), or by the benchmark's own (`grader: amo`). A digest of the
grading code is part of the stage's hash: grades of other code are never mixed with these.
"""

import functools
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sure_math import answers, schemas
from sure_math.answers import boxed
from sure_math.answers.equivalence import equivalent
from sure_math.backends import model_identity
from sure_math.evaluate import amo
from sure_math.evaluate.suite import Suite
from sure_math.runtime.context import Context
from sure_math.runtime.ids import stable_hash
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Stage

Row = dict[str, Any]

_LIBRARIES = ("math-verify", "latex2sympy2-extended", "sympy", "mpmath")


def grades_stage(suite: Suite) -> Stage:
    """The stage that grades the completions of `suite`; a judge's words stay in its journal."""

    def run(inputs: Inputs, context: Context) -> ShardResult:
        problems = {(p["benchmark"], p["problem_id"]): p for p in inputs["problems"].to_pylist()}
        completions = inputs["completions"].to_pylist()
        pairs = [(row, problems[row["benchmark"], row["problem_id"]]) for row in completions]
        by_rules = {each.name for each in suite.benchmarks if each.grader == "amo"}
        rows = [_grade(row, problem, row["benchmark"] in by_rules) for row, problem in pairs]
        open_ = [index for index, row in enumerate(rows) if row["correct"] is None]
        rejects = [Reject(_place(rows[index]), "needs_judge", "") for index in open_]
        return ShardResult([row for row in rows if row["correct"] is not None], rejects)

    return Stage(
        name="grades",
        version=1,
        inputs=("completions", "problems"),
        output=schemas.GRADES,
        run_shard=run,
        config=lambda recipe: {
            "graders": {each.name: each.grader for each in suite.benchmarks},
            "code": grader_digest(),
            "judge": None if suite.judge is None else model_identity(suite.judge),
            "judge_votes": None if suite.judge is None else suite.judge_votes,
        },
        expected=lambda inputs, recipe: int(inputs["completions"].num_rows),
        reasons=frozenset({"needs_judge"}),
        keeps_journal=True,
    )


@functools.cache
def grader_digest() -> str:
    """Hash of everything that decides a grade: the code, and the versions of what it uses."""
    folders = (Path(answers.__path__[0]), Path(__file__).parent)
    names = {"amo.py", "grading.py", "judge.py"}
    code = [
        path.read_text(encoding="utf-8")
        for folder in folders
        for path in sorted(folder.glob("*.py"))
        if folder.name == "answers" or path.name in names
    ]
    return stable_hash([code, [version(name) for name in _LIBRARIES]])


def _grade(row: Row, problem: Row, by_amo: bool) -> Row:
    """The row of `grades`; `correct` is None where no rule can tell."""
    find = amo.extract if by_amo else boxed.extract
    found = find(row["text"], finish_reason=row["finish_reason"])
    kind = problem["answer_type"] if by_amo else None
    return {
        **{name: row[name] for name in ("benchmark", "decoding", "problem_id", "sample_index")},
        "gold": problem["gold"],
        "answer": found.answer,
        "extract_status": found.status,
        "correct": _is_right(found.answer, problem["gold"], kind),
        "grader": "amo" if by_amo else "symbolic",
    }


@functools.lru_cache(maxsize=100_000)
def _is_right(answer: str | None, gold: str, amo_type: str | None) -> bool | None:
    if amo_type is not None:
        return amo.grade(answer, gold, amo_type)
    return answer is not None and equivalent(answer, gold)


def _place(row: Row) -> str:
    return f"{row['benchmark']}/{row['decoding']}/{row['problem_id']}:{row['sample_index']}"
