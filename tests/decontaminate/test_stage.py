"""Copies of benchmark items and of test problems, and what descends from them."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sure_math.config import HELD_OUT
from sure_math.decontaminate.stage import STAGE
from sure_math.runtime.stage import ShardResult
from tests.backends.scripted_server import Body, ScriptedServer
from tests.one_shard import Row, evolved, item, problem, run_stage, served

BENCH = item(
    r"Mia has $\dfrac{1}{2}$ litre of juice and pours in 3 more cups of 7 litres. How much is it?",
    identity="bench:default:test:9",
    answer="21.5",
)
REWORDED = r"Mia has 1/2 litre of juice and pours in three more cups of 7 litres. How much is that?"
SEED = problem("Add 2 and 3.", "seed", use="evolve")


def decontaminate(
    folder: Path,
    seeds: Sequence[Row],
    made: Sequence[Row] = (),
    respond: Callable[[Body, int], str] | None = None,
    **settings: object,
) -> ShardResult:
    inputs = {"seeds": seeds, "evolve": made, "evaluation": [BENCH]}
    if respond is None:
        return run_stage(STAGE, served(None, decontaminate=settings), folder, inputs)
    with ScriptedServer(respond) as server:
        settings |= {"judge": True, "controls": "skip"}
        return run_stage(STAGE, served(server, decontaminate=settings), folder, inputs)


def kept(result: ShardResult) -> list[str]:
    return [row["problem_id"] for row in result.rows]


def reasons(result: ShardResult) -> dict[str, str]:
    return {reject.id: reject.reason for reject in result.rejects}


def test_copies_are_blocked_with_a_verdict(tmp_path: Path) -> None:
    made = [
        evolved(BENCH["problem"], SEED, "exact"),
        evolved(BENCH["problem"].lower().replace(r"\dfrac{1}{2}", r"\frac12"), SEED, "notation"),
        evolved(BENCH["problem"].replace("7", "8"), SEED, "another problem"),
    ]
    result = decontaminate(tmp_path, [SEED], made)
    assert reasons(result) == {"exact": "eval_exact", "notation": "eval_exact"}
    assert {reject.detail for reject in result.rejects} == {"bench: bench:default:test:9"}
    blocked = [row for row in result.side["verdicts"] if row["decision"] == "blocked"]
    assert blocked == [
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
        for identity in ("exact", "notation")
    ]
    (row,) = result.rows
    assert row["problem_id"] == "another problem"
    assert row["decontamination"] == ["bench"]


def test_descendants_of_a_copy_are_blocked_whatever_their_text(tmp_path: Path) -> None:
    copy = evolved(BENCH["problem"], SEED, "copy", kept=False)
    child = evolved("How many legs have four dogs?", copy, "child")
    grandchild = evolved("How many eyes have nine owls?", child, "grandchild")
    cousin = evolved("How many wings have six hens?", SEED, "cousin")
    made = [copy, child, grandchild, cousin]
    result = decontaminate(tmp_path, [SEED], made)
    assert reasons(result) == {"child": "eval_lineage", "grandchild": "eval_lineage"}
    by_lineage = [row for row in result.side["verdicts"] if row["rule"] == "lineage"]
    assert {row["problem_id"] for row in by_lineage} == {"child", "grandchild"}
    assert {row["item"] for row in by_lineage} == {BENCH["item"]}
    assert kept(result) == ["cousin"]
    without = decontaminate(tmp_path, [SEED], made, lineage=False)
    assert kept(without) == ["child", "cousin", "grandchild"]


def test_the_test_split_is_kept_out_of_the_training_pool(tmp_path: Path) -> None:
    test = problem("How many legs have 4 dogs and 9 owls in all?", "test", split="test")
    copy = problem("How many legs have $4$ dogs and $9$ owls in all", "own")
    root = problem("how many legs have 4 dogs and 9 owls in all", "root", use="evolve")
    child = evolved("How many wings have six hens?", root, "child")
    made = [evolved(test["problem"], SEED, "made"), child]
    result = decontaminate(tmp_path, [test, copy, root, SEED], made)
    assert kept(result) == ["test"]
    assert reasons(result) == {
        "own": "eval_exact",
        "made": "eval_exact",
        "child": "eval_lineage",
    }
    assert {row["evaluation_set"] for row in result.side["verdicts"]} == {HELD_OUT}
    assert result.rows[0]["decontamination"] == ["bench"]
    without = decontaminate(tmp_path, [test, copy, root, SEED], made, held_out=False)
    assert kept(without) == ["child", "made", "own", "test"]


@pytest.mark.parametrize(
    ("word", "reason", "decision"),
    [("yes", "eval_judge", "blocked"), ("no", None, "kept"), ("hm", "eval_judge", "blocked")],
)
def test_the_judge_has_the_last_word_on_reworded_text(
    tmp_path: Path, word: str, reason: str | None, decision: str
) -> None:
    result = decontaminate(tmp_path, [SEED], [evolved(REWORDED, SEED, "new")], lambda *_: word)
    assert reasons(result).get("new") == reason
    (verdict,) = result.side["verdicts"]
    said = {"yes": True, "no": False, "hm": None}[word]
    assert (verdict["forward"], verdict["reverse"], verdict["decision"]) == (said, said, decision)
    assert verdict["judge"] == "scripted"


def test_without_a_judge_reworded_text_is_blocked_by_the_rules(tmp_path: Path) -> None:
    result = decontaminate(tmp_path, [SEED], [evolved(REWORDED, SEED, "new")])
    assert reasons(result) == {"new": "eval_wording"}


def test_only_what_goes_to_the_teacher_is_a_candidate(tmp_path: Path) -> None:
    inner = evolved("How many legs have four dogs?", SEED, "inner", kept=False)
    last = evolved("How many eyes have nine owls?", inner, "last")
    result = decontaminate(tmp_path, [SEED], [inner, last])
    assert kept(result) == ["last"]
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
