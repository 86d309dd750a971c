"""The usual readers find the same rows, types and nulls in the files of a release."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest

from sure_math import schemas
from sure_math.publish.parquet import Shape, write_files
from sure_math.publish.release import write_release
from sure_math.publish.sorting import SortedRows
from sure_math.runtime.ids import content_id
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.roles import respond

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "release_files.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^(`?\w+`?)[^\n]*:\n\n```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
SHAPE = Shape(file_bytes=40_000, row_group_bytes=15_000, page_bytes=(1 << 10, 4 << 10))
COLUMNS = ["problem_id", "clusters", "answer", "n_samples", "w_se", "curated"]
CLUSTERS = [
    [{"answer": "5", "count": 3, "prob": 0.75}, {"answer": "é", "count": 1, "prob": 0.25}],
    [],
]


@dataclass(frozen=True)
class Files:
    """Several files of one configuration, and their rows."""

    paths: list[str]
    rows: pa.Table


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    with ScriptedServer(respond) as server:
        return write_release(finish(folder / "run", server), folder / "sure-math")


@pytest.fixture(scope="module")
def files(release: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Files]:
    """The rows of the release many times over, with nulls, under ids of their own."""
    folder = tmp_path_factory.mktemp("files")
    found = {}
    for name, table in (("data", schemas.RELEASE), ("responses", schemas.RELEASE_RESPONSES)):
        (path,) = (release / name).glob("train-*.parquet")
        rows = [_varied(row, copy) for copy in range(40) for row in pq.read_table(path).to_pylist()]
        ordered = SortedRows(folder / f"{name}.sorted", table.schema, [])
        ordered.add(table.build(rows))
        problems, whole = ordered.problems(), pa.concat_tables(ordered)
        written = write_files(folder / name, "train", table.schema, problems, [whole], SHAPE)
        found[name] = Files([str(file.path) for file in written], whole)
    return found


def _varied(row: dict[str, Any], copy: int) -> dict[str, Any]:
    """Another row like this; every fourth has no answer and no clusters."""
    changes = {"problem_id": content_id(row["problem_id"], copy)}
    if "clusters" in row:
        changes |= {"clusters": CLUSTERS[copy % 2], "answer": None if copy % 4 else "5"}
    else:
        changes |= {"logprob": None if copy % 4 else -1.5, "text": row["text"] * 3}
    return {**row, **changes}


def test_there_is_something_to_read(files: dict[str, Files]) -> None:
    for each in files.values():
        assert len(each.paths) > 2
    problems, responses = files["data"].rows, files["responses"].rows
    assert 0 < problems["answer"].null_count < len(problems)
    assert 0 < responses["logprob"].null_count < len(responses)
    assert {len(clusters) for clusters in problems["clusters"].to_pylist()} == {0, 2}


@pytest.mark.parametrize("name", ["data", "responses"])
def test_pyarrow(files: dict[str, Files], name: str) -> None:
    each = files[name]
    read = pyarrow.dataset.dataset(each.paths).to_table()
    assert read.schema == each.rows.schema
    assert read.equals(each.rows)
    columns = each.rows.column_names[::3]
    assert pyarrow.dataset.dataset(each.paths).to_table(columns).equals(each.rows.select(columns))


@pytest.mark.parametrize("name", ["data", "responses"])
def test_pandas(files: dict[str, Files], name: str) -> None:
    each = files[name]
    frame = pd.read_parquet(each.paths)
    again = pa.Table.from_pandas(frame, each.rows.schema, preserve_index=False)
    assert again.to_pylist() == each.rows.to_pylist()
    columns = each.rows.column_names[::3]
    assert list(pd.read_parquet(each.paths, columns=columns).columns) == columns
    kinds = {"data": {"n_samples": "int16", "curated": "bool", "w_se": "float64"},
             "responses": {"token_count": "int32", "logprob": "float64"}}[name]  # fmt: skip
    assert {column: str(frame[column].dtype) for column in kinds} == kinds


@pytest.mark.parametrize("name", ["data", "responses"])
def test_polars(files: dict[str, Files], name: str) -> None:
    each = files[name]
    scan = pl.scan_parquet(each.paths)
    assert scan.collect().rows(named=True) == each.rows.to_pylist()
    kinds = scan.collect_schema()
    if name == "data":
        cluster = pl.Struct({"answer": pl.String, "count": pl.Int16, "prob": pl.Float64})
        expected = [pl.String, pl.List(cluster), pl.String, pl.Int16, pl.Float64, pl.Boolean]
        assert [kinds[column] for column in COLUMNS] == expected
    else:
        assert (kinds["sample_index"], kinds["cluster"]) == (pl.Int16, pl.Int16)


@pytest.mark.parametrize("name", ["data", "responses"])
def test_duckdb(files: dict[str, Files], name: str) -> None:
    each = files[name]
    relation = duckdb.read_parquet(each.paths)
    columns = relation.columns
    assert columns == each.rows.column_names
    rows = [dict(zip(columns, row, strict=True)) for row in relation.fetchall()]
    assert rows == each.rows.to_pylist()
    kinds = dict(zip(columns, map(str, relation.types), strict=True))
    if name == "data":
        assert [kinds[column] for column in COLUMNS] == [
            "VARCHAR", "STRUCT(answer VARCHAR, count SMALLINT, prob DOUBLE)[]", "VARCHAR",
            "SMALLINT", "DOUBLE", "BOOLEAN",
        ]  # fmt: skip
    else:
        assert (kinds["sample_index"], kinds["logprob"]) == ("SMALLINT", "DOUBLE")


def test_the_responses_to_one_problem_by_id(files: dict[str, Files]) -> None:
    each = files["responses"]
    name = each.rows["problem_id"][len(each.rows) // 2].as_py()
    rows = [row for row in each.rows.to_pylist() if row["problem_id"] == name]
    assert len(rows) == 8
    field = pyarrow.dataset.field("problem_id")
    paths = each.paths
    assert pyarrow.dataset.dataset(paths).to_table(filter=field == name).to_pylist() == rows
    query = pl.scan_parquet(paths).filter(pl.col("problem_id") == name)
    assert query.collect().rows(named=True) == rows
    assert "SELECTION" in query.explain()  # polars hands the condition to the reader
    found = duckdb.execute("SELECT * FROM read_parquet(?) WHERE problem_id = ?", [paths, name])
    assert found.fetchall() == [tuple(row.values()) for row in rows]
    frame = pd.read_parquet(paths, filters=[("problem_id", "==", name)])
    assert frame["text"].tolist() == [row["text"] for row in rows]


def test_one_problem_stands_in_one_row_group_that_says_so(files: dict[str, Files]) -> None:
    """The ranges of ids do not overlap, so readers that look at them skip all others."""
    ranges = []
    for path in files["responses"].paths:
        metadata = pq.read_metadata(path)
        for number in range(metadata.num_row_groups):
            statistics = metadata.row_group(number).column(0).statistics
            ranges.append((statistics.min, statistics.max))
    assert len(ranges) > 5
    assert all(first[1] < second[0] for first, second in pairwise(ranges))


DATASETS = """
import datasets, json, sys
from datasets import Dataset, Value
given = json.load(sys.stdin)
rows = {}
for name, files in given["files"].items():
    whole = datasets.load_dataset("parquet", data_files=files, split="train")
    stream = datasets.load_dataset("parquet", data_files=files, split="train", streaming=True)
    assert whole.to_list() == list(stream)
    rows[name] = whole.to_list()
    features = whole.features
    some = datasets.load_dataset("parquet", data_files=files, split="train", columns=["problem_id"])
    assert some.column_names == ["problem_id"]
    if name == "data":
        assert features["clusters"] == datasets.List(
            {"answer": Value("string"), "count": Value("int16"), "prob": Value("float64")}
        ), features
        own = Dataset.from_dict({"problem": ["What is 1+1?"], "answer": [None]})
        own = own.cast_column("answer", Value("string"))
        mixed = datasets.concatenate_datasets([whole.select_columns(["problem", "answer"]), own])
        assert mixed.features == own.features
        assert mixed[-1] == {"problem": "What is 1+1?", "answer": None}
