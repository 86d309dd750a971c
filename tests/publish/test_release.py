"""A local release: what is replaced, what is refused, and what the `datasets` library reads."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from sure_math import schemas
from sure_math.errors import PublishError
from sure_math.pipeline import STAGES
from sure_math.publish.release import write_release
from sure_math.runtime.run import Run
from sure_math.runtime.stage import ShardResult
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.roles import respond

SOURCE = r"own|mine\|"
NAMED = f"seeds.sources.4.name='{SOURCE}'"
LOADS = """
import datasets, json
name = "sure-math"
whole = {c: datasets.load_dataset(name, c) for c in ("default", "responses")}
seen = {"columns": whole["default"]["train"].column_names}
for config, parts in whole.items():
    for split, part in parts.items():
        stream = datasets.load_dataset(name, config, split=split, streaming=True)
        same = part.to_list() == list(stream)
        seen[f"{config}/{split}"] = [len(part), sum(1 for _ in stream), same]
mixed = datasets.concatenate_datasets([whole["default"]["train"], whole["default"]["test"]])
seen["mixed"] = len(mixed)
print(json.dumps(seen))
"""
TIERS = """
import datasets, json
rows = datasets.load_dataset("sure-math", split="train")
print(json.dumps({row["problem_id"]: row["tier"] for row in rows}))
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Run:
    return finish(tmp_path_factory.mktemp("run"), server, NAMED)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    return write_release(run, tmp_path_factory.mktemp("release") / "sure-math")


