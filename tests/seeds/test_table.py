from pathlib import Path
from typing import Any

import pytest

from sure_math.config import EvaluationSet, SourceConfig
from sure_math.errors import ConfigError, DataError
from sure_math.seeds.read import read
from sure_math.seeds.rows import SeedRow
from tests.seeds.layouts import write_jsonl, write_parquet


def rows_of(path: Path, **options: Any) -> list[SeedRow]:
    source = SourceConfig(name="t", adapter="table", path=str(path), tier="easy", **options)
    rows = sorted(read(source, 0), key=lambda row: row.id)
    return [row for row in rows if isinstance(row, SeedRow)]


def test_named_columns_are_used(tmp_path: Path) -> None:
    path = tmp_path / "mine.parquet"
    write_parquet(path, [{"q": "Find x.", "gold": 3.0, "key": "k1"}, {"q": "Find y.", "key": "k2"}])
    options = {"problem_column": "q", "answer_column": "gold", "id_column": "key"}
    first, second = rows_of(path, **options, license="mit")
    assert (first.id, first.problem) == ("mine.parquet:default:train:k1", "Find x.")
    assert (first.answer, first.answer_source, first.license) == ("3", "user", "mit")
    assert (second.answer, second.answer_source) == (None, None)


@pytest.mark.parametrize("column", ["problem", "question", "query", "prompt"])
def test_a_usual_problem_column_is_found(tmp_path: Path, column: str) -> None:
    (row,) = rows_of(write_jsonl(tmp_path / "t.jsonl", [{column: "Find x.", "answer": "9"}]))
    assert row.problem == "Find x."
    assert row.answer is None  # an answer column counts only if it is named
    assert row.license == "unknown"


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_no_problem_column_is_an_error_that_lists_the_columns(tmp_path: Path, kind: str) -> None:
    write = write_jsonl if kind == "jsonl" else write_parquet
    with pytest.raises(DataError, match=r"source t: .*text"):
        rows_of(write(tmp_path / f"t.{kind}", [{"text": "Find x."}]))


def test_a_named_column_that_is_missing_is_an_error(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "t.jsonl", [{"question": "Find x."}])
    with pytest.raises(DataError, match="lacks the columns q; it has question"):
        rows_of(path, problem_column="q")


def test_a_table_needs_a_place() -> None:
    with pytest.raises(ConfigError, match=r"either `path`.*or `dataset`"):
        list(read(SourceConfig(name="t", adapter="table", tier="easy"), 0))


def test_a_table_can_be_an_evaluation_set(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "t.jsonl", [{"q": "Find x."}])
    source = EvaluationSet(name="e", adapter="table", path=str(path), problem_column="q")
    (item,) = read(source, 0)
    assert isinstance(item, SeedRow)
    assert item.flags == ("eval_source",)


def test_an_evaluation_set_may_name_its_answers(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "b.jsonl", [{"problem": "Find x.", "gold": "4"}])
    bench = EvaluationSet(name="b", adapter="table", path=str(path), answer_column="gold")
    (row,) = (row for row in read(bench, 0) if isinstance(row, SeedRow))
    assert row.answer == "4"
