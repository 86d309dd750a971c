import re
from collections import Counter
from itertools import combinations, pairwise

import pytest

from sure_math.answers.equivalence import equivalent
from sure_math.seeds.curated.verify import Result, main, problems, verify
from sure_math.text import canonical_text, repair_controls

COLUMNS = {"id", "tier", "branch", "family", "problem", "answer", "license"}


@pytest.fixture(scope="module")
def results() -> tuple[Result, ...]:
    return verify()


def test_every_answer_is_confirmed(results: tuple[Result, ...]) -> None:
    assert [(r.id, r.answer, r.computed) for r in results if not r.equal] == []


def test_the_comparison_can_say_no(results: tuple[Result, ...]) -> None:
    for one, other in pairwise(results):
        if one.computed != other.computed:
            assert not equivalent(one.answer, other.computed), (one, other)


def test_the_set_is_balanced() -> None:
    rows = problems()
    tiers = ("easy", "medium", "hard", "competition")
    assert Counter(row["tier"] for row in rows) == dict.fromkeys(tiers, 75)
    assert len({row["id"] for row in rows}) == 300
    families = Counter(row["family"] for row in rows)
    assert len(families) >= 40
    assert set(families.values()) <= set(range(2, 10))


def test_a_row_is_clean() -> None:
    for row in problems():
        assert set(row) == COLUMNS
        assert row["id"].rpartition("-")[0] == row["branch"].replace(" ", "-")
        assert row["license"] == "cc-by-4.0"
        assert repair_controls(row["problem"]) == (row["problem"], False)
        assert row["problem"].count("$") % 2 == 0
        assert row["problem"][-1] in ".?$"


def test_no_statement_tells_its_answer() -> None:
    for row in problems():
        statement, answer = ("".join(row[key].split()) for key in ("problem", "answer"))
        if len(answer) > 2:
            assert not re.search(rf"(?<![\w.]){re.escape(answer)}(?!\w)", statement), row["id"]


def test_no_two_problems_are_alike() -> None:
    rows = problems()
    assert len({canonical_text(row["problem"]) for row in rows}) == len(rows)
    grams = {row["id"]: _grams(row["problem"]) for row in rows}
    alike = [
        (one, other)
        for one, other in combinations(grams, 2)
        if 2 * len(grams[one] & grams[other]) >= len(grams[one] | grams[other])
    ]
    assert alike == []


def _grams(statement: str) -> set[tuple[str, ...]]:
    """The statement's triples of tokens, every number being the same token."""
    tokens = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+|\S", statement.lower())
    tokens = ["0" if token[0].isdigit() else token for token in tokens]
    return set(zip(tokens, tokens[1:], tokens[2:], strict=False))


def test_the_program_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "300 of 300 answers confirmed"
