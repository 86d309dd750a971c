"""The hub as a command, and the page about it: everything shown there runs."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hub.talk import talk

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "test_hub.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Another project: a dataset in a folder, and the page's fixture and test."""
    (tmp_path / "dataset" / "data").mkdir(parents=True)
    (tmp_path / "dataset" / "data" / "train.jsonl").write_text('{"x": 1}\n{"x": 2}\n')
    (tmp_path / "dataset" / "README.md").write_text("---\nlicense: mit\n---\nTwo rows.\n")
    return tmp_path


def environment() -> dict[str, str]:
    """Of a process that finds the hub, wherever it stands."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith("HF_")}
    return {**mine, "PYTHONPATH": str(ROOT), "USE_TORCH": "0"}


def test_the_fixture_of_the_page_works_in_another_project(project: Path) -> None:
    (project / "test_it.py").write_text("\n\n".join(blocks("python")))
    (project / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"],
        cwd=project, capture_output=True, text=True,
        env={**environment(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(re.findall('def test_', ''.join(blocks('python'))))} passed" in done.stdout


def test_the_command_of_the_page_serves_until_it_is_interrupted(project: Path) -> None:
    serve, use = blocks("sh")
    command = serve.strip().replace("python", sys.executable, 1)
    hub = subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=project, env=environment(), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert hub.stdout is not None
        said = [hub.stdout.readline() for _ in range(4)]
        url = said[0].strip()
        assert url.startswith("http://127.0.0.1:")
        exports = "".join(line for line in said if line.startswith("export"))
        place = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-ec", exports + use],
            cwd=project, env={**environment(), "PATH": place}, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert talk("GET", f"{url}/datasets/own/data/resolve/main/data/train.jsonl").body
        assert [each["path"] for each in talk("GET", f"{url}/__test__/log").json()]
    finally:
        hub.send_signal(signal.SIGINT)
        rest, _ = hub.communicate(timeout=30)
    assert hub.returncode == 0
    assert rest.endswith("stopped\n")
