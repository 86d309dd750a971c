"""What a hub keeps: for its next run, whole contents only, apart by repository."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from tests.hub import LocalHub
from tests.hub.client import Client
from tests.hub.talk import talk

PUSH = """
done = api.upload_folder(repo_id=repo, repo_type="dataset", folder_path=folder)
done.oid
"""


def test_a_folder_outlives_the_hub(tmp_path: Path) -> None:
    state, files = tmp_path / "state", tmp_path / "files"
    files.mkdir()
    (files / "a.parquet").write_bytes(b"PAR1" * 5000)
    with LocalHub(state=state) as hub:
        environment = hub.environment(tmp_path / "home", xet=True, HF_TOKEN=hub.token)
        with Client(environment) as client:
            client.run("api.create_repo(repo, repo_type='dataset').repo_id", repo="own/kept")
            commit = client.run(PUSH, folder=files)
            client.run("api.create_tag(repo, tag='v1', repo_type='dataset')")
            client.run("api.create_pull_request(repo, 'A question', repo_type='dataset').num")
        hub.add("own/gone", files, gated="auto")
        HfApi(endpoint=hub.url, token=hub.token).delete_repo("own/gone", repo_type="dataset")
        before = hub.repository("own/kept").as_json()
    assert not list(state.rglob("*.tmp"))
    assert [path.parent.name for path in state.rglob("repository.json")] == ["kept"]
    with LocalHub(state=state) as again:
        assert again.repository("own/kept").as_json() == before
        environment = again.environment(tmp_path / "new", xet=True, HF_TOKEN=again.token)
        with Client(environment) as client:
            place = client.run("api.snapshot_download('own/kept', repo_type='dataset')")
        assert again.asked("GET /xorbs/")
        own = HfApi(endpoint=again.url, token=again.token)
        assert own.dataset_info("own/kept", revision="v1").sha == commit
    assert Path(place, "a.parquet").read_bytes() == b"PAR1" * 5000


def test_contents_are_kept_whole_or_not_at_all(hub: LocalHub, repo: str) -> None:
    content = b"large" * 100
    oid = hashlib.sha256(content).hexdigest()
    batch = f"{hub.url}/datasets/{repo}.git/info/lfs/objects/batch"
    wanted = {"operation": "upload", "objects": [{"oid": oid, "size": len(content)}]}
    answer = talk("POST", batch, wanted, token=hub.token).json()["objects"][0]
    actions = answer["actions"]
    assert talk("PUT", actions["upload"]["href"], content[:-1]).status == 400
    assert talk("PUT", actions["upload"]["href"].split("?")[0], content).status == 403
    assert talk("POST", actions["verify"]["href"], answer, token=hub.token).status == 404
    assert oid not in hub.repository(repo).blobs
    assert talk("PUT", actions["upload"]["href"], content).status == 200
    assert talk("POST", actions["verify"]["href"], answer, token=hub.token).status == 200
    again = talk("POST", batch, wanted, token=hub.token).json()["objects"]
    assert again == [{"oid": oid, "size": len(content)}]
    other = HfApi(endpoint=hub.url, token=hub.token).create_repo(f"{repo}-2", repo_type="dataset")
    batch = f"{hub.url}/datasets/{other.repo_id}.git/info/lfs/objects/batch"
    assert "actions" in talk("POST", batch, wanted, token=hub.token).json()["objects"][0]


def test_parts_must_be_those_that_were_sent(hub: LocalHub, repo: str) -> None:
    content = bytes(600_000)
    oid = hashlib.sha256(content).hexdigest()
    batch = f"{hub.url}/datasets/{repo}.git/info/lfs/objects/batch"
    wanted = {"operation": "upload", "objects": [{"oid": oid, "size": len(content)}]}
    answer = talk("POST", batch, wanted, token=hub.token).json()["objects"][0]
    upload = answer["actions"]["upload"]
    step = int(upload["header"]["chunk_size"])
    tags = []
    for i, number in enumerate(("00001", "00002", "00003")):
        part = talk("PUT", upload["header"][number], content[i * step : (i + 1) * step])
        tags.append({"partNumber": i + 1, "etag": part.headers["etag"]})
    short = {"oid": oid, "parts": tags[:2]}
    assert talk("POST", upload["href"], short).status == 400
    assert talk("POST", upload["href"], {"oid": oid, "parts": tags}).status == 200
    assert hub.repository(repo).blobs[oid] == content


def test_served_folders_are_commits_that_clients_build_on(
    hub: LocalHub, tmp_path: Path, api: Callable[[str | bool], HfApi]
) -> None:
    (tmp_path / "a.txt").write_text("a")
    given = "1234567890" * 4
    assert hub.add("own/served", tmp_path, given, tags=("v1",)) == given
    operations = [CommitOperationAdd("b.txt", b"b")]
    api(hub.token).create_commit(
        "own/served", operations, commit_message="b", repo_type="dataset", parent_commit=given
    )
    assert hub.read("own/served", "b.txt") == b"b"
    with pytest.raises(KeyError):
        hub.read("own/served", "b.txt", "v1")
    with pytest.raises(KeyError):
        hub.repository("own/nothing")
    first = hub.add("own/served", tmp_path)
    assert hub.add("own/served", tmp_path) == first != given
    repository = hub.repository("own/served")
    assert len([*repository.history(repository.commits[first])]) == 3
