"""Releases that go to a hub: what is sent, what is left there, and what a failure leaves."""

import os
import shutil
import signal
from pathlib import Path

import pytest
from huggingface_hub import CommitOperationAdd, HfApi

from sure_math.errors import HubConflict, HubRefused, HubUnavailable, PublishError
from sure_math.publish.hub.push import push
from sure_math.publish.manifest import read_manifest
from tests.hub import LocalHub
from tests.publish.hub.publisher import REPO, Publisher, commits, finish, start, uploads
from tests.publish.hub.small_release import SHARDS, small_release
from tests.waiting import until

# The client uploads by LFS with an argument that its transport has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")

TRAIN_0, TRAIN_1, TEST, RESPONSES = SHARDS


def test_a_release_arrives_as_one_commit_with_a_tag(
    me: Publisher, release: Path, protocol: str
) -> None:
    done = me.publish(release, tag="v1.0.0")
    manifest = read_manifest(release)
    held = me.local.repository(REPO)
    assert commits(me.local) == 2
    assert held.refs["refs/tags/v1.0.0"] == held.refs["refs/heads/main"] == done.commit
    assert set(held.commits[done.commit].files) == {*manifest.paths(), ".gitattributes"}
    for path in manifest.paths():
        assert me.local.read(REPO, path, "v1.0.0") == (release / path).read_bytes()
    assert (done.sent, done.files, done.revision) == (7, 7, "v1.0.0")
    assert done.bytes == sum((release / path).stat().st_size for path in manifest.paths())
    assert done.as_text().splitlines()[1] == f"{me.local.url}/datasets/{REPO}/commit/{done.commit}"
    assert me.said == [
        f"creating {REPO}",
        "sending 7 files, 10.9 kB",
        "committing",
        "tagging it v1.0.0",
        "reading back v1.0.0",
    ]


def test_the_same_release_again_sends_nothing(me: Publisher, release: Path, protocol: str) -> None:
    first = me.publish(release, tag="v1.0.0")
    before = len(me.local.requests)
    again = me.publish(release, tag="v1.0.0")
    assert (again.commit, again.sent, again.bytes) == (first.commit, 0, 0)
    assert {request.method for request in me.local.requests[before:]} <= {"GET", "HEAD"}
    assert "nothing to send" in again.as_text()


def test_a_missing_tag_is_made_on_the_commit_that_is_there(me: Publisher, release: Path) -> None:
    first = me.publish(release)
    assert first.revision == "main"
    again = me.publish(release, tag="v1.0.0")
    assert me.local.repository(REPO).refs["refs/tags/v1.0.0"] == first.commit == again.commit
    assert commits(me.local) == 2


def test_only_a_changed_shard_is_sent_and_a_stale_one_deleted(
    me: Publisher, release: Path, tmp_path: Path, protocol: str
) -> None:
    me.publish(release, tag="v1.0.0")
    _add(me, {"eval.yaml": b"name: sums\n", "assets/picture.png": b"png"})
    before = len(uploads(me.local))
    shards = {TRAIN_0: 1, TEST: 33, RESPONSES: 4}
    small_release(tmp_path / "next", "1.1.0", shards, before=("1.0.0",))
    done = me.publish(tmp_path / "next", tag="v1.1.0")
    sent = uploads(me.local)[before:]
    assert len(sent) == 1
    assert sent[0].received < (tmp_path / "next" / TEST).stat().st_size + 500
    assert done.sent == 3  # the shard, the card and the manifest
    files = me.local.repository(REPO).commits[done.commit].files
    assert TRAIN_1 not in files
    assert {"eval.yaml", "assets/picture.png", ".gitattributes"} <= set(files)
    assert me.local.read(REPO, TRAIN_1, "v1.0.0") == (release / TRAIN_1).read_bytes()


def test_a_version_that_later_ones_follow_stays_where_it_is(
    me: Publisher, release: Path, tmp_path: Path
) -> None:
    first = me.publish(release, tag="v1.0.0")
    small_release(tmp_path / "next", "1.1.0", before=("1.0.0",))
    later = me.publish(tmp_path / "next", tag="v1.1.0")
    again = me.publish(release, tag="v1.0.0")
    assert again.commit == first.commit
    assert me.local.repository(REPO).refs["refs/heads/main"] == later.commit
    assert "the tag v1.0.0 holds this release, and main is at 1.1.0" in me.said


