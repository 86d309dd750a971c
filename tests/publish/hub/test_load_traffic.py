"""What loading asks of a hub, and what it takes when the hub is away, busy or refuses."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sure_math.publish.release import write_release
from sure_math.runtime.run import Run
from tests.hub import LocalHub, Request
from tests.publish.hub.changed_runs import edited, versioned
from tests.publish.hub.client_process import BUILDER, OURS, PLAIN, ClientProcess

NAME = "own/sure-math"
_UPLOAD = """
import sys
from huggingface_hub import HfApi
HfApi().create_repo(sys.argv[1], repo_type="dataset")
HfApi().upload_folder(repo_id=sys.argv[1], repo_type="dataset", folder_path=sys.argv[2])
"""


@pytest.fixture(scope="module")
def releases(
    finished: Run, released: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Two versions; the problems of the newer one are edited."""
    place = tmp_path_factory.mktemp("newer")
    newer = versioned(edited(finished, place / "run", "weight", "problem"), "1.1.0")
    return {"v1.0.0": released, "v1.1.0": write_release(newer, place / "sure-math")}


@pytest.fixture
def hub(releases: dict[str, Path]) -> Iterator[LocalHub]:
    with LocalHub() as running:
        for tag, release in releases.items():
            running.add(NAME, release, tags=(tag,))
        yield running


def data(requests: list[Request]) -> set[str]:
    """The data files that requests were for, one with a body or only its head."""
    return {r.path.split("/", 6)[-1] for r in requests if r.path.endswith(".parquet")}


def problems(release: Path, split: str = "train") -> list[str]:
    (path,) = (release / "data").glob(f"{split}-*")
    texts: list[str] = pq.read_table(path)["problem"].to_pylist()
    return texts


def test_what_is_known_and_what_is_downloaded(
    hub: LocalHub, releases: dict[str, Path], tmp_path: Path
) -> None:
    train, test = ("data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet")
    asked = {"folder": tmp_path, "revision": "v1.0.0"}
    with ClientProcess(hub.environment(tmp_path / "home")) as client:
        known = client.about(BUILDER, NAME, **asked)
        assert data(hub.requests) == set()
        streamed = client.rows(PLAIN, NAME, split="test", streaming=True, **asked)
        assert data(hub.requests) == {test}
        prepared = client.rows(PLAIN, NAME, split="test", **asked)
        assert data(hub.requests) == {train, test}
    assert known["version"] == "1.0.0"
    assert known["content"].startswith("content ")
    assert known["rows"] == {"train": 5, "test": 3}
    assert known["features"].keys() == prepared[0].keys()
    assert known["features"]["problem"] == "Value('string')"
    assert streamed == prepared
    assert [row["problem"] for row in prepared] == problems(releases["v1.0.0"], "test")


