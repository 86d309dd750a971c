"""Who may see, read, push, propose and decide; the clients' own words for a refusal."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_url
from huggingface_hub.errors import (
    BadRequestError,
    GatedRepoError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from tests.hub import Account, LocalHub
from tests.hub.client import Client, ClientError
from tests.hub.talk import talk

Api = Callable[[str | bool], HfApi]
DATASET = "dataset"


def add(api: HfApi, repo: str, path: str = "a.txt", content: bytes = b"a", **how: Any) -> str:
    """A commit with one small file; returns its id."""
    operations = [CommitOperationAdd(path, content)]
    done = api.create_commit(
        repo, operations, commit_message=f"Add {path}", repo_type=DATASET, **how
    )
    return str(done.pr_url or done.oid)


def test_a_user_is_known_by_the_token(hub: LocalHub, api: Api) -> None:
    ada = hub.account("ada", orgs={"lab": "write", "club": "read"})
    reader = hub.account("ada", "read", orgs={"lab": "write", "club": "read"})
    for account in (ada, reader):
        found = api(account.token).whoami()
        assert found["name"] == "ada"
        assert {org["name"]: org["roleInOrg"] for org in found["orgs"]} == ada.orgs
        assert found["auth"]["accessToken"]["role"] == account.role
    with pytest.raises(HfHubHTTPError, match="Invalid user token"):
        api("hf_wrong").whoami()


@pytest.mark.parametrize(
    ("who", "role", "namespace", "may"),
    [
        ("bea", "write", "bea", True),
        ("bea", "read", "bea", False),
        ("bea", "write", "lab", True),
        ("bea", "write", "club", False),
        ("bea", "write", "somebody", False),
    ],
)
def test_a_namespace_is_for_its_people(
    who: str, role: str, namespace: str, may: bool, hub: LocalHub, api: Api
) -> None:
    account = hub.account(who, role, orgs={"lab": "contributor", "club": "read"})  # type: ignore[arg-type]
    client, repo = api(account.token), f"{namespace}/by-{who}-{role}"
    if may:
        assert client.create_repo(repo, repo_type=DATASET).repo_id == repo
        client.auth_check(repo, repo_type=DATASET, write=True)
        client.delete_repo(repo, repo_type=DATASET)
        assert not client.repo_exists(repo, repo_type=DATASET)
    else:
        words = f'You don\'t have the rights to create a dataset under the namespace "{namespace}"'
        with pytest.raises(HfHubHTTPError, match=words):
            client.create_repo(repo, repo_type=DATASET)


def test_a_name_is_taken_once(hub: LocalHub, api: Api, repo: str) -> None:
    own = api(hub.token)
    with pytest.raises(HfHubHTTPError, match="You already created this dataset repo"):
        own.create_repo(repo, repo_type=DATASET)
    assert own.create_repo(repo, repo_type=DATASET, exist_ok=True).repo_id == repo
    with pytest.raises(BadRequestError, match="datasets only"):
        own.create_repo("own/model")
    for name in ("../out", "a--b", "a..b", "-a", "a" * 97, ""):
        wanted = {"name": name, "type": DATASET}
        answer = talk("POST", f"{hub.url}/api/repos/create", wanted, token=hub.token)
        assert (answer.status, answer.json()["error"][:17]) == (400, "Invalid repo name")


def test_an_existing_repository_of_others_counts_as_created(
    hub: LocalHub, lfs: Client, repo: str
) -> None:
    """Clients take the refusal for consent where `exist_ok`: only auth-check tells."""
    hub.account("eve")
    create = "HfApi(token=token).create_repo(repo, repo_type='dataset', exist_ok=True).repo_id"
    assert lfs.run(create, repo=repo, token="hf_eve_write") == repo
    assert [request.status for request in hub.asked("repos/create")] == [403]
    with pytest.raises(ClientError, match="You don't have write access"):
        lfs.run("HfApi(token=token).auth_check(repo, repo_type='dataset', write=True)")


@pytest.mark.parametrize("who", ["anonymous", "stranger", "reader", "wrong"])
def test_who_may_not_write_sends_no_byte(who: str, hub: LocalHub, repo: str, lfs: Client) -> None:
    tokens = {
        "anonymous": False,
        "stranger": hub.account("eve").token,
        "reader": hub.account("own", "read").token,
        "wrong": "hf_wrong",
    }
    words = {
        "anonymous": "401 Unauthorized",
        "stranger": "Forbidden: pass `create_pr=1`",
        "reader": "403 Forbidden: Your token is read-only",
        "wrong": "Invalid credentials in Authorization header",
    }
    hub.requests.clear()
    with pytest.raises(ClientError, match=words[who]):
        lfs.run(
            "HfApi(token=token).create_commit(repo, [CommitOperationAdd('a.parquet', b'abc')],"
            " commit_message='mine', repo_type='dataset')",
            repo=repo, token=tokens[who],
        )  # fmt: skip
    assert not hub.asked("PUT|LFS|commit")
    with pytest.raises(ClientError, match=r"40[13]"):
        lfs.run("HfApi(token=token).auth_check(repo, repo_type='dataset', write=True)")
    with pytest.raises(ClientError, match=r"40[13]"):
        lfs.run("HfApi(token=token).create_tag(repo, tag='v1', repo_type='dataset')")
    assert "a.parquet" not in hub.repository(repo).resolve("main").files  # type: ignore[union-attr]


def test_a_private_repository_does_not_exist_for_others(hub: LocalHub, api: Api, repo: str) -> None:
    own, eve, nobody = api(hub.token), api(hub.account("eve").token), api(False)
    add(own, repo)
    own.update_repo_settings(repo, private=True, repo_type=DATASET)
    reader = api(hub.account("own", "read").token)
    assert reader.dataset_info(repo).private
    for other in (eve, nobody):
        with pytest.raises(RepositoryNotFoundError):
            other.dataset_info(repo)
        with pytest.raises(RepositoryNotFoundError):
            other.auth_check(repo, repo_type=DATASET)
        assert repo not in [found.id for found in other.list_datasets(author="own")]
    assert repo in [found.id for found in reader.list_datasets(author="own")]
    own.update_repo_settings(repo, private=False, repo_type=DATASET)
    assert eve.dataset_info(repo).id == repo


def closed(client: HfApi, repo: str) -> str:
    """The refusal of a file of a gated repository."""
    place = hf_hub_url(repo, "a.txt", repo_type=DATASET, endpoint=client.endpoint)
    with pytest.raises(GatedRepoError) as raised:
        client.get_hf_file_metadata(url=place)
    with pytest.raises(GatedRepoError):
        client.auth_check(repo, repo_type=DATASET)
    with pytest.raises(GatedRepoError):
        client.get_paths_info(repo, ["a.txt"], repo_type=DATASET)
    return str(raised.value)


def ask(hub: LocalHub, repo: str, account: Account) -> str:
    place = f"{hub.url}/datasets/{repo}/ask-access"
    return str(talk("POST", place, token=account.token).json()["status"])


def test_people_decide_who_reads_a_gated_repository(hub: LocalHub, api: Api, repo: str) -> None:
    own, eve = api(hub.token), hub.account("eve")
    hers = api(eve.token)
    add(own, repo)
    own.update_repo_settings(repo, gated="manual", repo_type=DATASET)
    assert api(False).dataset_info(repo).gated == "manual"
    assert "You must have access to it and be authenticated" in closed(api(False), repo)
    assert "you are not in the authorized list" in closed(hers, repo)
    assert ask(hub, repo, eve) == "pending"
    assert "awaiting a review" in closed(hers, repo)
    (waiting,) = own.list_pending_access_requests(repo, repo_type=DATASET)
    assert waiting.username == "eve"
    own.reject_access_request(repo, "eve", repo_type=DATASET, rejection_reason="no")
    assert "rejected by the repo's authors" in closed(hers, repo)
    own.accept_access_request(repo, "eve", repo_type=DATASET)
    hers.auth_check(repo, repo_type=DATASET)
    with pytest.raises(HfHubHTTPError, match="write access"):
        hers.grant_access(repo, "fay", repo_type=DATASET)
    with pytest.raises(HfHubHTTPError, match="User fay not found"):
        own.grant_access(repo, "fay", repo_type=DATASET)


def test_a_gate_may_open_for_all_who_ask(
    hub: LocalHub, api: Api, repo: str, tmp_path: Path
) -> None:
    own, gus, hal = api(hub.token), hub.account("gus"), hub.account("hal")
    add(own, repo)
    own.update_repo_settings(repo, gated="auto", repo_type=DATASET)
    assert "not in the authorized list" in closed(api(gus.token), repo)
    assert ask(hub, repo, gus) == "accepted"
    own.grant_access(repo, "hal", repo_type=DATASET)
    for account in (gus, hal):
        found = api(account.token).hf_hub_download(
            repo, "a.txt", repo_type=DATASET, cache_dir=tmp_path / account.name
        )
        assert Path(found).read_bytes() == b"a"
    own.update_repo_settings(repo, gated=False, repo_type=DATASET)
    api(False).auth_check(repo, repo_type=DATASET)


# --- pull requests --------------------------------------------------------------------------------


@pytest.mark.parametrize("client", ["lfs", "xet"], indirect=True)
def test_a_stranger_proposes_and_the_owner_merges(
    client: Client, hub: LocalHub, api: Api, repo: str
) -> None:
    """A folder with Xet opens the request first and commits to its ref; else one call does both."""
    own, content = api(hub.token), os.urandom(5000)
    base = add(own, repo)
    url = client.run(
        "folder = Path(__import__('tempfile').mkdtemp())\n"
        "(folder / 'a.parquet').write_bytes(bytes.fromhex(content))\n"
        "done = HfApi(token=token).upload_folder(repo_id=repo, repo_type='dataset',"
        " folder_path=folder, create_pr=True, commit_message='New rows')\n"
        "done.pr_url",
        repo=repo, token=hub.account("eve").token, content=content.hex(),
    )  # fmt: skip
    assert url == f"{hub.url}/datasets/{repo}/discussions/1"
    opened = own.get_discussion_details(repo, 1, repo_type=DATASET)
    assert (opened.author, opened.title, opened.status) == ("eve", "New rows", "draft")
    assert opened.conflicting_files == []
    assert [event.type for event in opened.events] == ["comment", "commit"]
    assert hub.read(repo, "a.parquet", "refs/pr/1") == content
    assert own.dataset_info(repo).sha == base
    refs = own.list_repo_refs(repo, repo_type=DATASET, include_pull_requests=True)
    assert [ref.ref for ref in refs.pull_requests or ()] == ["refs/pr/1"]
    add(own, repo, "b.txt")
    with pytest.raises(HfHubHTTPError, match="write access"):
        api(hub.account("eve").token).merge_pull_request(repo, 1, repo_type=DATASET)
    own.merge_pull_request(repo, 1, repo_type=DATASET)
    merged = own.get_discussion_details(repo, 1, repo_type=DATASET)
    assert (merged.status, merged.merge_commit_oid) == ("merged", own.dataset_info(repo).sha)
    assert hub.read(repo, "a.parquet") == content
    assert hub.read(repo, "b.txt") == b"a"


def test_a_proposal_that_contradicts_main_is_not_merged(hub: LocalHub, api: Api, repo: str) -> None:
    own, eve = api(hub.token), api(hub.account("eve").token)
    base = add(own, repo)
    first, second = (
        add(eve, repo, content=content, create_pr=True, parent_commit=base)
        for content in (b"b", b"c")
    )
    assert [url[-2:] for url in (first, second)] == ["/1", "/2"]
    own.merge_pull_request(repo, 1, repo_type=DATASET)
    details = own.get_discussion_details(repo, 2, repo_type=DATASET)
    assert details.conflicting_files == ["a.txt"]
    with pytest.raises(HfHubHTTPError, match=r"Merge conflict in a\.txt"):
        own.merge_pull_request(repo, 2, repo_type=DATASET)
    add(eve, repo, content=b"b", revision="refs/pr/2")
    assert own.get_discussion_details(repo, 2, repo_type=DATASET).conflicting_files == []
    eve.change_discussion_status(repo, 2, new_status="closed", repo_type=DATASET)
    open_ones = own.get_repo_discussions(repo, repo_type=DATASET, discussion_status="open")
    assert list(open_ones) == []


def test_discussions_are_listed_page_by_page(hub: LocalHub, api: Api, repo: str) -> None:
    eve = api(hub.account("eve").token)
    for number in range(12):
        eve.create_discussion(repo, f"Question {number}", repo_type=DATASET)
    comment = eve.comment_discussion(repo, 3, "An answer?", repo_type=DATASET)
    assert comment.content == "An answer?"
    found = list(eve.get_repo_discussions(repo, repo_type=DATASET))
    assert [each.num for each in found] == [*range(12, 0, -1)]
    with pytest.raises(HfHubHTTPError, match="read-only"):
        api(hub.account("own", "read").token).create_discussion(repo, "Why?", repo_type=DATASET)
    with pytest.raises(HfHubHTTPError, match="Discussion 13 not found"):
        eve.get_discussion_details(repo, 13, repo_type=DATASET)


def test_branches_and_tags_are_names_for_commits(hub: LocalHub, api: Api, repo: str) -> None:
    own = api(hub.token)
    first = add(own, repo)
    own.create_tag(repo, tag="v1", repo_type=DATASET)
    own.create_branch(repo, branch="draft", revision=first[:8], repo_type=DATASET)
    second = add(own, repo, "b.txt", revision="draft", parent_commit=first)
    assert own.dataset_info(repo, revision="draft").sha == second
    assert own.dataset_info(repo).sha == own.dataset_info(repo, revision="v1").sha == first
    with pytest.raises(HfHubHTTPError, match="409"):
        own.create_tag(repo, tag="v1", revision="draft", repo_type=DATASET)
    own.create_tag(repo, tag="v1", repo_type=DATASET, exist_ok=True)
    with pytest.raises(RevisionNotFoundError):
        own.create_tag(repo, tag="v2", revision="nothing", repo_type=DATASET)
    with pytest.raises(RevisionNotFoundError):
        add(own, repo, "c.txt", revision="v1")
    own.delete_tag(repo, tag="v1", repo_type=DATASET)
    own.delete_branch(repo, branch="draft", repo_type=DATASET)
    with pytest.raises(HfHubHTTPError, match="Cannot delete branch main"):
        own.delete_branch(repo, branch="main", repo_type=DATASET)
    refs = own.list_repo_refs(repo, repo_type=DATASET)
    assert ([ref.name for ref in refs.branches], refs.tags) == (["main"], [])
