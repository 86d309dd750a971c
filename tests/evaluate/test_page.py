"""What docs/evaluation.md shows is run, in its order, in a folder with a release and a training."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sure_math.builtin import model_path
from tests.report.recorded import recipe, training

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(bash|python)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, release: Path) -> Path:
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(release, folder / "sure-math")
    trained = folder / "training" / "uopd"
    for name in ("checkpoint-20", "final"):
        shutil.copytree(model_path("student"), trained / name)
    sizes = {path.name: path.stat().st_size for path in (trained / "final").iterdir()}
    (trained / "checkpoint-20/whole.json").write_text(json.dumps({"step": 20, "files": sizes}))
    (trained / "training.json").write_text(json.dumps(training(recipe("uopd"))))
    return folder


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block_runs(number: int, reader: Path) -> None:
    language, code = BLOCKS[number]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-euo", "pipefail", "-c", code] if language == "bash" else [sys.executable]
    done = subprocess.run(
        command,
        input=code if language == "python" else None,
        cwd=reader,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"


def test_the_curve_is_where_the_page_says(reader: Path) -> None:
    assert (reader / "evaluations/uopd-curve/step-20/evaluation.json").is_file()
    assert (reader / "evaluations/uopd-curve/convergence.png").is_file()