def test_a_folder_is_known_without_its_tables(releases: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(releases["v1.0.0"], tmp_path / "sure-math")
    for path in (tmp_path / "sure-math").rglob("*.parquet"):
        path.write_bytes(b"")
    with LocalHub() as hub, ClientProcess(hub.environment(tmp_path / "home")) as client:
        known = client.about(BUILDER, "sure-math", folder=tmp_path)
        assert hub.requests == []
    assert known["rows"] == {"train": 5, "test": 3}
    assert known["features"]["problem"] == "Value('string')"


def test_downloads_through_xet(releases: dict[str, Path], tmp_path: Path) -> None:
    with LocalHub() as hub:
        environment = hub.environment(tmp_path / "home", xet=True, HF_TOKEN=hub.token)
        arguments = [NAME, str(releases["v1.0.0"])]
        subprocess.run([sys.executable, "-c", _UPLOAD, *arguments], env=environment, check=True)
        with ClientProcess(hub.environment(tmp_path / "fresh", xet=True)) as client:
            for how in (PLAIN, OURS):
                rows = client.rows(how, NAME, folder=tmp_path, split="train")
                assert [row["problem"] for row in rows] == problems(releases["v1.0.0"])
        assert hub.asked("GET .*/reconstructions/")
        assert not hub.asked(r"GET .*/resolve/.*\.parquet")


def test_revisions_follow_each_other_in_one_cache(
    hub: LocalHub, releases: dict[str, Path], tmp_path: Path
) -> None:
    with ClientProcess(hub.environment(tmp_path / "home")) as client:
        for tag in ("v1.0.0", "v1.1.0", "v1.0.0", None):
            asked = {"folder": tmp_path, "revision": tag}
            for how in (PLAIN, OURS):
                assert client.about(how, NAME, **asked)["version"] == (tag or "v1.1.0")[1:]
                rows = client.rows(how, NAME, split="train", **asked)
                assert [row["problem"] for row in rows] == problems(releases[tag or "v1.1.0"])


def test_a_folder_that_has_the_name_of_a_repository(
    hub: LocalHub, releases: dict[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(releases["v1.0.0"], tmp_path / NAME)
    with ClientProcess(hub.environment(tmp_path / "home")) as client:
        for name, version in ((NAME, "1.0.0"), (f"hf://datasets/{NAME}", "1.1.0")):
            asked = {"folder": tmp_path, "revision": "v1.1.0"}
            assert client.about(PLAIN, name, **asked)["version"] == version
        said = client.error(OURS, NAME, folder=tmp_path, revision="v1.1.0")
        assert "it is a folder, which has no revisions" in said
        client.rows(OURS, NAME, folder=tmp_path)
    assert f"reads {NAME} (folder; named): version 1.0.0" in client.said


def test_a_private_release_takes_a_token(releases: dict[str, Path], tmp_path: Path) -> None:
    with LocalHub() as hub:
        hub.add(NAME, releases["v1.0.0"], private=True)
        stranger = hub.account("stranger").token
        with ClientProcess(hub.environment(tmp_path / "own", HF_TOKEN=hub.token)) as client:
            assert client.about(OURS, NAME, folder=tmp_path)["version"] == "1.0.0"
        for token in (stranger, "hf_wrong"):
            with ClientProcess(hub.environment(tmp_path / token, HF_TOKEN=token)) as other:
                said = other.error(OURS, NAME, folder=tmp_path)
            assert "a private one needs HF_TOKEN" in said
            assert token not in said + other.said
    assert "reads own/sure-math (commit" in client.said
    assert hub.token not in client.said


def test_a_hub_that_does_not_answer_is_asked_once(hub: LocalHub, tmp_path: Path) -> None:
    with ClientProcess(hub.environment(tmp_path / "home")) as client:
        client.rows(OURS, NAME, folder=tmp_path)
        hub.requests.clear()
        hub.fail(drop=True)
        for options in ({}, {"streaming": True}, {"revision": "v1.1.0"}):
            said = client.error(OURS, NAME, folder=tmp_path, **options)
            assert f"the hub {hub.url} does not answer" in said
            assert "HF_HUB_OFFLINE=1 loads" in said
        assert len(hub.requests) == 3


def test_the_copy_of_this_machine_is_taken_only_when_told_to(
    hub: LocalHub, releases: dict[str, Path], tmp_path: Path
) -> None:
    environment = hub.environment(tmp_path / "home")
    with ClientProcess(environment) as client:
        client.rows(OURS, NAME, folder=tmp_path, revision="v1.0.0")
        hub.fail(r"/resolve/", status=403)
        said = client.error(OURS, NAME, folder=tmp_path)
        assert "HF_HUB_OFFLINE=1 loads" in said
        old = client.rows(PLAIN, NAME, "default", folder=tmp_path, split="train")
        assert [row["problem"] for row in old] == problems(releases["v1.0.0"])
    with ClientProcess({**environment, "HF_HUB_OFFLINE": "1"}) as client:
        for options in ({}, {"revision": "v1.0.0"}, {"streaming": True}):
            rows = client.rows(OURS, NAME, folder=tmp_path, split="train", **options)
            assert [row["problem"] for row in rows] == problems(releases["v1.0.0"])
        said = client.error(OURS, NAME, folder=tmp_path, revision="v1.1.0")
        assert "this machine never loaded that revision" in said
    commit = hub.repository(NAME).resolve("v1.0.0")
    assert commit is not None
    assert f"reads {NAME} (offline copy of commit {commit.oid[:12]}; named)" in client.said
