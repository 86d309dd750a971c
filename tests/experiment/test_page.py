"""What docs/experiments.md shows is run, and what it lists exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sure_math.experiment.experiments import EXPERIMENTS

PAGE = Path(__file__).parents[2] / "docs" / "experiments.md"
BLOCKS = re.findall(r"^```bash\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_block_runs(block: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=tmp_path, env={**os.environ, "PATH": path}, check=True, capture_output=True,
    )  # fmt: skip


def test_every_shipped_experiment_is_listed() -> None:
    first_cells = re.findall(r"^\| (`.*?) \|", PAGE.read_text(), re.MULTILINE)
    listed = re.findall(r"`([^`]+)`", " ".join(first_cells))
    assert sorted(listed) == EXPERIMENTS.bundled()
