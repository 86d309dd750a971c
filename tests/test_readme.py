"""Everything the README shows is run, in its order, in one empty folder."""

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub import LocalHub

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(bash|python)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reader")


@pytest.fixture(scope="module")
def hub() -> Iterator[LocalHub]:
    """The one hub that can be reached, with the reader's account."""
    with LocalHub(user="USER") as running:
        yield running


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_block_runs(number: int, folder: Path, hub: LocalHub) -> None:
    language, code = BLOCKS[number]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = hub.environment(folder / "hub", PATH=path, HF_TOKEN=hub.token)
    command = ["bash", "-euo", "pipefail", "-c", code] if language == "bash" else [sys.executable]
    done = subprocess.run(
        command,
        input=code if language == "python" else None,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"


def test_release_of_own_problems(folder: Path) -> None:
    assert (folder / "questions-annotated" / "README.md").is_file()


def test_examples_of_the_answers_page() -> None:
    examples = doctest.testfile(str(ROOT / "docs" / "answers.md"), module_relative=False)
    assert examples.attempted >= 4
    assert examples.failed == 0


def test_make_targets_do_what_the_readme_says() -> None:
    for target, command in (("demo", "sure-math run demo"), ("test", "-m pytest")):
        plan = subprocess.run(
            ["make", "--dry-run", "--always-make", target],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert command in plan.stdout
        assert "-m venv" in plan.stdout


def test_links_lead_somewhere() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_not_built_yet_is_true(tmp_path: Path) -> None:
    for arguments in (["run", "--executor", "ray"],):
        done = subprocess.run(
            [sys.executable, "-m", "sure_math.cli", *arguments], cwd=tmp_path, capture_output=True
        )
        assert done.returncode == 2, arguments
