import gzip
import json
from pathlib import Path

import pytest

from sure_math.errors import DataError
from sure_math.seeds.files import find_files, read_file
from tests.seeds.layouts import write_jsonl, write_parquet

ROWS = [{"problem": "Find x.", "n": 1}, {"problem": "Find y.\nThen z.", "n": 2}]


def test_every_format_gives_the_same_rows(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", ROWS)
    write_jsonl(tmp_path / "a.jsonl", ROWS)
    (tmp_path / "a.json").write_text(json.dumps(ROWS))
    with gzip.open(tmp_path / "a.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in ROWS)
    (tmp_path / "a.csv").write_text('\ufeffproblem,n\nFind x.,1\n"Find y.\nThen z.",2\n')
    (tmp_path / "a.tsv").write_text('problem\tn\nFind x.\t1\n"Find y.\nThen z."\t2\n')
    paths = sorted(tmp_path.iterdir())
    assert len(paths) == 6
    for path in paths:
        read = [row | {"n": int(row["n"])} for row in read_file(path, ["problem", "n"])]
        assert read == ROWS, path.name


def test_types_are_taken_row_by_row(tmp_path: Path) -> None:
    rows = [{"domain": []}, {"domain": ["Algebra"]}, {"domain": "Algebra"}, {"domain": None}]
    assert list(read_file(write_jsonl(tmp_path / "a.jsonl", rows), None)) == rows


def test_shards_are_read_in_order_and_splits_apart(tmp_path: Path) -> None:
    for name in ("train-00001-of-00002", "train-00000-of-00002", "test-00000-of-00001"):
        write_parquet(tmp_path / "data" / f"{name}.parquet", ROWS)
    (tmp_path / "README.md").write_text("# a card")
    found = [path.stem for path in find_files(tmp_path, None, "train")]
    assert found == ["train-00000-of-00002", "train-00001-of-00002"]


def test_files_that_name_no_split_are_one_split(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "problems.jsonl", ROWS)
    assert find_files(tmp_path, None, "train") == [tmp_path / "problems.jsonl"]


def test_the_folder_of_a_config_may_be_given_itself(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "main" / "train.jsonl", ROWS)
    assert find_files(tmp_path, "main", "train") == find_files(tmp_path / "main", "main", "train")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"problem": "x"}\n{"problem": \n', "line 2"),
        ("a.jsonl", b'["x"]\n', "expected an object, found str"),
        ("a.jsonl", b'{"problem": "\xff"}\n', "utf-8"),
        ("a.parquet", b"PAR1 not really", "a.parquet"),
        ("a.jsonl.gz", b"not gzip", "a.jsonl.gz"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        list(read_file(tmp_path / name, ["problem"]))


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(DataError, match=r"none of \.parquet"):
        find_files(tmp_path / "a.xlsx", None, "train")
