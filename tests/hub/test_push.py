"""Pushes of a dataset: what is sent, again, after a change, a crash, trouble and a new version."""

import hashlib
import os
from pathlib import Path

import pytest

from tests.hub import LocalHub
from tests.hub.client import Client, ClientError
from tests.hub.conftest import PART, write_shards
from tests.waiting import until

BOTH = pytest.mark.parametrize("client", ["lfs", "xet"], indirect=True)
BYTES = r"PUT /lfs/|POST /cas/.*/xorbs/"
"""Requests that carry contents, of either protocol."""
PUSH = """
done = api.upload_folder(repo_id=repo, repo_type="dataset", folder_path=folder)
done.oid
"""


def sent(hub: LocalHub) -> list[int]:
    """The sizes of the contents that arrived since the log was emptied."""
    found = [request.received for request in hub.asked(BYTES) if request.status == 200]
    hub.requests.clear()
    return found


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def held(hub: LocalHub, repo: str, revision: str = "main") -> dict[str, str]:
    """What the hub has, less what it made itself."""
    commit = hub.repository(repo).resolve(revision)
    assert commit is not None
    names = commit.files.keys() - {".gitattributes"}
    return {name: hashlib.sha256(hub.read(repo, name, revision)).hexdigest() for name in names}


@BOTH
def test_only_what_is_new_is_sent(
    client: Client, hub: LocalHub, repo: str, shards: Path, request: pytest.FixtureRequest
) -> None:
    sizes = [path.stat().st_size for path in (shards / "data").iterdir()]
    first = client.run(PUSH, repo=repo, folder=shards)
    if "lfs" in request.node.name:
        assert sorted(sent(hub)) == sorted(sizes)
    else:
        assert [size // 10_000 for size in sent(hub)] == [sum(sizes) // 10_000]
    assert held(hub, repo) == contents(shards)

    assert client.run(PUSH, repo=repo, folder=shards) == first
    assert sent(hub) == []

    changed = shards / "data" / "train-00003-of-00012.parquet"
    changed.write_bytes(os.urandom(8000))
    second = client.run(PUSH, repo=repo, folder=shards)
    (arrived,) = sent(hub)
    assert 8000 <= arrived < 8200
    assert held(hub, repo) == contents(shards)
    assert hub.repository(repo).commits[second].parent == first


@BOTH
def test_what_was_pushed_is_what_is_downloaded(
    client: Client, hub: LocalHub, repo: str, shards: Path, request: pytest.FixtureRequest
) -> None:
    (shards / "data" / "long.parquet").write_bytes(os.urandom(3 * PART) + bytes(PART))
    (shards / "data" / "even.parquet").write_bytes(b"the same again, " * 20_000)
    client.run(PUSH, repo=repo, folder=shards)
    hub.requests.clear()
    place = client.run("api.snapshot_download(repo, repo_type='dataset')")
    found = contents(Path(place))
    found.pop(".gitattributes")
    assert found == contents(shards)
    whole = [r for r in hub.asked(r"GET .*/resolve/.*parquet") if r.sent]
    ranges = [r for r in hub.asked(r"GET /xorbs/") if r.status == 206]
    plain = "lfs" in request.node.name
    assert (bool(whole), bool(ranges)) == (plain, not plain)


def test_a_large_file_is_sent_in_parts(
    lfs: Client, hub: LocalHub, repo: str, tmp_path: Path
) -> None:
    content = os.urandom(2 * PART + 100)
    (tmp_path / "a.parquet").write_bytes(content)
    lfs.run(
        "api.upload_file(path_or_fileobj=Path(path), path_in_repo='a.parquet',"
        " repo_id=repo, repo_type='dataset')",
        repo=repo, path=tmp_path / "a.parquet",
    )  # fmt: skip
    assert sorted(sent(hub)) == [100, PART, PART]
    assert hub.read(repo, "a.parquet") == content


@pytest.mark.parametrize("xet", [False, True], ids=["lfs", "xet"])
def test_a_push_that_was_killed_goes_on(
    xet: bool, hub: LocalHub, repo: str, shards: Path, tmp_path: Path
) -> None:
    environment = hub.environment(tmp_path / "home", xet=xet, HF_TOKEN=hub.token)
    stuck = r"POST /cas/.*/shards" if xet else r"PUT /lfs/"
    hub.fail(stuck, skip=0 if xet else 5, delay=60, drop=True)
    with Client(environment) as dying:
        dying.start(PUSH, repo=repo, folder=shards)
        wanted = 1 if xet else 5
        until(lambda: len(hub.asked(BYTES)) >= wanted)
        dying.kill()
    assert len(sent(hub)) == wanted
    assert held(hub, repo) == {}
    hub.recover()
    with Client(environment) as heir:
        heir.run(PUSH, repo=repo, folder=shards)
    # The hub knows LFS objects by their hash; a xorb without its shard is not found again.
    assert len(sent(hub)) == (1 if xet else 7)
    assert held(hub, repo) == contents(shards)


@BOTH
@pytest.mark.parametrize(
    "trouble",
    [{"status": 500}, {"drop": True}, {"status": 429, "headers": {"Retry-After": "1"}}],
    ids=["500", "drop", "429"],
)
def test_trouble_with_contents_passes(
    client: Client, trouble: dict[str, object], hub: LocalHub, repo: str, tmp_path: Path
) -> None:
    write_shards(tmp_path / "one", 1)
    hub.fail(BYTES, times=1, **trouble)
    client.run(PUSH, repo=repo, folder=tmp_path / "one")
    assert [request.status for request in hub.asked(BYTES)] == [trouble.get("status", 0), 200]
    assert held(hub, repo) == contents(tmp_path / "one")


def test_after_trouble_with_the_commit_no_content_is_sent_again(
    lfs: Client, hub: LocalHub, repo: str, shards: Path
) -> None:
    hub.fail(r"POST .*/commit/", times=1, status=503)
    with pytest.raises(ClientError, match="503 Service Unavailable") as raised:
        lfs.run(PUSH, repo=repo, folder=shards)
    assert "HfHubHTTPError" in raised.value.kinds
    assert len(sent(hub)) == 12
    assert held(hub, repo) == {}
    lfs.run(PUSH, repo=repo, folder=shards)
    assert sent(hub) == []
    assert held(hub, repo) == contents(shards)


def test_with_xet_the_commit_is_tried_again(
    xet: Client, hub: LocalHub, repo: str, shards: Path
) -> None:
    hub.fail(r"POST .*/commit/", times=1, status=503)
    xet.run(PUSH, repo=repo, folder=shards)
    assert [request.status for request in hub.asked(r"/commit/")] == [503, 200]
    assert held(hub, repo) == contents(shards)


def test_an_answer_that_got_lost_was_a_commit_nevertheless(
    lfs: Client, hub: LocalHub, repo: str, tmp_path: Path
) -> None:
    write_shards(tmp_path / "one", 1)
    hub.fail(r"POST .*/commit/", times=1, drop=True, after=True)
    with pytest.raises(ClientError) as raised:
        lfs.run(PUSH, repo=repo, folder=tmp_path / "one")
    assert "RemoteProtocolError" in raised.value.kinds
    assert held(hub, repo) == contents(tmp_path / "one")


@BOTH
def test_a_new_version_in_one_commit(
    client: Client, hub: LocalHub, repo: str, shards: Path, tmp_path: Path
) -> None:
    first = client.run(PUSH, repo=repo, folder=shards)
    write_shards(tmp_path / "newer", 5)
    names = sorted(contents(tmp_path / "newer"))
    operations = [
        *(f"CommitOperationAdd({name!r}, Path(folder) / {name!r})" for name in names),
        *(f"CommitOperationDelete({name!r})" for name in contents(shards) if name not in names),
    ]
    second = client.run(
        f"""
done = api.create_commit(repo, [{", ".join(operations)}], commit_message="v1.1.0",
                         repo_type="dataset", parent_commit=first)
api.create_tag(repo, tag="v1.0.0", revision=first, repo_type="dataset")
api.create_tag(repo, tag="v1.1.0", revision=done.oid, tag_message="newer", repo_type="dataset")
done.oid
""",
        folder=tmp_path / "newer", first=first,
    )  # fmt: skip
    assert hub.repository(repo).commits[second].parent == first
    assert held(hub, repo) == held(hub, repo, "v1.1.0") == contents(tmp_path / "newer")
    assert held(hub, repo, "v1.0.0") == contents(shards)
    with pytest.raises(ClientError, match="A commit has happened since"):
        client.run(
            "api.create_commit(repo, [CommitOperationAdd('a', b'x')], commit_message='late',"
            " repo_type='dataset', parent_commit=first)"
        )


@BOTH
def test_a_repository_is_deleted_and_made_again(
    client: Client, hub: LocalHub, repo: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    write_shards(tmp_path / "one", 1)
    client.run(PUSH, repo=repo, folder=tmp_path / "one")
    client.run("api.delete_repo(repo, repo_type='dataset')")
    assert client.run("api.repo_exists(repo, repo_type='dataset')") is False
    client.run("api.create_repo(repo, repo_type='dataset').repo_id")
    hub.requests.clear()
    client.run(PUSH)
    # With Xet the client remembers what it sent, and the hub has it still.
    assert len(sent(hub)) == ("lfs" in request.node.name)
    assert held(hub, repo) == contents(tmp_path / "one")


DATASETS = """
import datasets
datasets.disable_progress_bars()
whole = datasets.Dataset.from_dict({"id": list(range(50)), "text": [f"row {i}" for i in range(50)]})
"""


def test_datasets_pushes_and_loads(lfs: Client, hub: LocalHub) -> None:
    repo = "own/of-datasets"
    lfs.run(DATASETS + "whole.push_to_hub(repo, private=True)", repo=repo)
    assert hub.repository(repo).private
    rows = lfs.run("datasets.load_dataset(repo, split='train').to_dict()")
    assert rows == {"id": [*range(50)], "text": [f"row {i}" for i in range(50)]}
    lfs.run("whole.select(range(20)).push_to_hub(repo)")
    hub.requests.clear()
    streamed = lfs.run("[r['id'] for r in datasets.load_dataset(repo, streaming=True)['train']]")
    assert streamed == [*range(20)]
    # Feature types and split sizes stand in the card: no Parquet is read for them.
    hub.requests.clear()
    about = lfs.run(
        "info = datasets.load_dataset_builder(repo).info\n"
        "[str(info.features), info.splits['train'].num_examples]"
    )
    assert about == ["{'id': Value('int64'), 'text': Value('string')}", 20]
    assert sum(request.sent for request in hub.asked(r"resolve/.*\.parquet")) == 0