def test_an_older_version_does_not_take_the_place_of_a_newer_one(
    me: Publisher, release: Path, tmp_path: Path
) -> None:
    small_release(tmp_path / "newer", "1.10.0")
    newer = me.publish(tmp_path / "newer", tag="v1.10.0")
    before = len(me.local.asked("preupload|lfs|commit/"))
    with pytest.raises(HubConflict, match=r"main of own/sums is at version 1\.10\.0, newer than"):
        me.publish(release, tag="v1.0.0")
    assert len(me.local.asked("preupload|lfs|commit/")) == before
    me.publish(release, tag="v1.0.0", branch="first")
    assert me.local.repository(REPO).refs["refs/heads/main"] == newer.commit


def test_a_taken_tag_stops_everything(me: Publisher, release: Path, tmp_path: Path) -> None:
    me.publish(release, tag="v1.0.0")
    small_release(tmp_path / "other", "1.0.0", {**SHARDS, TEST: 99})
    before = len(me.local.requests)
    with pytest.raises(HubConflict, match=r"the tag v1\.0\.0 of own/sums holds another") as caught:
        me.publish(tmp_path / "other", tag="v1.0.0")
    assert caught.value.hint is not None
    assert "publish.version" in caught.value.hint
    assert {request.method for request in me.local.requests[before:]} <= {"GET", "HEAD"}


def test_a_branch_is_made_from_main_and_main_stays(
    me: Publisher, release: Path, tmp_path: Path
) -> None:
    first = me.publish(release, tag="v1.0.0")
    small_release(tmp_path / "next", "2.0.0", {**SHARDS, TEST: 5})
    done = me.publish(tmp_path / "next", branch="trial", tag="v2.0.0-trial")
    refs = me.local.repository(REPO).refs
    assert refs["refs/heads/main"] == first.commit
    assert refs["refs/heads/trial"] == refs["refs/tags/v2.0.0-trial"] == done.commit


def test_a_tag_of_before_does_not_keep_another_branch_from_its_commit(
    me: Publisher, release: Path, tmp_path: Path
) -> None:
    small_release(tmp_path / "base", "0.9.0", {**SHARDS, TEST: 5})
    me.publish(tmp_path / "base", tag="v0.9.0")
    me.publish(release, branch="trial", tag="v1.0.0")
    done = me.publish(release, tag="v1.0.0")
    assert done.revision == "main"
    assert me.local.repository(REPO).refs["refs/heads/main"] == done.commit
    assert me.local.read(REPO, TEST) == (release / TEST).read_bytes()


@pytest.mark.parametrize("gated", ["auto", "manual"])
def test_private_and_gated_are_settled_before_any_data(
    me: Publisher, release: Path, gated: str
) -> None:
    me.publish(release, tag="v1.0.0", private=True, gated=gated)
    assert me.local.repository(REPO).private
    assert me.local.repository(REPO).gated == gated
    order = [str(request) for request in me.local.requests]
    data = min(order.index(str(request)) for request in uploads(me.local))
    assert order.index("PUT /api/datasets/own/sums/settings") < data


def test_a_hub_that_does_not_set_the_gate_gets_no_data(me: Publisher, release: Path) -> None:
    me.local.fail("PUT .*/settings", status=200, body="{}")
    with pytest.raises(HubConflict, match="did not set gated access"):
        me.publish(release, gated="manual")
    assert not uploads(me.local)


def test_an_organisation_that_lets_one_write(local: LocalHub, tmp_path: Path) -> None:
    ada = local.account("ada", orgs={"guild": "write"})
    small_release(tmp_path / "first")
    Publisher(local, tmp_path, ada.token).publish(tmp_path / "first", "guild/sums", tag="v1.0.0")
    assert "refs/tags/v1.0.0" in local.repository("guild/sums").refs


