"""Stage `decontaminate`: gathers what goes to the teacher and blocks what must not be there.

In: seeds marked `annotate` and the kept evolved problems. Out: the same without benchmark items,
copies of the held-out test split and descendants of either. A problem and all its ancestors lie in
one shard, so ranks share the work.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc

from sure_math import schemas
from sure_math.config import HELD_OUT, Recipe
from sure_math.decontaminate.checker import Checked, Checker, Finding
from sure_math.decontaminate.index import ItemIndex
from sure_math.decontaminate.items import Item
from sure_math.decontaminate.judge import judge_content
from sure_math.decontaminate.lineage import inherited
from sure_math.decontaminate.screen import (
    REASONS,
    benchmark_index,
    blocking,
    open_judge,
    verdict_rows,
)
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Source, Stage

Row = dict[str, Any]
Findings = dict[str, list[Finding]]


@dataclass(frozen=True)
class _Indexes:
    benchmarks: ItemIndex
    held_out: ItemIndex


def _indexes(sources: Mapping[str, Source], recipe: Recipe) -> _Indexes:
    held_out = list(_held_out(sources["seeds"])) if recipe.decontaminate.held_out else []
    return _Indexes(benchmark_index(sources["evaluation"]), ItemIndex(held_out))


def _held_out(seeds: Source) -> Iterator[Item]:
    for table in seeds.tables(["problem_id", "problem", "answer", "split"]):
        for row in table.to_pylist():
            if row["split"] == "test":
                yield Item(HELD_OUT, row["problem_id"], row["problem"], row["answer"])


def _run(inputs: Inputs, context: Context) -> ShardResult:
    indexes: _Indexes = context.survey
    config = context.recipe.decontaminate
    seeds, evolved = inputs["seeds"].to_pylist(), inputs["evolve"].to_pylist()
    findings: Findings = {}
    # Seeds were checked against benchmarks before anything was made from them.
    judge = open_judge(context)
    _check(Checker(indexes.benchmarks, judge), evolved, findings)
    pool = [row for row in seeds + evolved if row["split"] != "test"]
    _check(Checker(indexes.held_out, judge), pool, findings)
    if config.lineage:
        findings = _with_lineage(findings, seeds + evolved)
    names = [*indexes.benchmarks.names, *indexes.held_out.names]
    rows: list[Row] = []
    rejects: list[Reject] = []
    for row in _candidates(seeds, evolved):
        why = blocking(findings.get(row["problem_id"], ()))
        if why is None:
            rows.append(_pool_row(row, names))
        else:
            rejects.append(Reject(row["problem_id"], why[0], row["problem"], why[1]))
    verdicts = verdict_rows(findings, context.recipe, context.model("judge"))
    return ShardResult(rows, rejects, {"verdicts": verdicts})


def _check(checker: Checker, rows: Sequence[Row], findings: Findings) -> None:
    checked = [Checked(row["problem_id"], row["problem"], row["answer"]) for row in rows]
    for problem_id, found in checker.check(checked).items():
        findings.setdefault(problem_id, []).extend(found)


def _with_lineage(findings: Findings, rows: Sequence[Row]) -> Findings:
    """What every problem is found to be, and what it inherits."""
    parents = {row["problem_id"]: row["parent_id"] for row in rows}
    every = {
        problem_id: [*findings.get(problem_id, ()), *inherited(problem_id, parents, findings)]
        for problem_id in parents
    }
    return {problem_id: found for problem_id, found in every.items() if found}


def _candidates(seeds: Sequence[Row], evolved: Sequence[Row]) -> list[Row]:
    """Problems for the teacher, by id."""
    chosen = [row for row in seeds if row["use"] == "annotate"]
    chosen += [row for row in evolved if row["kept"]]
    return sorted(chosen, key=lambda row: str(row["problem_id"]))


def _pool_row(row: Row, checked: list[str]) -> Row:
    kept = {name: row[name] for name in schemas.PROBLEMS.schema.names}
    return {
        **kept,
        "validity": row.get("validity", []),
        "evolver": row.get("evolver"),
        "decontamination": [name for name in checked if row["split"] != "test" or name != HELD_OUT],
    }


def _config(recipe: Recipe) -> dict[str, Any]:
    config = recipe.decontaminate
    return {
        "lineage": config.lineage,
        "held_out": config.held_out,
        "judge": judge_content(recipe),
    }


def _expected(inputs: Inputs, recipe: Recipe) -> int:
    annotated = pc.equal(inputs["seeds"]["use"], "annotate")
    return sum(pc.sum(chosen).as_py() or 0 for chosen in (annotated, inputs["evolve"]["kept"]))


STAGE = Stage(
    name="decontaminate",
    version=3,
    inputs=("seeds", "evolve"),
    surveyed=("evaluation", "seeds"),
    survey=_indexes,
    output=schemas.POOL,
    run_shard=_run,
    config=_config,
    expected=_expected,
    reasons=REASONS,
    side={"verdicts": schemas.VERDICTS},
    keeps_journal=True,
)
