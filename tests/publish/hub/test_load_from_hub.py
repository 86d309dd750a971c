"""A release on a hub, loaded by `datasets` and by `sure_math.load_dataset`; own rows from a hub."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest
from huggingface_hub import HfApi

from tests.backends.scripted_server import ScriptedServer
from tests.hub import Fault, LocalHub
from tests.roles import respond, write_recipe
from tests.seeds.layouts import write_parquet

_LOAD = """
import json, sys
import datasets, sure_math
def rows(found):
    if isinstance(found, dict):
        return {name: rows(part) for name, part in found.items()}
    return [row for row in found]
for line in sys.stdin:
    how, *arguments = json.loads(line)
    load = {"plain": datasets.load_dataset, "ours": sure_math.load_dataset}[how]
    try:
        found = rows(load(*arguments[:-1], **arguments[-1]))
    except sure_math.DataError as error:
        found = str(error)
    print(json.dumps(found), flush=True)
"""


def load(environment: dict[str, str], calls: dict[str, list[Any]]) -> dict[str, Any]:
    """What each call of a loading function gives: rows (by split), or the message of its error."""
    done = subprocess.run(
        [sys.executable, "-c", _LOAD],
        env=environment,
        input="\n".join(map(json.dumps, calls.values())),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(calls, map(json.loads, done.stdout.splitlines()), strict=True))


def sure_math(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "sure_math.cli", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(respond) as running:
        yield running


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Path:
    folder = tmp_path_factory.mktemp("release")
    recipe = write_recipe(folder, server.base_url, seeds=4)
    with LocalHub() as hub:
        sure_math(folder, hub.environment(folder / "home"), "run", str(recipe))
    return folder / "sure-math"


@pytest.fixture(scope="module")
def hub(release: Path) -> Iterator[LocalHub]:
    """Two versions of the release; the newer one has its problems in reversed order."""
    newer = release.with_name("newer")
    shutil.copytree(release, newer)
    for path in (newer / "data").glob("*.parquet"):
        table = pq.read_table(path)
        pq.write_table(table.take([*range(table.num_rows)][::-1]), path)
    with LocalHub() as running:
        running.add("own/sure-math", release, tags=("v1.0.0",))
        running.add("own/sure-math", newer, tags=("v1.1.0",))
        running.add("own/secret", release, private=True)
        yield running


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["problem_id"] for row in rows]


def test_the_hub_answers_as_its_client_expects(hub: LocalHub, release: Path) -> None:
    client, name = HfApi(endpoint=hub.url, token=False), "own/sure-math"
    info = client.dataset_info(name, revision="v1.0.0", files_metadata=True)
    written = {p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file()}
    assert {each.rfilename for each in info.siblings or ()} == written
    refs = client.list_repo_refs(name, repo_type="dataset")
    assert {tag.name: tag.target_commit for tag in refs.tags}["v1.0.0"] == info.sha
    assert [branch.target_commit for branch in refs.branches] == [client.dataset_info(name).sha]
    tree = {each.path for each in client.list_repo_tree(name, repo_type="dataset", recursive=True)}
    assert tree == written | {path.rsplit("/", 1)[0] for path in written if "/" in path}
    top = {each.path for each in client.list_repo_tree(name, "data", repo_type="dataset")}
    assert top == {path for path in written if path.startswith("data/")}
    paths = ["README.md", "data", "nothing"]
    found = client.get_paths_info(name, paths, repo_type="dataset", revision=info.sha)
    assert {each.path for each in found} == {"README.md", "data"}
    assert not client.file_exists(name, "nothing", repo_type="dataset")
    assert not client.repo_exists("own/nothing", repo_type="dataset")
    assert client.repo_exists("own/secret", repo_type="dataset", token=hub.token)
    assert not client.repo_exists("own/secret", repo_type="dataset")


def test_both_loaders_give_the_rows_of_the_release(
    hub: LocalHub, release: Path, tmp_path: Path
) -> None:
    name = "own/sure-math"
    one = {"split": "train", "revision": "v1.0.0"}
    found = load(
        hub.environment(tmp_path),
        {
            "plain": ["plain", name, {}],
            "plain responses": ["plain", name, "responses", {"split": "train", "streaming": True}],
            "ours": ["ours", name, {}],
            "first version": ["ours", name, one],
            "first streamed": ["ours", name, {**one, "streaming": True}],
            "responses": ["ours", name, {**one, "config": "responses"}],
            "responses streamed": ["ours", name, {"config": "responses", "streaming": True}],
        },
    )
    written = {
        split: pl.read_parquet(sorted((release / "data").glob(f"{split}-*"))).to_dicts()
        for split in ("train", "test")
    }
    assert found["first version"] == written["train"]
    assert found["first streamed"] == written["train"]
    for loader in ("plain", "ours"):
        assert {split: ids(rows) for split, rows in found[loader].items()} == {
            split: ids(rows)[::-1] for split, rows in written.items()
        }
    responses = pl.read_parquet(sorted((release / "responses").glob("train-*"))).to_dicts()
    assert len(responses) == 8 * len(written["train"])
    assert found["responses"] == found["plain responses"] == responses
    assert found["responses streamed"]["train"] == responses


def test_what_cannot_be_loaded_is_a_data_error_that_names_it(hub: LocalHub, tmp_path: Path) -> None:
    name = "own/sure-math"
    said = load(
        hub.environment(tmp_path),
        {
            "config": ["ours", name, {"config": "answers"}],
            "split": ["ours", name, {"split": "validation", "streaming": True}],
            "revision": ["ours", name, {"revision": "v9.9.9"}],
            "name": ["ours", "own/nothing", {}],
            "secret": ["ours", "own/secret", {}],
        },
    )
    for message in said.values():
        assert message.startswith("cannot load own/")
        assert "Next: " in message
    assert (
        "BuilderConfig 'answers' not found. Available: ['default', 'responses']" in said["config"]
    )
    assert "Available splits: ['train', 'test']" in said["split"]
    assert "'v9.9.9' doesn't exist" in said["revision"]
    assert "'own/nothing' doesn't exist on the Hub or cannot be accessed" in said["name"]
    assert "'own/secret' doesn't exist on the Hub or cannot be accessed" in said["secret"]


def test_offline_a_revision_is_the_one_asked_for_or_an_error(hub: LocalHub, tmp_path: Path) -> None:
    name = "own/sure-math"
    older, newer = (["ours", name, {"split": "test", "revision": f"v1.{n}.0"}] for n in (0, 1))
    environment = hub.environment(tmp_path)
    online = load(environment, {"older": older, "newer": newer})
    offline = load({**environment, "HF_HUB_OFFLINE": "1"}, {"older": older, "newer": newer})
    assert offline["newer"] == online["newer"] == online["older"][::-1]
    assert "revision v1.0.0): that is commit" in offline["older"]
    assert "but what this machine has is of" in offline["older"]
    assert "huggingface_hub.snapshot_download" in offline["older"]


def test_a_folder_has_no_revisions(hub: LocalHub, release: Path, tmp_path: Path) -> None:
    said = load(hub.environment(tmp_path), {"folder": ["ours", str(release), {"revision": "v1"}]})
    assert "it is a folder, which has no revisions" in said["folder"]


@pytest.mark.parametrize(
    ("fault", "words"), [("drop", "Server disconnected"), (403, "on the Hugging Face Hub")]
)
def test_a_hub_in_trouble_is_a_data_error(fault: Fault, words: str, tmp_path: Path) -> None:
    with LocalHub(fault=lambda method, path: fault) as broken:
        said = load(broken.environment(tmp_path), {"ours": ["ours", "own/sure-math", {}]})
    assert said["ours"].startswith("cannot load own/sure-math (config default)")
    assert words in said["ours"]


def test_own_problems_are_annotated_from_the_hub(server: ScriptedServer, tmp_path: Path) -> None:
    rows = [
        {"task": f"Add {i} to {i + 3}. What is it?", "key": str(2 * i + 3)} for i in range(10, 15)
    ]
    write_parquet(tmp_path / "hub" / "own" / "problems" / "train.parquet", rows)
    with LocalHub(tmp_path / "hub") as hub:
        model = f"openai:scripted@{server.base_url}"
        out = sure_math(
            tmp_path, hub.environment(tmp_path / "home"),
            "annotate", "--input", "own/problems", "--problem-column", "task",
            "--answer-column", "key", "--teacher", model, "--judge", model,
        )  # fmt: skip
    assert "annotated problems" in out
    (weight,) = (tmp_path / "runs").glob("*/weight")
    annotated = pl.read_parquet(sorted(weight.glob("part-*.parquet"))).to_dicts()
    assert {row["problem"]: row["answer"] for row in annotated} == {
        row["task"]: row["key"] for row in rows
    }
    (sha,) = hub.revisions("own/problems")
    assert {(row["source_revision"], row["n_samples"]) for row in annotated} == {(sha, 8)}
    assert all(0 <= row["w_se"] <= 1 for row in annotated)
