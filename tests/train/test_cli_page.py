"""What docs/training.md shows is run, on a release in `./sure-math`; GPU lines are only read."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trl")
pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(bash|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reader stands."""
    place = tmp_path_factory.mktemp("reader")
    shutil.copytree(release, place / "sure-math")
    return place


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block_runs(number: int, folder: Path) -> None:
    language, code = BLOCKS[number]
    command = ["bash", "-euo", "pipefail", "-c", code] if language == "bash" else [sys.executable]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        input=code if language == "python" else None,
        cwd=folder,
        env=os.environ | {"PATH": path, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"


def test_the_folder_is_as_described(folder: Path) -> None:
    (tree,) = re.findall(r"^    training/first/\n((?:      .*\n)+)", PAGE, re.MULTILINE)
    for line in tree.splitlines():
        assert (folder / "training/first" / line.split()[0]).exists(), line


def test_files_that_the_page_names() -> None:
    for name in re.findall(r"pipelines/train/accelerate/\w+\.yaml|`(\w+\.yaml)`", PAGE):
        path = name or "zero1.yaml"
        assert (ROOT / "pipelines/train/accelerate" / path).is_file(), path