def python(folder: Path, code: str) -> Any:
    """What a program prints that was started in `folder`, with its own cache and no hub."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout else None


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_all_configs_and_splits_load_streaming_or_not(release: Path) -> None:
    seen = python(release.parent, LOADS)
    assert seen.pop("columns") == schemas.RELEASE.schema.names
    assert seen.pop("mixed") == 8
    assert seen == {
        "default/train": [5, 5, True],
        "default/test": [3, 3, True],
        "responses/train": [40, 40, True],
        "responses/test": [24, 24, True],
    }


def test_an_equal_run_gives_equal_bytes(
    release: Path, tmp_path: Path, server: ScriptedServer
) -> None:
    again = finish(tmp_path, server, NAMED, "models.teacher.concurrency=2")
    assert content(write_release(again, tmp_path / "sure-math")) == content(release)


def test_a_new_release_is_never_hidden_by_the_old_one_in_the_cache(
    run: Run, tmp_path: Path
) -> None:
    """`datasets` caches a local folder by its card: one changed value must change the card."""
    write_release(run, tmp_path / "sure-math")
    before = python(tmp_path, TIERS)
    shutil.copytree(run.root, tmp_path / "run")
    changed = Run(tmp_path / "run", run.recipe, STAGES)
    weight = changed.store("weight")
    rows, shards = weight.read(0).to_pylist(), len(weight.scan())
    row = next(row for row in rows if row["split"] == "train")
    row["tier"] = "hard"
    weight.commit(0, shards, ShardResult(rows), {})
    write_release(changed, tmp_path / "sure-math")
    assert python(tmp_path, TIERS) == before | {row["problem_id"]: "hard"}


@pytest.mark.parametrize("name", ["another-name", "owner/sure-math"])
def test_the_snippets_of_the_card_run_under_its_name(run: Run, tmp_path: Path, name: str) -> None:
    folder = write_release(run, tmp_path / name, name)
    blocks = re.findall(r"```python\n(.*?)```", (folder / "README.md").read_text(), re.S)
    assert len(blocks) == (2 if "/" in name else 3)
    counted = "\nimport json\nprint(json.dumps([len(problems), len(answered)]))"
    assert python(tmp_path, "\n".join(blocks) + counted) == [5, 40]


def test_the_cells_of_the_card_hold_whatever_stands_in_them(release: Path) -> None:
    card = (release / "README.md").read_text()
    tables = re.findall(r"(?:^\|.*\n)+", card, re.M)
    assert len(tables) >= 6
    for table in tables:
        widths = {len(_cells(line)) for line in table.splitlines()}
        assert len(widths) == 1, table
    sources = next(table for table in tables if table.startswith("| source | dataset |"))
    assert _cells(sources.splitlines()[-1])[0] == SOURCE


def _cells(line: str) -> list[str]:
    """The cells of a line as a Markdown reader sees them: a backslash escapes what follows."""
    cells = re.findall(r"\|((?:\\.|[^\\|])*)(?=\|)", line)
    return [re.sub(r"\\(.)", r"\1", cell).strip() for cell in cells]


def test_the_card_tells_what_was_made(run: Run, release: Path) -> None:
    text = (release / "README.md").read_text()
    _, head, body = text.split("---\n", 2)
    front = yaml.safe_load(head)
    sizes = {
        (info["config_name"], split["name"]): split["num_examples"]
        for info in front["dataset_info"]
        for split in info["splits"]
    }
    assert sizes == {
        ("default", "train"): 5,
        ("default", "test"): 3,
        ("responses", "train"): 40,
        ("responses", "test"): 24,
    }
    assert front["license"] == "cc-by-4.0"
    for stage in STAGES:
        assert f"| {stage.name} |" in body
    for column in schemas.RELEASE.schema.names:
        assert f"| {column} |" in body
    assert "math-verify, then the judge in both orders; single linkage" in body
    assert "- `cluster`: 32 of 32 control questions right (judge)" in body


def test_the_manifest_is_true_and_nothing_tells_of_this_machine(run: Run, release: Path) -> None:
    manifest = json.loads((release / "sure_math.json").read_text())
    assert {file["path"] for file in manifest["files"]} == {
        str(path.relative_to(release)) for path in release.rglob("*.parquet")
    }
    for file in manifest["files"]:
        assert pq.read_metadata(release / file["path"]).num_rows == file["rows"]
        assert (release / file["path"]).stat().st_size == file["bytes"]
    address = run.recipe.models.teacher.base_url  # type: ignore[union-attr]
    for path in release.rglob("*"):
        if path.is_file():
            assert address.encode() not in path.read_bytes(), path
            assert str(run.root.parent.parent).encode() not in path.read_bytes(), path


def test_columns_are_never_large(release: Path) -> None:
    for path in release.rglob("*.parquet"):
        assert not [field for field in pq.read_schema(path) if "large" in str(field.type)]


@pytest.mark.parametrize("name", ["thesis.txt", "data", "README.md"])
def test_a_folder_of_somebody_else_is_not_touched(run: Run, tmp_path: Path, name: str) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / name).write_text("two years of work")
    with pytest.raises(PublishError, match=re.escape(name)) as error:
        write_release(run, out)
    assert "nothing was changed" in str(error.value)
    assert content(tmp_path) == {f"mine/{name}": b"two years of work"}


def test_files_added_to_a_release_are_not_lost(run: Run, release: Path, tmp_path: Path) -> None:
    out = tmp_path / "sure-math"
    shutil.copytree(release, out)
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("ref")
    with pytest.raises(PublishError, match=r"\.git"):
        write_release(run, out)
    assert (out / ".git" / "HEAD").exists()


def test_a_file_in_the_place_is_not_replaced(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(PublishError, match="holds what no release"):
        write_release(run, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "a file"


def test_an_empty_folder_is_taken_and_a_killed_attempt_leaves_no_litter(
    run: Run, release: Path, tmp_path: Path
) -> None:
    for name in ("mine", ".mine.1.tmp", ".mine.2.old", ".mine2.3.tmp"):
        (tmp_path / name).mkdir()
    write_release(run, tmp_path / "mine")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".mine2.3.tmp", "mine"]
    assert {p.name for p in (tmp_path / "mine").iterdir()} == {p.name for p in release.iterdir()}


def test_a_failed_release_leaves_the_old_one(run: Run, release: Path, tmp_path: Path) -> None:
    out = tmp_path / "sure-math"
    shutil.copytree(release, out)
    broken = tmp_path / "run"
    shutil.copytree(run.root, broken)
    part = next((broken / "cluster").glob("part-*.parquet"))
    part.write_bytes(part.read_bytes()[:-30])
    with (
        pytest.warns(UserWarning, match="not a finished shard"),
        pytest.raises(PublishError, match="not annotated to its end"),
    ):
        write_release(Run(broken, run.recipe, STAGES), out)
    assert content(out) == content(release)
    assert {path.name for path in tmp_path.iterdir()} == {"sure-math", "run"}


def test_an_unfinished_run_is_refused(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "run"
    shutil.copytree(run.root, broken)
    next((broken / "weight").glob("part-*.parquet")).unlink()
    with pytest.raises(PublishError, match="not annotated to its end"):
        write_release(Run(broken, run.recipe, STAGES), tmp_path / "sure-math")
    assert not (tmp_path / "sure-math").exists()


def test_the_release_of_another_run_is_no_earlier_version(
    run: Run, release: Path, tmp_path: Path
) -> None:
    out = tmp_path / "sure-math"
    shutil.copytree(release, out)
    recipe = run.recipe.model_copy(update={"name": "other"})
    with pytest.warns(UserWarning, match="held the release of run .*, which is replaced"):
        write_release(Run(run.root, recipe, STAGES), out)
    (entry,) = json.loads((out / "sure_math.json").read_text())["history"]
    assert (entry["added"], entry["removed"]) == (None, None)
