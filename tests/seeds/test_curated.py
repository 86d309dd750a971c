import json
from collections import Counter
from itertools import pairwise

import pytest

from sure_math.answers.equivalence import equivalent
from sure_math.seeds.curated.verify import PROBLEMS, Result, main, verify
from sure_math.text import canonical_text, repair_controls


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return verify()


def test_every_answer_is_confirmed(results: list[Result]) -> None:
    assert [(r.id, r.answer, r.computed) for r in results if not r.equal] == []


def test_the_comparison_can_say_no(results: list[Result]) -> None:
    for one, other in pairwise(results):
        if one.computed != other.computed:
            assert not equivalent(one.answer, other.computed), (one, other)


def test_the_set_is_balanced_and_clean() -> None:
    rows = [json.loads(line) for line in PROBLEMS.read_text(encoding="utf-8").splitlines()]
    assert Counter(row["tier"] for row in rows) == dict.fromkeys(
        ("easy", "medium", "hard", "competition"), 18
    )
    assert set(Counter(row["branch"] for row in rows).values()) == {8}
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({canonical_text(row["problem"]) for row in rows}) == len(rows)
    for row in rows:
        assert set(row) == {"id", "tier", "branch", "problem", "answer", "license"}
        assert row["license"] == "cc-by-4.0"
        assert repair_controls(row["problem"]) == (row["problem"], False)
        assert row["problem"].count("$") % 2 == 0
        assert row["problem"][-1] in ".?$"


def test_the_program_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "72 of 72 answers confirmed"
