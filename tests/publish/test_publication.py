"""A run on its way to a hub: what a kill leaves, and two at a time."""

import fcntl
from pathlib import Path

import pytest
from huggingface_hub import constants

from sure_math.errors import PublishError
from sure_math.publish.hub.target import Target
from sure_math.publish.publication import LOCK, STAGING, publish_release
from sure_math.publish.release import write_release
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.hub import LocalHub
from tests.publish.hub.changed_runs import versioned
from tests.roles import respond

# The client uploads by LFS with an argument that its transport has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")
REPO = "own/sums"
TARGET = Target(REPO, tag="v1.0.0")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    with ScriptedServer(respond) as server:
        return finish(tmp_path, server)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LocalHub:
    """What HF_ENDPOINT and the like set when the client is imported; it is not started yet."""
    local = LocalHub()
    address = local.url + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "ENDPOINT", local.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", address)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_TOKEN", local.token)
    return local


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_what_a_kill_left_is_no_release_that_came_before(
    run: Run, hub: LocalHub, tmp_path: Path, version: str
) -> None:
    write_release(versioned(run, version), run.root / STAGING / REPO, REPO)
    fresh = write_release(run, tmp_path / "fresh", REPO)
    with hub:
        first = publish_release(run, TARGET, print)
        assert not (run.root / STAGING).exists()
        again = publish_release(run, TARGET, print)
        assert (again.commit, again.sent) == (first.commit, 0)
        for page in ("README.md", "sure_math.json"):
            assert hub.read(REPO, page, "v1.0.0") == (fresh / page).read_bytes()


def test_a_release_made_again_in_its_folder_is_the_same(run: Run, tmp_path: Path) -> None:
    folder = write_release(run, tmp_path / "sure-math", date="2026-01-31")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    write_release(run, folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_one_process_at_a_time(run: Run, hub: LocalHub) -> None:
    with hub, (run.root / LOCK).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(PublishError, match="another process is publishing"):
            publish_release(run, TARGET, print)
        assert not hub.asked("POST")


def test_a_run_that_cannot_be_written(run: Run, hub: LocalHub) -> None:
    (run.root / STAGING).write_text("in the way")
    with hub, pytest.raises(PublishError, match="cannot write the release") as caught:
        publish_release(run, TARGET, print)
    assert "is complete" in str(caught.value.saved)