print(json.dumps(rows))
"""


def test_datasets(files: dict[str, Files], tmp_path: Path) -> None:
    given = {"files": {name: each.paths for name, each in files.items()}}
    rows = _python(DATASETS, tmp_path, tmp_path, json.dumps(given))
    expected = {name: each.rows.to_pylist() for name, each in files.items()}
    assert json.loads(rows.splitlines()[-1]) == expected


def test_every_reader_has_its_snippet() -> None:
    names = [name.strip("`") for name, _ in SNIPPETS]
    assert names == ["pandas", "polars", "DuckDB", "pyarrow", "datasets"]


SEEN = {
    "pandas": ("problems.shape", (5, 3)),
    "polars": ("mine.shape", (8, 2)),
    "DuckDB": ("len(certain), {row[-1] for row in certain}, len(answers[0])", (3, {8}, 4)),
    "pyarrow": ("texts", 56),
    "`datasets`": ("len(problems), len(mixed)", (5, 6)),
}


@pytest.mark.parametrize(("name", "code"), SNIPPETS, ids=[name for name, _ in SNIPPETS])
def test_the_snippets_run(name: str, code: str, release: Path, tmp_path: Path) -> None:
    expression, expected = SEEN[name]
    printed = _python(f"{code}\nprint(repr(({expression})))", release.parent, tmp_path)
    assert printed.splitlines()[-1] == repr(expected)


def _python(code: str, folder: Path, home: Path, given: str = "") -> str:
    """What a program prints that was started in `folder`, with a cache of its own and no hub."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(home / "hf")}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=folder, env=environment, input=given, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
