"""A release with a labelled test split, made once."""

from pathlib import Path

import pytest

from sure_math.publish.release import write_release
from tests import roles
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight labelled problems, three of them for test."""
    with ScriptedServer(roles.respond) as server:
        run = finish(tmp_path_factory.mktemp("run"), server)
    return write_release(run, tmp_path_factory.mktemp("release") / "sure-math")
