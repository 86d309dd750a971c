"""A release in a folder: what is said of it, that it is whole, and that its copy stays its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sure_math.runtime.run import Run
from tests.publish.hub.client_process import OURS, PLAIN, ClientProcess

_SAY = """
import logging, sure_math
for config in ("default", "responses", "default"):
    sure_math.load_dataset(config=config, split="train", streaming=True)
logging.getLogger("sure_math").setLevel(logging.ERROR)
sure_math.load_dataset("./sure-math")
"""


@pytest.fixture(scope="module")
def made(released: Path) -> Path:
    """The folder in which the release `sure-math/` lies, only to be read."""
    return released.parent


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home = str(tmp_path / "home")
    return {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": home, "USE_TORCH": "0"}


def test_one_line_says_what_is_read(made: Path, environment: dict[str, str]) -> None:
    secret = {**environment, "HF_TOKEN": "hf_secret"}
    done = subprocess.run(
        [sys.executable, "-c", _SAY], cwd=made, env=secret, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if "sure_math" in line]
    reads = "sure_math.load_dataset reads sure-math (folder; nothing was named): version 1.0.0"
    assert lines == [
        f"{reads}, config default, train 5 rows, test 3 rows",
        f"{reads}, config responses, train 40 rows, test 24 rows",
    ]


def test_the_line_says_who_named_it(
    made: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    place = str(made / "sure-math")
    with ClientProcess({**environment, "SURE_MATH_DATASET": place}) as client:
        client.rows(OURS, folder=tmp_path)
        client.rows(OURS, "./sure-math", folder=made)
    assert f"reads {place} (folder; named by SURE_MATH_DATASET): version" in client.said
    assert "reads ./sure-math (folder; named): version" in client.said


def test_a_folder_that_was_changed_by_hand_is_refused(
    made: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    release = tmp_path / "sure-math"
    shutil.copytree(made / "sure-math", release)
    card, table = release / "README.md", release / "data" / "train-00000-of-00001.parquet"
    with ClientProcess(environment) as client:
        whole = client.rows(OURS, folder=tmp_path)
        card.write_text(card.read_text().replace("version: 1.0.0", "version: 1.0.1"))
        said = client.error(OURS, folder=tmp_path)
        assert "README.md is of version 1.0.1, sure_math.json of 1.0.0" in said
        shutil.copyfile(made / "sure-math" / "README.md", card)
        shutil.copyfile(table.with_name("test-00000-of-00001.parquet"), table)
        for options in ({}, {"streaming": True}):
            said = client.error(OURS, folder=tmp_path, **options)
            assert f"data/{table.name} has {table.stat().st_size} bytes, but was rel" in said
        assert client.rows(OURS, folder=tmp_path, config="responses")["train"]
        table.unlink()
        assert f"data/{table.name} is missing" in client.error(OURS, folder=tmp_path)
        shutil.copyfile(made / "sure-math" / "data" / table.name, table)
        assert client.rows(OURS, folder=tmp_path) == whole


def test_a_bare_name_elsewhere_finds_no_copy(
    finished: Run, made: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    place = str(made / "sure-math")
    with ClientProcess(environment) as client:
        for name in ("sure-math", "./sure-math", place):
            rows = client.rows(OURS, name, folder=made)
        subprocess.run(
            [sys.executable, "-m", "sure_math.cli", "publish", "--runs", str(finished.root.parent),
             "--local", "sure-math"],
            cwd=tmp_path, env=environment, check=True, capture_output=True,
        )  # fmt: skip
        assert "Couldn't reach" in client.error(PLAIN, "sure-math", "default", folder=elsewhere)
        for options in ({}, {"revision": "v1.0.0"}):
            said = client.error(OURS, "sure-math", folder=elsewhere, **options)
            assert "there is no folder 'sure-math' here" in said
        # What remains: `datasets` leaves a copy that it serves under the bare name everywhere,
        # whatever revision is asked for. It does not under a name that can only be a folder.
        assert client.rows(PLAIN, "sure-math", folder=made) == rows
        left = client.rows(PLAIN, "sure-math", "default", folder=elsewhere, revision="v9.9.9")
        assert left == rows
        said = client.error(PLAIN, "./sure-math", "default", folder=elsewhere)
        assert "Couldn't reach './sure-math'" in said


def test_a_folder_has_no_revisions(made: Path, environment: dict[str, str]) -> None:
    with ClientProcess(environment) as client:
        for name in ("sure-math", None):
            said = client.error(OURS, *filter(None, [name]), folder=made, revision="v1.0.0")
            assert "it is a folder, which has no revisions" in said


def test_a_release_of_another_program_is_named(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "sure-math").mkdir()
    (tmp_path / "sure-math" / "sure_math.json").write_text(json.dumps({"format": 9, "files": []}))
    with ClientProcess(environment) as client:
        assert client.error(OURS, folder=tmp_path).startswith("DataError: cannot load sure-math")
