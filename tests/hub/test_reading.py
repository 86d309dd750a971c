"""What a hub shows of a repository: listings, pages, ranges, history, cards."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    hf_hub_url,
)
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError, RevisionNotFoundError
from huggingface_hub.hf_api import RepoFile

from tests.hub import LocalHub
from tests.hub.talk import talk

Api = Callable[[str | bool], HfApi]
DATASET = "dataset"
FILES = {"README.md": b"Hi\n", "a/b/deep.txt": b"1", "a/c.txt": b"22", "d.parquet": b"PAR1 more"}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def filled(hub: LocalHub, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A repository with `FILES`, and a second commit without `a/c.txt`."""
    repo = f"own/{request.node.name.split('[')[0]}"
    folder = write(tmp_path / "served", FILES)
    hub.add(repo, folder, tags=("v1",))
    (folder / "a" / "c.txt").unlink()
    hub.add(repo, folder)
    return repo


def test_a_tree_is_listed_by_folder_and_by_page(
    hub: LocalHub, api: Api, filled: str, tmp_path: Path
) -> None:
    own = api(hub.token)

    def paths(path: str | None = None, **how: Any) -> list[str]:
        found = own.list_repo_tree(filled, path, repo_type=DATASET, revision="v1", **how)
        return [entry.path for entry in found]

    assert paths() == ["README.md", "a", "d.parquet"]
    assert paths("a") == ["a/b", "a/c.txt"]
    assert paths(recursive=True) == sorted([*FILES, "a", "a/b"])
    with pytest.raises(EntryNotFoundError):
        paths("nothing")
    many = {f"part/{number:04}.txt": b"x" for number in range(1100)}
    hub.add("own/many", write(tmp_path / "many", many))
    hub.requests.clear()
    found = own.list_repo_tree("own/many", repo_type=DATASET, recursive=True)
    assert [entry.path for entry in found] == ["part", *many]
    assert [request.query for request in hub.asked("tree")][1].endswith("cursor=1000")
    assert len(hub.asked("tree")) == 2


def test_an_entry_tells_size_hash_and_last_change(hub: LocalHub, api: Api, filled: str) -> None:
    own = api(hub.token)
    newest, oldest = own.list_repo_commits(filled, repo_type=DATASET)
    found = own.get_paths_info(
        filled, ["d.parquet", "a", "a/c.txt", "no"], expand=True, repo_type=DATASET
    )
    assert {entry.path: entry.last_commit.oid for entry in found if entry.last_commit} == {
        "d.parquet": oldest.commit_id,
        "a": newest.commit_id,
    }
    (file,) = (entry for entry in found if isinstance(entry, RepoFile))
    assert file.lfs is not None
    assert (file.size, file.lfs.size) == (9, 9)
    info = own.dataset_info(filled, revision="v1", files_metadata=True)
    assert info.sha == oldest.commit_id
    sizes = {each.rfilename: each.size for each in info.siblings or ()}
    assert sizes == {name: len(content) for name, content in FILES.items()}
    for revision in (oldest.commit_id[:7], "refs/tags/v1"):
        assert own.dataset_info(filled, revision=revision).sha == oldest.commit_id
    with pytest.raises(RevisionNotFoundError):
        own.dataset_info(filled, revision="v2")


@pytest.mark.parametrize(
    ("asked", "status", "content", "range_"),
    [
        ("", 200, b"PAR1 more", None),
        ("bytes=0-3", 206, b"PAR1", "bytes 0-3/9"),
        ("bytes=5-", 206, b"more", "bytes 5-8/9"),
        ("bytes=5-100", 206, b"more", "bytes 5-8/9"),
        ("bytes=-4", 206, b"more", "bytes 5-8/9"),
        ("bytes=9-", 416, b"", "bytes */9"),
    ],
)
def test_a_file_is_sent_whole_or_in_part(
    asked: str, status: int, content: bytes, range_: str | None, hub: LocalHub, filled: str
) -> None:
    place = f"{hub.url}/datasets/{filled}/resolve/v1/d.parquet"
    found = talk("GET", place, range=asked)
    assert (found.status, found.body) == (status, content)
    assert found.headers.get("content-range") == range_
    head = talk("HEAD", place)
    assert head.headers["x-linked-size"] == head.headers["content-length"] == "9"
    assert (head.headers["etag"], head.body) == (found.headers["etag"], b"")


