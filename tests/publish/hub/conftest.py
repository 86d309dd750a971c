"""A hub, somebody who publishes there, and both ways of sending large files."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from sure_math.publish.release import write_release
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.hub import LocalHub
from tests.publish.hub.publisher import Publisher
from tests.publish.hub.small_release import small_release
from tests.roles import respond


@pytest.fixture
def local() -> Iterator[LocalHub]:
    with LocalHub() as hub:
        yield hub


@pytest.fixture(autouse=True)
def lfs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What HF_HUB_DISABLE_XET=1 sets when the client is imported."""
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)


@pytest.fixture(params=["lfs", "xet"])
def protocol(
    request: pytest.FixtureRequest, lfs: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> str:
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", request.param == "lfs")
    monkeypatch.setenv("HF_XET_CACHE", str(tmp_path / "xet"))
    return str(request.param)


@pytest.fixture
def me(local: LocalHub, tmp_path: Path) -> Publisher:
    return Publisher(local, tmp_path / "cache")


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Version 1.0.0."""
    small_release(tmp_path / "first")
    return tmp_path / "first"


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run, only to be read: five problems for training and three for testing."""
    with ScriptedServer(respond) as server:
        return finish(tmp_path_factory.mktemp("finished"), server)


@pytest.fixture(scope="session")
def released(finished: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its release of version 1.0.0, only to be read."""
    return write_release(finished, tmp_path_factory.mktemp("released") / "sure-math")
