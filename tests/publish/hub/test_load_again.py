"""A release that is written again loads as what it is now, with `datasets` itself and its cache.

`datasets` keys its copy of a folder by the card: if that stayed the same, old rows would come.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sure_math.publish.release import write_release
from sure_math.runtime.run import Run
from tests.publish.hub.changed_runs import edited, versioned
from tests.publish.hub.client_process import OURS, PLAIN, ClientProcess


@pytest.fixture(scope="module")
def releases(
    finished: Run, released: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The same problems in one version, and what may change."""
    place = tmp_path_factory.mktemp("releases")
    runs = {
        "other problems": edited(finished, place / "run 2", "weight", "problem"),
        "other responses": edited(finished, place / "run 3", "cluster", "text"),
        "other version": versioned(finished, "2.0.0"),
    }
    made = {name: write_release(run, place / name / "sure-math") for name, run in runs.items()}
    return {"first": released, **made}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[ClientProcess]:
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home"), "USE_TORCH": "0"}
    with ClientProcess({**os.environ, **offline}) as running:
        yield running


@pytest.mark.parametrize("how", [PLAIN, OURS])
def test_every_release_in_a_folder_gives_its_own_rows(
    how: str, releases: dict[str, Path], client: ClientProcess, tmp_path: Path
) -> None:
    seen: dict[str, dict[str, Any]] = {}
    for name in (*releases, "first"):
        shutil.rmtree(tmp_path / "sure-math", ignore_errors=True)
        shutil.copytree(releases[name], tmp_path / "sure-math")
        version = client.about(how, "sure-math", folder=tmp_path)["version"]
        found = {"version": version, **_texts(how, client, tmp_path)}
        assert seen.setdefault(name, found) == found
    first = seen["first"]
    assert seen["other version"] == {**first, "version": "2.0.0"}
    changed = {name: [f"{text} Edited." for text in first[name]] for name in _COLUMN}
    assert seen["other problems"] == {**first, "default": changed["default"]}
    assert seen["other responses"] == {**first, "responses": changed["responses"]}


_COLUMN = {"default": "problem", "responses": "text"}


def _texts(how: str, client: ClientProcess, folder: Path) -> dict[str, list[str]]:
    """The texts of every configuration, which are the same when they are streamed."""
    texts = {}
    for config, column in _COLUMN.items():
        options = {"config" if how == OURS else "name": config, "split": "train"}
        prepared, streamed = (
            [row[column] for row in client.rows(how, "sure-math", folder=folder, **options, **more)]
            for more in ({}, {"streaming": True})
        )
        assert prepared == streamed
        texts[config] = prepared
    return texts
