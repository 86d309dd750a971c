"""The release of a finished run on a hub, made twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sure_math.publish.hub.previous import previous_release
from sure_math.publish.hub.target import Target, open_target
from sure_math.publish.manifest import read_manifest
from sure_math.publish.release import write_release
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.publish.hub.publisher import REPO, Publisher
from tests.roles import respond

# The client uploads by LFS with an argument that its transport has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=<...>':DeprecationWarning")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with ScriptedServer(respond) as server:
        yield finish(tmp_path_factory.mktemp("run"), server)


def test_made_again_it_is_the_same(me: Publisher, run: Run, tmp_path: Path) -> None:
    tag = f"v{run.recipe.publish.version}"
    first = me.publish(write_release(run, tmp_path / "one", REPO), tag=tag)
    again = me.publish(write_release(run, tmp_path / "two", REPO), tag=tag)
    assert (again.commit, again.sent) == (first.commit, 0)
    found = previous_release(me.hub, open_target(me.hub, Target(REPO)), "9.0.0")
    assert found is not None
    assert found[0] == read_manifest(tmp_path / "one")
