"""Repeated problems, quotas, and that neither depends on the order of the rows."""

import random
from collections import Counter
from pathlib import Path

import pytest

from sure_math.pool.stage import STAGE
from sure_math.runtime.stage import ShardResult
from tests.one_shard import Row, pooled, run_stage, served

DOGS = "How many legs have four dogs?"
FARM = (
    "A {who} has 12 cows and 7 goats on a meadow behind the old mill near the river. Every cow "
    "gives 9 litres of milk a day and every goat gives 2 litres. How much milk do they give?"
)


def pool(folder: Path, rows: list[Row], **sections: object) -> ShardResult:
    return run_stage(STAGE, served(None, **sections), folder, {"decontaminate": rows})


def evolved(text: str, identity: str, **changes: object) -> Row:
    return pooled(text, identity, curated=False, strategy="harder", round=1, **changes)


def kept(result: ShardResult) -> list[str]:
    return [row["problem_id"] for row in result.rows]


def reasons(result: ShardResult) -> dict[str, tuple[str, str | None]]:
    return {reject.id: (reject.reason, reject.detail) for reject in result.rejects}


def test_of_equal_problems_the_test_row_stays_then_the_curated_one(tmp_path: Path) -> None:
    test = pooled(DOGS, "z-test", split="test")
    curated = pooled(DOGS, "b-curated")
    copy = evolved("How many legs have four dogs", "a-evolved")
    result = pool(tmp_path, [copy, curated, test])
    assert kept(result) == ["z-test"]
    assert reasons(result) == {
        "b-curated": ("duplicate", "of z-test"),
        "a-evolved": ("duplicate", "of z-test"),
    }
    assert kept(pool(tmp_path, [copy, curated])) == ["b-curated"]


def test_the_same_row_from_two_chains_counts_once(tmp_path: Path) -> None:
    result = pool(tmp_path, [evolved(DOGS, "twin"), evolved(DOGS, "twin")])
    assert kept(result) == ["twin"]
    assert reasons(result) == {"twin": ("duplicate", "of twin")}


def test_near_texts_count_once_unless_the_recipe_keeps_them(tmp_path: Path) -> None:
    rows = [evolved(FARM.format(who=who), who) for who in ("farmer", "peasant")]
    assert reasons(pool(tmp_path, rows)) == {"peasant": ("near_duplicate", "of farmer")}
    assert kept(pool(tmp_path, rows, dedup={"near": None})) == ["farmer", "peasant"]


def test_a_changed_number_or_answer_is_another_problem(tmp_path: Path) -> None:
    farm = FARM.format(who="farmer")
    rows = [
        pooled(farm, "a", answer="122"),
        pooled(farm.replace("12 cows", "13 cows"), "b", answer="131"),
        pooled(farm.replace("old mill", "new mill"), "c", answer="244"),
    ]
    assert kept(pool(tmp_path, rows)) == ["a", "b", "c"]


def test_a_quota_takes_evolved_problems_of_its_tier(tmp_path: Path) -> None:
    rows = [evolved(f"How many legs have {n} dogs?", f"easy {n}") for n in range(10)]
    rows += [evolved(f"How many wings have {n} hens?", f"h {n}", tier="hard") for n in range(5)]
    rows += [pooled(f"How many eyes have {n} cats?", f"own {n}") for n in range(4)]
    rows.append(evolved("How many legs have 3 dogs", "also 3"))
    result = pool(tmp_path, rows, evolve={"quota": {"easy": 4}})
    assert Counter(reason for reason, _ in reasons(result).values()) == {
        "duplicate": 1,
        "surplus": 6,
    }
    names = kept(result)
    assert sum(name.startswith("own") for name in names) == 4
    assert sum(name.startswith("h ") for name in names) == 5
    assert sum(name.startswith(("easy", "also")) for name in names) == 4


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_does_not_matter(tmp_path: Path, seed: int) -> None:
    rows = [evolved(f"How many legs have {n % 7} dogs?", f"dog {n}") for n in range(30)]
    rows += [evolved(FARM.format(who=f"{who}er"), who) for who in ("farm", "mill", "bak", "sing")]
    quota = {"evolve": {"quota": {"easy": 6}}}
    expected = pool(tmp_path, rows, **quota)
    assert len(expected.rows) == 6
    shuffled = random.Random(seed).sample(rows, len(rows))
    result = pool(tmp_path, shuffled, **quota)
    assert set(kept(result)) == set(kept(expected))
    assert reasons(result) == reasons(expected)


def test_an_empty_pool_is_one(tmp_path: Path) -> None:
    assert not pool(tmp_path, []).rows
