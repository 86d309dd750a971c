"""A run with families and its release, shared by the tests of this folder, which only read them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sure_math.browse.library import Library, open_library
from sure_math.browse.server import BrowseServer
from sure_math.publish.release import write_release
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.report.evolving import evolve, evolver


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    settings = {
        "keep": "last",
        "max_tokens": 400,
        "quota": {"competition": 2},
        "oversample": 3,
        "validity_votes": 3,
    }
    with ScriptedServer(evolver) as server:
        return evolve(tmp_path_factory.mktemp("browse"), server, seeds=16, evolve=settings)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory, run: Run) -> Path:
    return write_release(run, tmp_path_factory.mktemp("release") / "sure-math")


@pytest.fixture(scope="session", params=["run", "release"])
def server(request: pytest.FixtureRequest, run: Run, release: Path) -> Iterator[BrowseServer]:
    folder = run.root if request.param == "run" else release
    with BrowseServer(open_library(str(folder), run.root.parent)) as running:
        running.library.settle()
        yield running


@pytest.fixture
def library(server: BrowseServer) -> Library:
    return server.library
