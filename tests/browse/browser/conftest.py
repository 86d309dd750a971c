"""A Chromium for the tests of the page, and the servers they look at."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks.browse_workload import fabricate
from sure_math.browse.library import open_library
from sure_math.browse.server import BrowseServer
from sure_math.runtime.run import Run
from tests.browse.browser.chromium import Visit, chromium, visiting
from tests.browse.browser.rewritten import rewritten

Visiting = Callable[..., AbstractContextManager[Visit]]
MANY = 60_000


# Not one for the session: while Playwright is on, its event loop counts as running in this thread,
# and whatever is tested later could not start one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser) -> Visiting:
    """`with visit(server.url, **settings) as page:`."""
    return partial(visiting, browser)


@contextmanager
def serving(folder: Path) -> Iterator[BrowseServer]:
    """A server over a folder, with everything counted before anybody looks."""
    with BrowseServer(open_library(str(folder), folder.parent)) as running:
        running.library.settle()
        yield running


@pytest.fixture(scope="session")
def run_server(run: Run) -> Iterator[BrowseServer]:
    with serving(run.root) as running:
        yield running


@pytest.fixture(scope="session")
def release_server(release: Path) -> Iterator[BrowseServer]:
    with serving(release) as running:
        yield running


@pytest.fixture(scope="session")
def hostile(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Address of a server over rewritten content, and the id of the problem that has all of it."""
    folder, problem_id = rewritten(run, tmp_path_factory.mktemp("rewritten"))
    with serving(folder) as running:
        yield running.url, problem_id


@pytest.fixture(scope="session")
def many_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowseServer]:
    with serving(fabricate(tmp_path_factory.mktemp("many"), MANY, words=8)) as running:
        yield running
