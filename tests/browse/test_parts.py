"""Rows at known places: any layout is read back, and what has changed is noticed."""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sure_math.browse.parts import Part, RowIndex, read_columns
from sure_math.errors import DataError

KEYS = st.sampled_from(["a", "b", "c", ""])


def write(folder: Path, number: int, keys: list[str], **options: Any) -> Part:
    path = folder / f"[{number}] #%20.parquet"  # names that must not be taken for patterns
    numbers = [1000 * number + place for place in range(len(keys))]
    table = pa.table({"key": pa.array(keys, pa.string()), "value": pa.array(numbers, pa.int64())})
    pq.write_table(table, path, **options)
    return Part(path, path.name, "stage")


@settings(max_examples=60, deadline=None)
@given(files=st.lists(st.lists(KEYS, max_size=12), max_size=4), group=st.integers(1, 5))
def test_every_row_is_found_by_its_key(files: list[list[str]], group: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts = [write(folder, n, keys, row_group_size=group) for n, keys in enumerate(files)]
        complaints: list[str] = []
        index = RowIndex(parts, "key", complaints)
        for wanted in (["a"], ["b", "c"], [""], ["other"], []):
            rows = [
                {"key": key, "value": 1000 * number + place}
                for number, keys in enumerate(files)
                for place, key in enumerate(keys)
                if key in wanted
            ]
            assert [row for _, row in index.read(*wanted)] == rows
        assert complaints == []


def test_a_damaged_file_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    parts = [write(tmp_path, number, ["a", "b"]) for number in range(3)]
    parts[1].path.write_bytes(parts[1].path.read_bytes()[:-9])
    complaints: list[str] = []
    rows = read_columns(parts, {"key": pl.String(), "absent": pl.Int16()}, complaints)
    assert rows.select("key", "part", "row").rows() == [
        ("a", 0, 0), ("b", 0, 1), ("a", 2, 0), ("b", 2, 1),
    ]  # fmt: skip
    assert rows["absent"].null_count() == 4
    assert rows.schema["absent"] == pl.Int16
    assert len(complaints) == 1
    assert complaints[0].startswith(f"{parts[1].label} cannot be read: ")


def test_files_of_one_table_may_differ_in_columns(tmp_path: Path) -> None:
    parts = [write(tmp_path, number, ["a"]) for number in range(2)]
    pq.write_table(pa.table({"key": ["b"]}), parts[1].path)
    complaints: list[str] = []
    rows = read_columns(parts, {"key": pl.String(), "value": pl.Int64()}, complaints)
    assert rows.select("key", "value").rows() == [("a", 0), ("b", None)]
    assert complaints == []


def test_other_rows_than_before_are_an_error(tmp_path: Path) -> None:
    part = write(tmp_path, 0, ["a", "b"])
    index = RowIndex([part], "key", [])
    write(tmp_path, 0, ["b", "a"])
    with pytest.raises(DataError, match="has changed since it was opened"):
        index.read("a")


def test_a_file_that_went_away_is_an_error(tmp_path: Path) -> None:
    part = write(tmp_path, 0, ["a"])
    index = RowIndex([part], "key", [])
    part.path.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        index.read("a")


def test_reading_one_row_does_not_read_the_pages_of_others(tmp_path: Path) -> None:
    """Bytes in the middle of the file are spoilt; a row far from them is read all the same."""
    keys = [str(number) for number in range(20_000)]
    part = write(
        tmp_path, 0, keys, row_group_size=20_000, data_page_size=2_000, use_dictionary=False
    )
    index = RowIndex([part], "key", [])
    chunk = pq.ParquetFile(part.path).metadata.row_group(0).column(1)
    content = bytearray(part.path.read_bytes())
    middle = chunk.data_page_offset + chunk.total_compressed_size // 2
    content[middle : middle + 200] = bytes(200)
    part.path.write_bytes(content)
    with pytest.raises(DataError):
        index.read("10000")
    assert index.read("3")[0][1] == {"key": "3", "value": 3}


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.binary(min_size=1, max_size=30), st.booleans())
def test_damaged_bytes_are_read_or_refused(where: float, spoilt: bytes, late: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        part = write(Path(name), 0, [str(number % 7) for number in range(300)])
        complaints: list[str] = []
        index = RowIndex([part], "key", complaints) if late else None
        content = bytearray(part.path.read_bytes())
        start = int(where * (len(content) - 1))
        content[start : start + len(spoilt)] = spoilt
        part.path.write_bytes(content)
        with contextlib.suppress(DataError):
            rows = (index or RowIndex([part], "key", complaints)).read("3")
            assert complaints or all(row["key"] == "3" for _, row in rows)
        assert all(line.startswith(f"{part.label} cannot be read") for line in complaints)