def test_history_is_listed_page_by_page(hub: LocalHub, api: Api, repo: str) -> None:
    own = api(hub.token)
    titles = [f"Commit {number}" for number in range(60)]
    for title in titles:
        operations = [CommitOperationAdd("a.txt", title.encode())]
        own.create_commit(repo, operations, commit_message=title, repo_type=DATASET)
    hub.requests.clear()
    found = [commit.title for commit in own.list_repo_commits(repo, repo_type=DATASET)]
    assert found == [*reversed(titles), "initial commit"]
    assert len(hub.asked("commits")) == 2


def test_a_commit_deletes_files_and_folders_or_does_nothing(
    hub: LocalHub, api: Api, repo: str
) -> None:
    own = api(hub.token)

    def commit(*operations: CommitOperationAdd | CommitOperationDelete) -> set[str]:
        own.create_commit(repo, operations, commit_message="Change", repo_type=DATASET)
        return set(own.list_repo_files(repo, repo_type=DATASET)) - {".gitattributes"}

    names = ["a/1.txt", "a/2.txt", "b.txt", "keep/.gitignore"]
    assert commit(*(CommitOperationAdd(name, b"x") for name in names)) == set(names)
    with pytest.raises(EntryNotFoundError, match="A file with this name doesn't exist"):
        commit(CommitOperationDelete("b.txt"), CommitOperationDelete("c.txt"))
    assert commit(CommitOperationDelete("a/")) == {"b.txt", "keep/.gitignore"}
    missing = {"path": "c.parquet", "algo": "sha256", "oid": "0" * 64, "size": 1}
    lines = [
        b'{"key": "header", "value": {"summary": "Large"}}',
        json.dumps({"key": "lfsFile", "value": missing}).encode(),
    ]
    place = f"{hub.url}/api/datasets/{repo}/commit/main"
    answer = talk("POST", place, b"\n".join(lines), token=hub.token)
    assert answer.status == 400
    assert "LFS pointer pointed to a file that does not exist" in answer.json()["error"]


def test_a_large_file_is_copied_by_name(hub: LocalHub, api: Api, filled: str) -> None:
    own = api(hub.token)
    operations = [CommitOperationCopy("d.parquet", "e f/ü%?.parquet", src_revision="v1")]
    own.create_commit(filled, operations, commit_message="Copy", repo_type=DATASET)
    assert hub.read(filled, "e f/ü%?.parquet") == FILES["d.parquet"]
    place = hf_hub_url(filled, "e f/ü%?.parquet", repo_type=DATASET, endpoint=hub.url)
    assert talk("GET", place).body == FILES["d.parquet"]
    (entry,) = own.list_repo_tree(filled, "e f", repo_type=DATASET)
    assert entry.path == "e f/ü%?.parquet"


def test_of_many_commits_on_one_parent_one_succeeds(hub: LocalHub, api: Api, repo: str) -> None:
    parent = api(hub.token).dataset_info(repo).sha

    def commit(number: int) -> int:
        operations = [CommitOperationAdd(f"{number}.txt", b"x")]
        try:
            api(hub.token).create_commit(
                repo, operations, commit_message="Me", repo_type=DATASET, parent_commit=parent
            )
        except HfHubHTTPError as error:
            return error.response.status_code
        return 200

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(commit, range(8)))
    assert found == [200, *[412] * 7]
    assert len(hub.repository(repo).commits) == 2


