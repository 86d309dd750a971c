"""A hub, somebody who publishes there, and both ways of sending large files."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.hub import LocalHub
from tests.publish.hub.publisher import Publisher
from tests.publish.hub.small_release import small_release


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
