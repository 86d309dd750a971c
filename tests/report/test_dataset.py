"""A release is audited whole: the rows of every configuration of problems, whatever its licence."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sure_math.publish.manifest import read_manifest
from sure_math.publish.release import write_release
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.hub import LocalHub
from tests.roles import respond

NC = "seeds.sources.4.license=cc-by-nc-4.0"
FREE = "seeds.sources.0.use=annotate"


def audited(release: str, folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "sure_math.cli", "report", "entropy", release, "--json",
         "--resamples", "100"],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("overrides", "configs", "rows"),
    [((NC,), {"nc", "nc_responses"}, 8),
     ((NC, FREE), {"default", "responses", "nc", "nc_responses"}, 9)],
)  # fmt: skip
def test_rows_of_all_licences_are_read(
    overrides: tuple[str, ...], configs: set[str], rows: int, tmp_path: Path
) -> None:
    with ScriptedServer(respond) as server:
        run = finish(tmp_path / "run", server, *overrides)
    release = write_release(run, tmp_path / "sure-math")
    assert {file.config for file in read_manifest(release).files} == configs
    with LocalHub() as hub:
        hub.add("own/sure-math", release)
        name = "own/sure-math" if "default" in configs else "sure-math"
        found = audited(name, tmp_path, hub.environment(tmp_path / "home"))
    assert (found["rows"], found["labelled"]) == (rows, 8)


def test_a_hub_without_a_release_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "README.md").write_text("No release.\n")
    with LocalHub() as hub:
        hub.add("own/notes", tmp_path / "notes")
        done = subprocess.run(
            [sys.executable, "-m", "sure_math.cli", "report", "entropy", "own/notes"],
            env=hub.environment(tmp_path / "home"), capture_output=True, text=True,
        )  # fmt: skip
    assert done.returncode == 1
    assert "cannot read sure_math.json of own/notes" in done.stderr
    assert "\nNext: " in done.stderr
