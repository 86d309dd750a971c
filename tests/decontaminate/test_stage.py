"""Copies of benchmark items, what descends from them, and repeated problems."""

import random
from collections.abc import Sequence
from pathlib import Path

from sure_math.decontaminate.stage import STAGE
from sure_math.runtime.stage import ShardResult
from tests.one_shard import Row, evolved, item, problem, run_stage, served

BENCH = item(r"Find $\dfrac{1}{2} + 3$.", identity="bench:default:test:9")


def decontaminate(
    folder: Path,
    seeds: list[Row],
    made: Sequence[Row] = (),
    *,
    lineage: bool = True,
) -> ShardResult:
    recipe = served(None, decontaminate={"lineage": lineage})
    inputs = {"seeds": seeds, "evolve": made, "evaluation": [BENCH]}
    return run_stage(STAGE, recipe, folder, inputs)


def reasons(result: ShardResult) -> dict[str, str]:
    return {reject.id: reject.reason for reject in result.rejects}


def test_copies_are_blocked_with_a_verdict(tmp_path: Path) -> None:
    seeds = [
        problem(BENCH["problem"], "exact"),
        problem(r"find  \(\frac12+3\)", "canonical"),
        problem(r"Find $\frac{1}{2} - 3$.", "another problem"),
    ]
    result = decontaminate(tmp_path, seeds)
    assert reasons(result) == {"exact": "eval_exact", "canonical": "eval_exact"}
    assert result.side["verdicts"] == [
        {
            "problem_id": identity,
            "evaluation_set": "bench",
            "item": "bench:default:test:9",
            "rule": "exact",
            "score": 1.0,
            "forward": None,
            "reverse": None,
            "judge": None,
            "decision": "blocked",
        }
        for identity in ("canonical", "exact")
    ]
    (row,) = result.rows
    assert row["problem_id"] == "another problem"
    assert row["decontamination"] == ["bench"]


def test_descendants_of_a_copy_are_blocked_whatever_their_text(tmp_path: Path) -> None:
    seed = problem("Add 2 and 3.", "seed", use="evolve")
    copy = evolved(BENCH["problem"], seed, "copy", kept=False)
    child = evolved("How many legs have four dogs?", copy, "child")
    grandchild = evolved("How many eyes have nine owls?", child, "grandchild")
    cousin = evolved("How many wings have six hens?", seed, "cousin")
    made = [copy, child, grandchild, cousin]
    result = decontaminate(tmp_path, [seed], made)
    assert reasons(result) == {"child": "eval_lineage", "grandchild": "eval_lineage"}
    assert {row["rule"] for row in result.side["verdicts"]} == {"lineage"}
    assert [row["problem_id"] for row in result.rows] == ["cousin"]

    without = decontaminate(tmp_path, [seed], made, lineage=False)
    assert [row["problem_id"] for row in without.rows] == ["child", "cousin", "grandchild"]


def test_only_what_goes_to_the_teacher_is_a_candidate(tmp_path: Path) -> None:
    seed = problem("Add 2 and 3.", "seed", use="evolve")
    inner = evolved("How many legs have four dogs?", seed, "inner", kept=False)
    last = evolved("How many eyes have nine owls?", inner, "last")
    result = decontaminate(tmp_path, [seed], [inner, last])
    assert [row["problem_id"] for row in result.rows] == ["last"]
    assert not result.rejects


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    seeds = [problem(f"Add {n % 7} and 3.", f"seed {n}", split="train") for n in range(20)]
    made = [evolved(f"How many legs have {n % 5} dogs?", seeds[n], f"dog {n}") for n in range(20)]
    made.append(evolved(BENCH["problem"], seeds[0], "copy"))
    expected = decontaminate(tmp_path, seeds, made)
    assert len(expected.rows) == 40
    random.Random(1).shuffle(seeds)
    random.Random(2).shuffle(made)
    assert decontaminate(tmp_path, seeds, made) == expected
