"""One hub for these tests, and one process of the real clients for each protocol."""

import itertools
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from tests.hub import LocalHub
from tests.hub.client import Client

_NUMBERS = itertools.count(1)
PART = 1 << 18
"""Bytes of a part of an upload in parts."""


@pytest.fixture(scope="session")
def _hub() -> Iterator[LocalHub]:
    with LocalHub(part_size=PART) as running:
        yield running


@pytest.fixture
def hub(_hub: LocalHub) -> LocalHub:
    """The hub without faults, its log empty; repositories of other tests are still there."""
    _hub.recover()
    _hub.requests.clear()
    return _hub


@pytest.fixture(scope="session")
def lfs(_hub: LocalHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Clients of `own` without Xet."""
    home = tmp_path_factory.mktemp("home")
    with Client(_hub.environment(home, HF_TOKEN=_hub.token)) as running:
        yield running


@pytest.fixture(scope="session")
def xet(_hub: LocalHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Clients of `own` as they are installed, with Xet."""
    home = tmp_path_factory.mktemp("home")
    with Client(_hub.environment(home, xet=True, HF_TOKEN=_hub.token)) as running:
        yield running


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Client:
    """The one that the test's parameter names: `lfs` or `xet`."""
    found: Client = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def api(hub: LocalHub) -> Callable[[str | bool], HfApi]:
    """A client in this process with a token, for what sends no large files."""
    return lambda token: HfApi(endpoint=hub.url, token=token)


@pytest.fixture
def repo(hub: LocalHub, request: pytest.FixtureRequest) -> str:
    """A new, empty repository of `own`, named after the test."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.originalname.lower())
    name = f"own/{words}-{next(_NUMBERS)}"
    HfApi(endpoint=hub.url, token=hub.token).create_repo(name, repo_type="dataset")
    hub.requests.clear()
    return name


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    """A dataset of twelve small shards with a card."""
    folder = tmp_path / "dataset"
    write_shards(folder, 12)
    return folder


def write_shards(folder: Path, count: int) -> None:
    """Incompressible contents that no other test has."""
    (folder / "data").mkdir(parents=True)
    (folder / "README.md").write_text("---\nlicense: mit\n---\nTwelve shards.\n")
    for i in range(count):
        rows = os.urandom(8000 + i)
        (folder / "data" / f"train-{i:05}-of-{count:05}.parquet").write_bytes(rows)
