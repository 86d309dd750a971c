"""One release for all tests of the gate: evolved and labelled rows, two licences, a benchmark."""

import json
from pathlib import Path

import pytest

from sure_math.publish.release import write_release
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.roles import respond

NON_COMMERCIAL = ("seeds.sources.0.use=annotate", "seeds.sources.0.license=cc-by-nc-4.0")
BENCHMARK = "little-bench"


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    items = folder / "items.jsonl"
    items.write_text(json.dumps({"q": "How many legs have seventeen spiders?", "a": "136"}))
    benchmark = {"name": BENCHMARK, "adapter": "table", "path": str(items),
                 "problem_column": "q", "answer_column": "a"}  # fmt: skip
    with ScriptedServer(respond) as server:
        run = finish(
            folder,
            server,
            *NON_COMMERCIAL,
            evolve={"keep": "all", "max_tokens": 400},
            decontaminate={"evaluation_sets": [benchmark]},
        )
    return write_release(run, folder / "sure-math")