# --- pull requests --------------------------------------------------------------------------------


def test_somebody_without_the_right_proposes_a_release(
    me: Publisher, release: Path, tmp_path: Path, protocol: str
) -> None:
    first = me.publish(release, tag="v1.0.0")
    eve = Publisher(me.local, tmp_path / "eve", me.local.account("eve").token)
    small_release(tmp_path / "next", "1.1.0", {**SHARDS, TEST: 44})
    done = eve.publish(tmp_path / "next", create_pr=True)
    assert done.revision == "refs/pr/1"
    assert done.url == f"{me.local.url}/datasets/{REPO}/discussions/1"
    refs = me.local.repository(REPO).refs
    assert refs["refs/heads/main"] == first.commit
    assert set(refs) == {"refs/heads/main", "refs/tags/v1.0.0", "refs/pr/1"}
    before = len(me.local.asked("POST .*/commit/"))
    again = eve.publish(tmp_path / "next", create_pr=True)
    assert (again.commit, again.url, again.sent) == (done.commit, done.url, 0)
    same = eve.publish(release, create_pr=True)
    assert (same.commit, same.revision) == (first.commit, "main")
    assert len(me.local.asked("POST .*/commit/")) == before


def test_a_pull_request_whose_answer_was_lost_is_found(
    me: Publisher, release: Path, tmp_path: Path
) -> None:
    me.publish(release, tag="v1.0.0")
    small_release(tmp_path / "next", "1.1.0", {**SHARDS, TEST: 44})
    me.local.fail("POST .*/commit/", drop=True, after=True, times=1)
    done = me.publish(tmp_path / "next", create_pr=True)
    assert done.revision == "refs/pr/1"
    assert len(me.local.repository(REPO).discussions) == 1


# --- failures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{"status": 503}, {"status": 500}, {"drop": True}])
def test_a_busy_hub_gets_the_commit_a_little_later(
    me: Publisher, release: Path, how: dict[str, object]
) -> None:
    me.local.fail("POST .*/commit/", times=2, **how)
    me.publish(release, tag="v1.0.0")
    assert commits(me.local) == 2
    assert len(me.local.asked("POST .*/commit/")) == 3


@pytest.mark.parametrize("how", [{"status": 504}, {"drop": True}, {"status": 200, "body": "<p>"}])
def test_a_commit_that_landed_unheard_is_not_made_twice(
    me: Publisher, release: Path, how: dict[str, object]
) -> None:
    me.local.fail("POST .*/commit/", after=True, times=1, **how)
    done = me.publish(release, tag="v1.0.0")
    assert commits(me.local) == 2
    assert len(me.local.asked("POST .*/commit/")) == 1
    assert me.local.repository(REPO).refs["refs/tags/v1.0.0"] == done.commit


def test_after_a_commit_that_never_came_the_next_push_sends_no_data(
    me: Publisher, release: Path
) -> None:
    me.local.fail("POST .*/commit/", status=503)
    with pytest.raises(HubUnavailable, match="commit to own/sums") as caught:
        me.publish(release, tag="v1.0.0")
    assert "files that arrived are not sent again" in str(caught.value)
    me.local.recover()
    before = len(uploads(me.local))
    me.publish(release, tag="v1.0.0")
    assert len(uploads(me.local)) == before == 4


def test_what_somebody_pushed_meanwhile_is_not_replaced(
    me: Publisher, release: Path, tmp_path: Path
) -> None:
    me.publish(release, tag="v1.0.0")
    small_release(tmp_path / "next", "1.1.0", {**SHARDS, TEST: 44})
    plan = me.plan(tmp_path / "next", tag="v1.1.0")
    theirs = _add(me, {"README.md": b"---\nlicense: mit\n---\n# Theirs\n"})
    with pytest.raises(HubConflict, match="somebody pushed to own/sums meanwhile"):
        push(me.hub, plan)
    assert me.local.repository(REPO).refs["refs/heads/main"] == theirs
    assert "refs/tags/v1.1.0" not in me.local.repository(REPO).refs
    assert me.publish(tmp_path / "next", tag="v1.1.0").revision == "v1.1.0"