CARDS = {
    "---\nlicense: [\n---\n": "YAML Metadata Error: while parsing",
    "---\njust words\n---\n": "must be a mapping",
    "---\nlicense: mine\n---\n": '"license" must be one of .*, not mine',
    "---\nlicense: 3\n---\n": r'"license" must be one of \[string, array\]',
    "---\nsize_categories:\n- huge\n---\n": '"size_categories" must be one of .*, not huge',
    "---\ntags:\n- good\n- {a: b}\n---\n": r'"tags\[1\]" must be a string',
    "---\npretty_name: [a]\n---\n": '"pretty_name" must be a string',
    "---\nlanguage: EN\n---\n": "lowercase characters, not EN",
    "---\nconfigs: {a: b}\n---\n": '"configs" must be an array',
    "---\nconfigs:\n- config_name: 1\n---\n": r'"configs\[0\].config_name" must be a string',
    "---\nconfigs:\n- data_files:\n  - path: a\n---\n": r"data_files\[0\].split",
    "---\nconfigs:\n- data_files: 7\n---\n": r'data_files" must be one of',
    "---\ndataset_info: many\n---\n": '"dataset_info" must be one of',
}


@pytest.mark.parametrize("card", CARDS, ids=range(len(CARDS)))
def test_a_broken_card_is_refused_before_anything_is_sent(
    card: str, hub: LocalHub, api: Api, repo: str
) -> None:
    operations = [CommitOperationAdd("README.md", card.encode())]
    with pytest.raises(ValueError, match=CARDS[card]):
        api(hub.token).create_commit(repo, operations, commit_message="Card", repo_type=DATASET)
    assert not hub.asked("preupload|commit")
    header = b'{"key": "header", "value": {"summary": "Card"}}\n'
    content = base64.b64encode(card.encode())
    line = b'{"key": "file", "value": {"path": "README.md", "content": "%s"}}' % content
    place = f"{hub.url}/api/datasets/{repo}/commit/main"
    answer = talk("POST", place, header + line, token=hub.token)
    assert answer.status == 400
    assert answer.headers["x-error-message"].startswith("Invalid metadata in README.md: ")


def test_a_good_card_is_data_and_a_bare_one_a_warning(hub: LocalHub, api: Api, repo: str) -> None:
    own = api(hub.token)
    card = """---
license: [mit, other]
license_name: mine
language: en
size_categories: [n<1K]
configs:
- config_name: default
  version: 1.0.0
  data_files: [{split: train, path: data/*.parquet}]
---
Words.
"""
    operations = [CommitOperationAdd("README.md", card.encode())]
    own.create_commit(repo, operations, commit_message="Card", repo_type=DATASET)
    data = own.dataset_info(repo).card_data
    assert data is not None
    assert data["configs"][0]["version"] == "1.0.0"
    operations = [CommitOperationAdd("README.md", b"Words only.\n")]
    with pytest.warns(UserWarning, match="empty or missing yaml metadata"):
        own.create_commit(repo, operations, commit_message="Bare", repo_type=DATASET)


def test_a_malformed_request_is_a_bad_request(hub: LocalHub, repo: str) -> None:
    place = f"{hub.url}/api/datasets/{repo}/preupload/main"
    for body, words in ((b"{", "Invalid JSON"), (b"[]", "an object"), (b"{}", "'files'")):
        answer = talk("POST", place, body, token=hub.token)
        assert answer.status == 400
        assert words in answer.json()["error"]
    assert talk("GET", f"{hub.url}/api/models/own/x").status == 404
    found = talk("GET", f"{hub.url}/datasets/{repo}/resolve/main/%E6%95%B0%0A.txt")
    assert (found.status, found.headers["x-error-message"]) == (404, "? .txt does not exist")
    assert found.json()["error"] == "数\n.txt does not exist"
    found = talk("GET", f"{hub.url}/api/datasets/bare")
    assert (found.status, found.headers["x-error-code"]) == (401, "RepoNotFound")
