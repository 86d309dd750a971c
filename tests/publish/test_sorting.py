"""Rows in the order of ids, whatever shards and buckets they went through."""

from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest

from sure_math import schemas
from sure_math.publish.sorting import SortedRows, borders, row_bytes

SCHEMA = schemas.RELEASE_RESPONSES.schema
IDS = [f"{number * 7919 % 1000:03d}" for number in range(40)]


def responses(ids: list[str], samples: int = 3) -> pa.Table:
    rows = [
        {
            "problem_id": name, "sample_index": index, "text": f"{name} {index} " * index,
            "finish_reason": "stop", "token_count": index, "logprob": None, "answer": None,
            "extract_status": "none", "cluster": -1,
        }
        for name in ids
        for index in reversed(range(samples))
    ]  # fmt: skip
    return schemas.RELEASE_RESPONSES.build(rows)


@pytest.mark.parametrize("buckets", [1, 2, 7, 60])
@pytest.mark.parametrize("shard", [1, 9, 40])
def test_the_order_depends_on_the_ids_alone(tmp_path: Path, buckets: int, shard: int) -> None:
    ids = Random(shard).sample(IDS, len(IDS))
    rows = SortedRows(tmp_path / "rows", SCHEMA, borders(ids, buckets))
    for start in range(0, len(ids), shard):
        rows.add(responses(ids[start : start + shard]))
    keys = [("problem_id", "ascending"), ("sample_index", "ascending")]
    expected = responses(sorted(ids)).sort_by(keys)
    assert pa.concat_tables(rows).equals(expected)
    problems = rows.problems()
    assert problems["problem_id"].to_list() == sorted(ids)
    assert problems["rows"].to_list() == [3] * len(ids)
    assert problems["bytes"].to_list() == row_bytes(expected).reshape(-1, 3).sum(axis=1).tolist()


def test_buckets_hold_equally_many_ids() -> None:
    assert borders("cabfde", 3) == ["c", "e"]
    assert borders("cab", 1) == borders([], 1) == borders([], 0) == []


def test_nothing_was_added(tmp_path: Path) -> None:
    rows = SortedRows(tmp_path / "rows", SCHEMA, ["b"])
    assert not list(rows)
    assert not len(rows.problems())


def test_bytes_of_a_row_are_those_of_its_values() -> None:
    item = pa.struct([("answer", pa.string()), ("count", pa.int16())])
    table = pa.table(
        {
            "text": pa.array(["", "é", None]),
            "list": pa.array([["a", "bc"], [], None], pa.list_(pa.string())),
            "nested": pa.array([[{"answer": "x", "count": 1}] * 2, None, []], pa.list_(item)),
            "number": pa.array([0.5, None, 1.0]),
            "flag": pa.array([True, False, None]),
        }
    )
    text, lists, nested = [4, 4 + 2, 4], [4 + 5 + 6, 4, 4], [4 + 2 * (5 + 2), 4, 4]
    expected = np.array(text) + lists + nested + 8 + 1
    assert row_bytes(table).tolist() == expected.tolist()
    pieces = pa.concat_tables([table.slice(0, 1), table.slice(1)])
    assert row_bytes(pieces).tolist() == expected.tolist()
    assert row_bytes(table.slice(1)).tolist() == expected[1:].tolist()