@pytest.mark.parametrize("route", ["POST .*/tag/", "GET .*/tree/v1.0.0"])
def test_a_failure_after_the_commit_says_that_it_is_there(
    me: Publisher, release: Path, route: str
) -> None:
    me.local.fail(route, status=403)
    with pytest.raises(HubRefused, match="the release is in own/sums as commit"):
        me.publish(release, tag="v1.0.0")
    me.local.recover()
    assert me.publish(release, tag="v1.0.0").sent == 0
    assert commits(me.local) == 2


def test_a_tag_made_meanwhile_for_something_else_is_noticed(me: Publisher, release: Path) -> None:
    me.publish(release)
    plan = me.plan(release, tag="v1.0.0")
    _add(me, {TEST: b"PAR1 not these rows"})
    HfApi(me.local.url, token=me.local.token).create_tag(REPO, tag="v1.0.0", repo_type="dataset")
    with pytest.raises(PublishError, match=rf"v1\.0\.0 of own/sums does not hold .*{TEST} \(diff"):
        push(me.hub, plan)


def test_a_file_that_changes_while_it_is_sent_is_noticed(me: Publisher, release: Path) -> None:
    plan = me.plan(release, tag="v1.0.0")
    shutil.copy(release / TRAIN_0, release / TEST)
    with pytest.raises(PublishError, match=rf"{TEST} \(differs\)"):
        push(me.hub, plan)


def test_a_card_that_the_hub_does_not_take_costs_no_upload(me: Publisher, tmp_path: Path) -> None:
    small_release(tmp_path / "bad", card="---\nlicense: pirate\n---\n{version}\n")
    with pytest.raises(PublishError, match=r'README\.md .*400.*"license" must be one of'):
        me.publish(tmp_path / "bad", tag="v1.0.0")
    assert not uploads(me.local)
    assert commits(me.local) == 1


def test_a_store_that_refuses(me: Publisher, release: Path, protocol: str) -> None:
    me.local.fail("objects/batch|xet-write-token", status=403)
    with pytest.raises(HubRefused, match="does not let own send files to own/sums") as caught:
        me.publish(release, tag="v1.0.0")
    assert "there was no commit" in str(caught.value.saved)
    assert commits(me.local) == 1


@pytest.mark.parametrize("xet", [False, True])
def test_a_killed_upload_goes_on_with_what_is_missing(
    local: LocalHub, tmp_path: Path, xet: bool
) -> None:
    shards = {f"data/train-{i:05}-of-00009.parquet": i for i in range(9)}
    small_release(tmp_path / "many", shards=shards)
    # By LFS a file is kept as it arrives; by Xet, a batch: here three files.
    how = {"HF_HUB_DISABLE_XET": "", "BATCH": "7000"} if xet else {}
    skip = 2 if xet else 4
    local.fail("PUT /lfs/|/v1/xorbs/", skip=skip, delay=0.5, drop=True)
    process = start(local, tmp_path / "home", tmp_path / "many", **how)
    until(lambda: [request.status for request in uploads(local)].count(200) >= skip)
    if xet:  # the client has noted what arrived once it begins with the next batch
        until(lambda: len(local.asked("/v1/xorbs/")) > skip)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    arrived = {request.path for request in uploads(local) if request.status == 200}
    local.recover()
    before = len(uploads(local))
    assert "sent 12 files" in finish(start(local, tmp_path / "home", tmp_path / "many", **how))
    again = [request for request in uploads(local)[before:] if request.status == 200]
    assert not arrived & {request.path for request in again}
    size = (tmp_path / "many" / next(iter(shards))).stat().st_size
    missing = 3 if xet else 5
    assert abs(sum(request.received for request in again) - missing * size) < size / 2


def _add(me: Publisher, files: dict[str, bytes]) -> str:
    """Somebody commits files of their own."""
    api = HfApi(me.local.url, token=me.local.token)
    operations = [CommitOperationAdd(path, data) for path, data in files.items()]
    done = api.create_commit(REPO, operations, commit_message="by hand", repo_type="dataset")
    return str(done.oid)
