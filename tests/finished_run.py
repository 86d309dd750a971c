"""A small run, finished in this process: eight labelled problems, three of them for test."""

from pathlib import Path
from typing import Any

from sure_math.pipeline import STAGES, execute, open_run
from sure_math.recipes import load_recipe
from sure_math.runtime.executors import Partition
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.roles import write_recipe


def finish(folder: Path, server: ScriptedServer, *overrides: str, **sections: Any) -> Run:
    """Every stage of a recipe without evolution, in `folder/runs`."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"evolve": {"enabled": False}, **sections}
    path = write_recipe(folder, server.base_url, seeds=4, **settings)
    run = open_run(load_recipe(str(path), overrides), folder / "runs")
    execute(run, STAGES, Partition())
    return run
