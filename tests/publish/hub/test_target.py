"""What speaks against a push is found by looking, before anything is changed."""

from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from sure_math.errors import ConfigError, HubConflict, HubRefused
from sure_math.publish.hub.target import Target, open_target
from sure_math.publish.manifest import MANIFEST, read_manifest
from tests.hub import LocalHub
from tests.publish.hub.publisher import REPO, Publisher
from tests.publish.hub.small_release import small_release

# The client uploads by LFS with an argument that its transport has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


def only_read(local: LocalHub) -> bool:
    return {request.method for request in local.requests} <= {"GET", "HEAD"}


@pytest.mark.parametrize(
    "repo", ["sums", "own/", "/sums", "own/sums/more", "own/a b", "own/a--b", "own/x.git", "o/..s"]
)
def test_names_that_no_hub_takes(repo: str) -> None:
    with pytest.raises(ConfigError, match="is no name of a repository"):
        Target(repo)


@pytest.mark.parametrize("tag", ["", "v 1", "v1..0", "v1.lock", "-v1", "v1/", "a//b", "v1.", "v:1"])
def test_tags_and_branches_that_git_does_not_take(tag: str) -> None:
    with pytest.raises(ConfigError, match="cannot be the name of a tag"):
        Target(REPO, tag=tag)
    with pytest.raises(ConfigError, match="cannot be the name of a branch"):
        Target(REPO, branch=tag)


@pytest.mark.parametrize(
    "options", [{"tag": "v1"}, {"private": True}, {"gated": "auto"}, {"branch": "trial"}]
)
def test_a_pull_request_changes_files_only(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="a pull request changes files"):
        Target(REPO, create_pr=True, **options)  # type: ignore[arg-type]


def test_a_repository_that_is_not_there(me: Publisher) -> None:
    found = open_target(me.hub, Target(REPO, tag="v1.0.0"))
    assert (found.exists, found.base, dict(found.files)) == (False, None, {})
    assert only_read(me.local)
    with pytest.raises(HubConflict, match=r"no own/sums at .* to open a pull request for"):
        open_target(me.hub, Target(REPO, create_pr=True))


def test_a_release_that_is_there(me: Publisher, release: Path) -> None:
    sha = me.local.add(REPO, release, tags=("v1.0.0",))
    found = open_target(me.hub, Target(REPO, tag="v1.0.0", branch="trial"))
    assert (found.base, found.branches, found.tags) == (sha, {"main": sha}, {"v1.0.0": sha})
    assert found.manifest == read_manifest(release)
    assert found.tagged == found.files
    assert only_read(me.local)


def test_who_may_not_push_is_told_before_anything_else(
    local: LocalHub, release: Path, tmp_path: Path
) -> None:
    local.add(REPO, release)
    eve = local.account("eve", orgs={"guild": "read", "club": "contributor"})
    reader = local.account("own", "read")
    cases = [
        (eve.token, REPO, r"eve is not own and no member of it: it cannot push to own/sums"),
        (eve.token, "guild/sums", r"eve only reads in guild"),
        (reader.token, REPO, r"the token of own only reads: it cannot push to own/sums"),
    ]
    for token, repo, words in cases:
        with pytest.raises(HubRefused, match=words):
            open_target(Publisher(local, tmp_path, token).hub, Target(repo))
    assert not open_target(Publisher(local, tmp_path, eve.token).hub, Target("club/sums")).exists
    assert only_read(local)


def test_the_hub_has_the_last_word_on_writing(
    local: LocalHub, me: Publisher, release: Path
) -> None:
    local.add(REPO, release)
    local.fail("auth-check/write", status=403, message="resource group")
    with pytest.raises(HubRefused, match=r"does not let own push to own/sums \(403: resource gro"):
        open_target(me.hub, Target(REPO))


def test_somebody_elses_dataset_is_not_touched(me: Publisher, tmp_path: Path) -> None:
    (tmp_path / "theirs" / "data").mkdir(parents=True)
    (tmp_path / "theirs" / "data" / "rows.jsonl").write_text("{}\n")
    me.local.add(REPO, tmp_path / "theirs")
    with pytest.raises(HubConflict, match=r"no release of sure-math made \(data/rows\.jsonl\)"):
        open_target(me.hub, Target(REPO))
    (tmp_path / "theirs" / MANIFEST).write_text('{"files": [], "their": "own"}')
    me.local.add(REPO, tmp_path / "theirs")
    with pytest.raises(HubConflict, match=r"sure_math\.json in own/sums"):
        open_target(me.hub, Target(REPO))
    assert only_read(me.local)


def test_a_repository_prepared_on_the_web_is_fine(me: Publisher, release: Path) -> None:
    api = HfApi(me.local.url, token=me.local.token)
    api.create_repo(REPO, repo_type="dataset")
    pages = {"README.md": b"---\nlicense: mit\n---\n", "LICENSE.txt": b"MIT"}
    api.create_commit(
        REPO,
        [CommitOperationAdd(path, data) for path, data in pages.items()],
        commit_message="by hand",
        repo_type="dataset",
    )
    done = me.publish(release, tag="v1.0.0")
    files = me.local.repository(REPO).commits[done.commit].files
    assert {"LICENSE.txt", "README.md", MANIFEST} <= set(files)


def test_private_does_not_hide_what_is_public(me: Publisher, release: Path) -> None:
    me.local.add(REPO, release)
    with pytest.raises(HubConflict, match="exists and is public") as caught:
        open_target(me.hub, Target(REPO, private=True))
    assert "settings" in str(caught.value.hint)
    assert only_read(me.local)
    me.local.add("own/hidden", release, private=True)
    assert open_target(me.hub, Target("own/hidden", private=True)).private


def test_more_files_than_fit_a_page(tmp_path: Path) -> None:
    shards = {f"data/train-{i:05}-of-00012.parquet": i for i in range(12)}
    small_release(tmp_path / "many", shards=shards)
    with LocalHub(page_size=5) as local:
        local.add(REPO, tmp_path / "many")
        found = open_target(Publisher(local, tmp_path).hub, Target(REPO))
    assert set(found.files) == read_manifest(tmp_path / "many").paths()
