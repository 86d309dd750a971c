"""Stage `grades`: one row per completion, right or wrong, apart from sampling.

The final answer is extracted as in annotation and compared with the benchmark's by the rules of
`sure_math.answers` (undecided is wrong), or by the benchmark's own (`grader: amo`). A digest of the
grading code is part of the stage's hash: grades of other code are never mixed with these.
"""

import functools
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sure_math import schemas
from sure_math.answers.boxed import extract
from sure_math.answers.equivalence import equivalent
from sure_math.backends import model_identity
from sure_math.evaluate.amo import extract as extract_amo
from sure_math.evaluate.amo import grade as grade_amo
from sure_math.evaluate.amo import parser_graded
from sure_math.evaluate.judge import PROMPT, Described, GradingJudge
from sure_math.evaluate.suite import Suite
from sure_math.prompts import load_prompt
from sure_math.runtime.context import Context
from sure_math.runtime.ids import stable_hash
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Stage

Row = dict[str, Any]

_LIBRARIES = ("math-verify", "latex2sympy2-extended", "sympy", "mpmath")


def grades_stage(suite: Suite) -> Stage:
    """The stage that grades the completions of `suite`; a judge's words stay in its journal."""

    def run(inputs: Inputs, context: Context) -> ShardResult:
        by_rules = {each.name for each in suite.benchmarks if each.grader == "amo"}
        problems = {(p["benchmark"], p["problem_id"]): p for p in inputs["problems"].to_pylist()}
        rows: list[Row] = []
        described: list[tuple[Row, Row]] = []
        for completion in inputs["completions"].to_pylist():
            problem = problems[completion["benchmark"], completion["problem_id"]]
            row = _grade(completion, problem, completion["benchmark"] in by_rules)
            if row["correct"] is None:
                described.append((row, problem))
            else:
                rows.append(row)
        if suite.judge is None:
            rejects = [Reject(_place(row), "needs_judge", "") for row, _ in described]
            return ShardResult(rows, rejects)
        judged = _judged(described, GradingJudge(context, suite.judge_votes))
        return ShardResult([*rows, *judged])

    return Stage(
        name="grades",
        version=1,
        inputs=("completions", "problems"),
        output=schemas.GRADES,
        run_shard=run,
        config=lambda recipe: {
            "graders": {each.name: each.grader for each in suite.benchmarks},
            "code": grader_digest(),
            **_judge_content(suite),
        },
        expected=lambda inputs, recipe: int(inputs["completions"].num_rows),
        reasons=frozenset({"needs_judge"}),
        keeps_journal=True,
    )


def _judge_content(suite: Suite) -> dict[str, Any]:
    if suite.judge is None:
        return {"judge": None}
    return {
        "judge": model_identity(suite.judge),
        "judge_votes": suite.judge_votes,
        "judge_prompt_sha": load_prompt(PROMPT).sha,
    }


@functools.cache
def grader_digest() -> str:
    """Hash of everything that decides a grade: the code, and the versions of what it uses."""
    here = Path(__file__).parent
    rules = sorted((here.parent / "answers").glob("*.py"))
    files = [*rules, *(here / name for name in ("amo.py", "grading.py", "judge.py"))]
    code = [path.read_text(encoding="utf-8") for path in files]
    return stable_hash([code, [version(name) for name in _LIBRARIES]])


def _grade(row: Row, problem: Row, by_amo: bool) -> Row:
    """The row of `grades`; `correct` is None where no rule can tell."""
    text, reason = row["text"], row["finish_reason"]
    kind = problem["answer_type"] if by_amo else None
    if kind is None:
        found = extract(text, finish_reason=reason)
    else:
        described = not parser_graded(kind)
        found = extract_amo(text, finish_reason=reason, described=described)
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
        return grade_amo(answer, gold, amo_type)
    return answer is not None and equivalent(answer, gold)


def _judged(described: Sequence[tuple[Row, Row]], judge: GradingJudge) -> list[Row]:
    """These rows, each with its problem, graded by the judge's votes; no answer is wrong."""
    answers = {
        _place(row): Described(problem["problem"], problem["gold"], row["answer"])
        for row, problem in described
        if row["answer"] is not None
    }
    votes = judge.vote(answers) if answers else {}
    right = {place for place, each in votes.items() if each.correct}
    return [{**row, "correct": _place(row) in right, "grader": judge.model} for row, _ in described]


def _place(row: Row) -> str:
    return f"{row['benchmark']}/{row['decoding']}/{row['problem_id']}:{row['sample_index']}"
