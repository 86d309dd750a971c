"""What docs/loading.md shows is run: its Python blocks as one program, then its shell blocks.

A hub on the loopback serves USER/sure-math, and a release lies in the folder, as the page says.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sure_math.publish.release import write_release
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.hub import LocalHub
from tests.roles import respond

PAGE = (Path(__file__).parents[1] / "docs" / "loading.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(bash|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """The folder and the environment of somebody who reads the page."""
    folder = tmp_path_factory.mktemp("reader")
    with ScriptedServer(respond) as server:
        run = finish(tmp_path_factory.mktemp("run"), server)
    release = write_release(run, folder / "sure-math")
    with LocalHub() as hub:
        hub.add("USER/sure-math", release, tags=("v1.0.0",))
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        yield folder, hub.environment(folder / "home", PATH=path)


def blocks(language: str) -> list[str]:
    return [code for kind, code in BLOCKS if kind == language]


def test_the_page_runs(reader: tuple[Path, dict[str, str]]) -> None:
    folder, environment = reader
    commands = [[sys.executable, "-c", "\n".join(blocks("python"))]]
    commands += [["bash", "-euo", "pipefail", "-c", code] for code in blocks("bash")]
    assert len(commands) > 1
    said = ""
    for command in commands:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout}\n{done.stderr}"
        said += done.stderr
    lines = [line for line in said.splitlines() if line.startswith("sure_math.load_dataset")]
    assert [line.split(" (")[0].split()[-1] for line in lines] == [
        "USER/sure-math", "sure-math", "sure-math-v1.0.0"
    ]  # fmt: skip


def test_the_line_of_the_page_is_the_line() -> None:
    (line,) = re.findall(r"^    (sure_math\.load_dataset reads .*)$", PAGE, re.MULTILINE)
    shape = (
        r"sure_math\.load_dataset reads USER/sure-math \(commit [0-9a-f]{12} of the hub; named\): "
        r"version 1\.0\.0, config default, train [\d,]+ rows, test [\d,]+ rows"
    )
    assert re.fullmatch(shape, line)
