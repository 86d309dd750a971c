"""One release for all tests of training: rows with and without a verified answer."""

from pathlib import Path

import pytest

from sure_math.publish.release import write_release
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.roles import respond

UNLABELLED = tuple(f"seeds.sources.{number}.use=annotate" for number in range(4))


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight samples of five labelled and of four other problems for training."""
    folder = tmp_path_factory.mktemp("release")
    with ScriptedServer(respond) as server:
        run = finish(folder, server, *UNLABELLED)
    return write_release(run, folder / "sure-math")
