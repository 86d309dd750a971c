"""What can be browsed: by folder, by name, unfinished and damaged; nothing is ever changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sure_math.browse.library import open_library
from sure_math.browse.source import open_source
from sure_math.errors import ConfigError, DataError
from sure_math.runtime.run import Run
from tests.hub import LocalHub

HUB = """
import sys
from pathlib import Path
from sure_math.browse.library import open_library
from sure_math.errors import SureMathError
for name in sys.argv[1:]:
    try:
        library = open_library(name, Path("runs"))
        first = library.problems["problem_id"][0]
        responses = library.index("responses").read(first)
        print(library.source.kind, library.problems.height, len(responses))
    except SureMathError as error:
        print(type(error).__name__, error.message)
"""


@pytest.fixture
def copy(run: Run, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run.root, tmp_path / "runs" / "mine"))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_goes_by_its_folder_or_its_name(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy.parent)
    for name in (str(copy), "mine"):
        assert open_source(name, copy.parent).place == copy
    assert open_source("mine", Path("elsewhere")).kind == "run"
    (copy.parent / "mine" / "mine").mkdir()  # has the name of a run, and is none
    monkeypatch.chdir(copy)
    assert open_source("mine", copy.parent).place == copy


def test_without_a_name_it_is_the_latest_run_else_the_release_here(
    run: Run, release: Path, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(run.root, copy.parent / "older")
    os.utime(copy.parent / "older" / "recipe.yaml", (1, 1))
    assert open_source(None, copy.parent).name == "mine"
    monkeypatch.chdir(release.parent)
    source = open_source(None, tmp_path / "no runs")
    assert (source.kind, source.place) == ("release", release)


def test_what_is_neither_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="no folder 'nothing'"):
        open_source("nothing", tmp_path)
    with pytest.raises(ConfigError, match="no run in"):
        open_source(None, tmp_path)
    with pytest.raises(DataError, match="neither a run nor a release"):
        open_source(str(tmp_path), tmp_path)


def test_a_run_without_rows_is_said(copy: Path) -> None:
    for path in copy.rglob("*.parquet"):
        path.unlink()
    with pytest.raises(DataError, match="holds no problem that can be read"):
        open_library(str(copy), copy.parent)


def test_a_truncated_shard_is_left_out_and_left_where_it_is(copy: Path) -> None:
    whole = open_library(str(copy), copy.parent)
    for stage in ("weight", "evolve/attempts"):  # the latter is indexed in two ways
        path = copy / stage / "part-00001.parquet"
        path.write_bytes(path.read_bytes()[:-40])
    before = files(copy)
    library = open_library(str(copy), copy.parent)
    library.warm_up()
    library.settle()
    said = library.source.complaints
    assert [line.split(" cannot be read")[0] for line in said] == [
        "weight/part-00001.parquet", "evolve/attempts/part-00001.parquet",
    ]  # fmt: skip
    assert library.problems.height == whole.problems.height
    states = [dict(each.problems["state"].value_counts().rows()) for each in (whole, library)]
    assert states[1]["annotated"] < states[0]["annotated"]
    assert states[1]["annotated"] + states[1]["waiting"] == states[0]["annotated"]
    assert files(copy) == before


def test_files_that_no_run_wrote_are_left_out(run: Run, copy: Path) -> None:
    pq.write_table(pa.table({"problem_id": ["x"]}), copy / "weight" / "part-00007.parquet")
    shutil.copy(copy / "pool" / "part-00000.parquet", copy / "weight" / "part-00008.parquet")
    shutil.copy(copy / "weight" / "part-00000.parquet", copy / "weight" / "part-00009.parquet")
    source = open_source(str(copy), copy.parent)
    assert source.complaints == [
        "weight/part-00007.parquet was not written by a run",
        "weight/part-00008.parquet is shard 0 of stage pool",
        "weight/part-00009.parquet is shard 0 of stage weight",
    ]
    sound = sorted(path.name for path in (run.root / "weight").glob("*.parquet"))
    assert [part.path.name for part in source.problems[0]] == sound


def test_a_release_without_one_of_its_files_shows_the_others(release: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(release, tmp_path / "sure-math"))
    (path,) = (copy / "responses").glob("test*.parquet")
    path.unlink()
    library = open_library(str(copy), tmp_path)
    assert len(library.source.complaints) == 1
    assert library.source.complaints[0].startswith(f"responses/{path.name} cannot be read")
    missing = set(library.problems.filter(split="test")["problem_id"])
    found = {name: library.index("responses").read(name) for name in library.problems["problem_id"]}
    assert {name for name, rows in found.items() if not rows} == missing


def test_a_damaged_manifest_is_an_error(release: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(release, tmp_path / "sure-math"))
    (copy / "sure_math.json").write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        open_source(str(copy), tmp_path)


def test_a_release_on_a_hub_goes_by_its_name(release: Path, tmp_path: Path) -> None:
    names = ("own/sure-math", "own/sure-math@v1.0.0", "own/sure-math@v7", "own/nothing")
    with LocalHub() as hub:
        hub.add("own/sure-math", release, tags=("v1.0.0",))
        newest, tagged, no_tag, nothing = subprocess.run(
            [sys.executable, "-c", HUB, *names],
            env=hub.environment(tmp_path / "home"),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
    count = open_library(str(release), tmp_path).problems.height
    assert newest == tagged == f"release {count} 8"
    assert no_tag.startswith("DataError there is no own/sure-math at")
    assert nothing.startswith("DataError there is no dataset own/nothing")
