"""One run full of rejects, shared by the tests of the evolution report, which only read it."""

import pytest

from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.report.evolving import evolve, evolver


@pytest.fixture(scope="session")
def evolved_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    settings = {"keep": "all", "max_tokens": 400, "quota": {"easy": 2, "hard": 99}, "oversample": 3}
    with ScriptedServer(evolver) as server:
        return evolve(tmp_path_factory.mktemp("evolving"), server, evolve=settings)
