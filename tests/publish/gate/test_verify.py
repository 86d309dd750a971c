"""`verify` of a folder and of a hub name, with the real client against a hub on the loopback."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sure_math.errors import DataError
from sure_math.publish.gate import verify
from tests.hub import LocalHub
from tests.publish.gate.breaking import Broken

VERIFY = """
import json, sys
from sure_math.errors import SureMathError
from sure_math.publish.gate import verify
for call in map(json.loads, sys.stdin):
    try:
        checks = verify(*call)
        print(json.dumps({check.name: [check.passed, check.detail] for check in checks}))
    except SureMathError as error:
        print(json.dumps([type(error).__name__, str(error)]))
"""


@pytest.fixture(scope="module")
def hub(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalHub]:
    worse = Broken(tmp_path_factory.mktemp("worse") / "release")
    shutil.copytree(release, worse.folder)
    worse.text("LICENSE", "Every row", "Any row")
    other = tmp_path_factory.mktemp("other")
    (other / "README.md").write_text("---\nlicense: mit\n---\nnothing")
    (other / "big.parquet").write_bytes(b"x" * 10_000)
    with LocalHub() as running:
        running.add("ada/sums", release, tags=("v1.0.0",))
        running.add("ada/sums", worse.folder)
        running.add("ada/other", other)
        running.add("ada/hidden", release, private=True)
        running.add("ada/asked", release, gated="auto")
        yield running


def calls(hub: LocalHub, home: Path, *arguments: list[Any], **more: str) -> list[Any]:
    """What each call of `verify` gives, in a process that asks this hub."""
    done = subprocess.run(
        [sys.executable, "-c", VERIFY],
        env=hub.environment(home, **more),
        cwd=home,
        input="\n".join(map(json.dumps, arguments)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_tag_and_what_came_after_it(hub: LocalHub, tmp_path: Path) -> None:
    good, bad = calls(hub, tmp_path, ["ada/sums", "v1.0.0"], ["ada/sums"])
    assert "snippet" not in good
    assert good["loads"][0]
    assert {name: detail for name, (passed, detail) in good.items() if not passed} == {}
    wrong = {name: detail for name, (passed, detail) in bad.items() if not passed}
    assert wrong.keys() == {"manifest"}
    assert wrong["manifest"].startswith("LICENSE was changed")


def test_what_is_no_release_is_not_downloaded(hub: LocalHub, tmp_path: Path) -> None:
    missing, no_release, no_tag, hidden = calls(
        hub, tmp_path, ["ada/none"], ["ada/other"], ["ada/sums", "v9"], ["ada/hidden"]
    )
    assert [error for error, _ in (missing, no_release, no_tag, hidden)] == ["DataError"] * 4
    assert "there is no dataset ada/none that this account may see" in missing[1]
    assert "there is no dataset ada/hidden that this account may see" in hidden[1]
    assert "ada/other is not a release of sure-math (no sure_math.json)" in no_release[1]
    assert "there is no ada/sums at revision v9" in no_tag[1]
    assert not hub.asked("big.parquet")


def test_a_hub_out_of_reach(hub: LocalHub, tmp_path: Path) -> None:
    (error,) = calls(hub, tmp_path, ["ada/sums"], HF_HUB_OFFLINE="1")
    assert error[0] == "HubUnavailable"
    assert "Saved: nothing was verified" in error[1]


def test_an_old_copy_is_not_taken_for_what_the_hub_refuses(hub: LocalHub, tmp_path: Path) -> None:
    (owner,) = calls(hub, tmp_path, ["ada/hidden"], HF_TOKEN=hub.account("ada").token)
    assert owner["manifest"][0]
    (stranger,) = calls(hub, tmp_path, ["ada/hidden"], HF_TOKEN=hub.account("eve").token)
    assert stranger[0] == "DataError"
    assert "there is no dataset ada/hidden that this account may see" in stranger[1]
    (gone,) = calls(hub, tmp_path, ["ada/hidden"], HF_ENDPOINT="http://127.0.0.1:9")
    assert gone[0] == "HubUnavailable"
    (offline,) = calls(hub, tmp_path, ["ada/hidden"], HF_HUB_OFFLINE="1")
    assert offline["manifest"][0]


def test_a_gated_release_has_to_be_asked_for(hub: LocalHub, tmp_path: Path) -> None:
    (error,) = calls(hub, tmp_path, ["ada/asked"], HF_TOKEN=hub.account("eve").token)
    assert error[0] == "HubRefused"
    assert "Next: ask for access at the hub" in error[1]


def test_a_folder(release: Path) -> None:
    checks = verify(str(release))
    assert all(check.passed for check in checks)
    assert "snippet" not in {check.name for check in checks}


def test_what_cannot_be_verified(release: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder, which has no revisions"):
        verify(str(release), "v1.0.0")
    with pytest.raises(DataError, match="is a file"):
        verify(str(release / "LICENSE"))
    with pytest.raises(DataError, match="is not a release of sure-math") as error:
        verify(str(release / "data"))
    assert "sure-math publish --local DIR" in str(error.value)
    for name in ("nothing", "./nothing", str(tmp_path / "nothing")):
        with pytest.raises(DataError, match="there is no folder"):
            verify(name)
