"""Release files: where they are cut, what is written into them, and what an edit changes."""

import hashlib
import json
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sure_math import schemas
from sure_math.publish.parquet import Shape, Written, write_files
from sure_math.publish.sorting import SortedRows, row_bytes
from sure_math.runtime.ids import content_id

SCHEMA = schemas.RELEASE_RESPONSES.schema
SHAPE = Shape(file_bytes=100_000, row_group_bytes=20_000, page_bytes=(1 << 10, 4 << 10))
IDS = [content_id("parquet", number) for number in range(400)]


def responses(ids: list[str], longest: int = 800) -> pa.Table:
    """Two responses to each problem, of any length up to this."""
    rows = [
        {
            "problem_id": name, "sample_index": index,
            "text": Random(f"{name}{index}").randbytes(longest).hex()[: int(name, 16) % longest],
            "finish_reason": "stop", "token_count": 1, "logprob": -1.0, "answer": "1",
            "extract_status": "boxed", "cluster": 0,
        }
        for name in ids
        for index in range(2)
    ]  # fmt: skip
    return schemas.RELEASE_RESPONSES.build(rows)


def write(folder: Path, table: pa.Table, shape: Shape = SHAPE, pieces: int = 1) -> list[Written]:
    """Write the rows, which arrive in this many pieces."""
    rows = SortedRows(folder / "sorted", SCHEMA, [])
    rows.add(table)
    whole = pa.concat_tables(rows)
    size = -(-len(whole) // pieces)
    tables = (whole.slice(start, size) for start in range(0, len(whole), size))
    return list(write_files(folder / "out", "train", SCHEMA, rows.problems(), tables, shape))


def groups(files: list[Written]) -> list[pa.Table]:
    found = []
    for file in files:
        reader = pq.ParquetFile(file.path)
        found += [reader.read_row_group(number) for number in range(reader.num_row_groups)]
    return found


def test_files_and_row_groups_are_cut_by_bytes_between_problems(tmp_path: Path) -> None:
    table = responses(IDS)
    files = write(tmp_path, table)
    assert len(files) > 4
    names = [f"train-{number:05d}-of-{len(files):05d}.parquet" for number in range(len(files))]
    assert [file.path.name for file in files] == names
    read = groups(files)
    ordered = table.sort_by([("problem_id", "ascending"), ("sample_index", "ascending")])
    assert pa.concat_tables(read).equals(ordered)
    sizes = [int(row_bytes(group).sum()) for group in read]
    assert max(sizes) <= SHAPE.row_group_bytes
    ids = [set(group["problem_id"].to_pylist()) for group in read]
    assert sum(map(len, ids)) == len(IDS)
    for file in files[:-1]:
        size = int(row_bytes(pq.read_table(file.path)).sum())
        assert SHAPE.file_bytes / 2 < size <= SHAPE.file_bytes


def test_the_sizes_are_those_of_parquet(tmp_path: Path) -> None:
    for file in write(tmp_path, responses(IDS)):
        metadata = pq.read_metadata(file.path)
        for number in range(metadata.num_row_groups):
            rows = pq.ParquetFile(file.path).read_row_group(number)
            stored = metadata.row_group(number).total_byte_size
            assert stored == pytest.approx(int(row_bytes(rows).sum()), rel=0.15)


def test_a_problem_more_changes_one_file_and_moves_no_other_row(tmp_path: Path) -> None:
    before = write(tmp_path / "before", responses(IDS))
    changed = []
    for number in range(8):
        more = [*IDS, content_id("new", number)]
        after = write(tmp_path / str(number), responses(more))
        known = {file.sha256 for file in before}
        changed.append([file.sha256 in known for file in after].count(False))
        rows = pa.concat_tables(groups(after))
        old = [name for name in rows["problem_id"].to_pylist() if name in set(IDS)]
        assert old == [name for name in sorted(IDS) for _ in range(2)]
    assert len(before) > 4
    assert sorted(changed)[:6] == [1] * 6  # two, where an end moves


def test_a_long_problem_is_not_split(tmp_path: Path) -> None:
    short, long = responses(["1", "2", "7", "8"]), _texts("5", 150_000)
    files = write(tmp_path, pa.concat_tables([short, long]))
    assert [set(group["problem_id"].to_pylist()) for group in groups(files)] == [
        {"1", "2"},
        {"5"},
        {"7", "8"},
    ]
    last = write(tmp_path / "last", pa.concat_tables([responses(["1"]), long]))
    assert [file.rows for file in last] == [2, 2]


def _texts(name: str, length: int) -> pa.Table:
    rows = responses([name])
    at = rows.schema.get_field_index("text")
    return rows.set_column(at, SCHEMA.field("text"), pa.array(["x" * length] * 2, pa.string()))


@pytest.mark.parametrize("pieces", [2, 7, 800])
def test_bytes_do_not_depend_on_how_the_rows_arrive(tmp_path: Path, pieces: int) -> None:
    once = write(tmp_path / "once", responses(IDS))
    other = write(tmp_path / "other", responses(IDS[::-1]), pieces=pieces)
    assert [file.sha256 for file in once] == [file.sha256 for file in other]


def test_what_is_said_of_a_file_is_true(tmp_path: Path) -> None:
    for file in write(tmp_path, responses(IDS)):
        assert file.sha256 == hashlib.sha256(file.path.read_bytes()).hexdigest()
        assert file.bytes == file.path.stat().st_size
        assert file.rows == pq.read_metadata(file.path).num_rows


def test_the_format_that_the_hub_calls_optimised(tmp_path: Path) -> None:
    file = write(tmp_path, responses(IDS))[0].path
    metadata = pq.read_metadata(file)
    for number in range(metadata.num_columns):
        column = metadata.row_group(0).column(number)
        assert column.compression == "ZSTD"
        assert column.has_offset_index
    assert metadata.row_group(0).column(0).has_column_index
    assert [each.column_index for each in metadata.row_group(0).sorting_columns] == [0, 1]
    chunking = json.loads(metadata.metadata[b"content_defined_chunking"])
    assert chunking == {"min_chunk_size": 1024, "max_chunk_size": 4096, "norm_level": 0}
    assert pq.read_schema(file).field("text").metadata == SCHEMA.field("text").metadata
