"""How many reworded items the text rules block, and how many sisters with them."""

import json
from pathlib import Path

import pytest

from tests.decontaminate.pairs import Pair, authored, check, counts

GOLD = Path(__file__).parents[3] / "shared" / "data" / "contamination_gold.json"


def test_there_are_pairs_of_every_kind() -> None:
    pairs = authored()
    leaks = [pair for pair in pairs if pair.same]
    assert len(leaks) >= 30
    assert len(pairs) - len(leaks) >= 40
    assert len({pair.kind for pair in leaks}) >= 8
    assert sum(pair.answer == pair.item_answer for pair in pairs if not pair.same) >= 10


def test_reworded_items_are_blocked_and_sisters_are_not() -> None:
    found, flagged = counts(authored())
    assert found >= 36  # of 38
    assert flagged <= 2  # of 46


def test_without_answers_most_reworded_items_are_blocked_still() -> None:
    found, flagged = counts(authored(), answers=False)
    assert found >= 28
    assert flagged <= 13


def test_what_no_rule_blocks_is_mostly_open_for_a_judge() -> None:
    pairs = authored()
    findings = check(pairs, answers=False)
    leaks = [one for pair, one in zip(pairs, findings, strict=True) if pair.same]
    assert sum(one is None for one in leaks) <= 1


@pytest.mark.parametrize("answers", [True, False])
def test_labelled_pairs_of_real_benchmarks(answers: bool) -> None:
    if not GOLD.exists():
        pytest.skip("no labelled pairs on this machine")
    pairs = [
        Pair(
            same=row["same_problem"],
            kind=row["source"],
            item=row["eval_text"],
            item_answer=row["eval_answer"],
            problem=row["source_text"],
            answer=row["source_answer"],
        )
        for row in json.loads(GOLD.read_text("utf-8"))
    ]
    found, flagged = counts(pairs, answers=answers)
    assert found == sum(pair.same for pair in pairs)
    assert flagged <= 1
