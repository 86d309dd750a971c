"""`publish` and `verify`: which run is released, what goes together, and the exit codes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sure_math.cli import main
from sure_math.publish.manifest import parse_manifest
from sure_math.runtime.run import Run
from tests.backends.scripted_server import ScriptedServer
from tests.finished_run import finish
from tests.hub import LocalHub
from tests.roles import respond


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    with ScriptedServer(respond) as server:
        return finish(tmp_path_factory.mktemp("made"), server)


@pytest.fixture(scope="module")
def release(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("released") / "sure-math"
    done = call("publish", *named(run), "--local", str(folder))
    assert done.exit_code == 0, done.output
    return folder


def call(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def named(run: Run) -> list[str]:
    return ["--run", run.root.name, "--runs", str(run.root.parent)]


@pytest.mark.parametrize("verb", [["publish", "--hub", "a/b"], ["verify", "a/b"]])
@pytest.mark.parametrize("address", ["http://127.0.0.1:99999", "http://[::1"])
def test_an_address_that_is_none(verb: list[str], address: str, run: Run) -> None:
    options = named(run) if verb[0] == "publish" else []
    done = CliRunner(env={"HF_ENDPOINT": address}).invoke(main, [*verb, *options])
    assert done.exit_code == 1
    assert "HF_ENDPOINT is no address" in done.stderr
    assert address in done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--hub", "a/b", "--local", "c"], "two releases"),
        (["--private"], "needs --hub"),
        (["--tag", "v1.0.0"], "needs --hub"),
        (["--dry-run"], "needs --hub"),
        (["--hub", "a/b", "--create-pr", "--tag", "v1.0.0"], "gets no --tag"),
        (["--hub", "a/b", "--tag", "1.0.0"], "such as v1.2.0"),
        (["--hub", "a/b", "--tag", "final"], "such as v1.2.0"),
        (["--hub", "a/b", "--gated", "never"], "'auto', 'manual'"),
    ],
)
def test_options_that_do_not_go_together(options: list[str], words: str) -> None:
    done = call("publish", *options)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_run_is_released_as_it_is_stored(run: Run, tmp_path: Path) -> None:
    """Also when this version, or this recipe, would make other rows."""
    runs = tmp_path / "runs"
    shutil.copytree(run.root, runs / "older")
    stored = runs / "older" / "recipe.yaml"
    stored.write_text(stored.read_text().replace("temperature: 0.7", "temperature: 0.9"))
    out = tmp_path / "release"
    options = ["--run", "older", "--runs", str(runs), "--local", str(out)]
    refused = call("publish", str(stored), *options)
    assert refused.exit_code == 1
    assert "temperature: 0.7 -> 0.9" in refused.stderr
    assert "Next: `sure-math publish --run older`" in refused.stderr
    assert not out.exists()
    done = call("publish", *options, "--set", "publish.version=2.0.1")
    assert done.exit_code == 0, done.output
    assert parse_manifest((out / "sure_math.json").read_bytes(), out).version == "2.0.1"


def test_only_settings_of_the_release_can_be_changed_then(run: Run) -> None:
    refused = call("publish", *named(run), "--set", "sample.n=4", "--set", "publish.version=1.1.0")
    assert refused.exit_code == 1
    assert "sample.n=4 cannot change it" in refused.stderr


def test_a_version_is_three_numbers(run: Run) -> None:
    refused = call("publish", *named(run), "--set", "publish.version=2")
    assert refused.exit_code == 1
    assert "publish.version" in refused.stderr


def test_verify_says_it_with_its_exit_code(release: Path, tmp_path: Path) -> None:
    fine = call("verify", str(release), "--json")
    assert fine.exit_code == 0, fine.output
    assert all(check["passed"] for check in json.loads(fine.stdout))
    broken = tmp_path / "broken"
    shutil.copytree(release, broken)
    (broken / "LICENSE").write_text("all of it is mine")
    failed = call("verify", str(broken))
    assert failed.exit_code == 3
    assert "FAILED  manifest" in failed.stdout
    assert "LICENSE" in failed.stdout
    missing = call("verify", str(tmp_path / "nowhere"))
    assert missing.exit_code == 1
    assert "there is no folder" in missing.stderr


def test_two_versions_on_a_hub(run: Run, tmp_path: Path) -> None:
    """Every step of `--hub`, by the tag that gives the version; nothing of it stays in the run."""
    with LocalHub(user="USER") as hub:
        environment = hub.environment(tmp_path / "home", HF_TOKEN=hub.token)
        for tag in ("v1.0.0", "v1.1.0"):
            done = subprocess.run(
                [sys.executable, "-m", "sure_math.cli", "publish", *named(run),
                 "--hub", "USER/sure-math", "--tag", tag],
                env=environment, capture_output=True, text=True,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert f"USER/sure-math at {tag}: sent" in done.stdout
            assert ("sent 12 files" in done.stdout) is (tag == "v1.0.0")
            assert hub.token not in done.stdout + done.stderr
        newer = parse_manifest(hub.read("USER/sure-math", "sure_math.json", "v1.1.0"), "hub")
    assert (newer.name, newer.version) == ("USER/sure-math", "1.1.0")
    entries = [(each.version, each.added, each.removed, each.changed) for each in newer.history]
    assert entries == [("1.1.0", 0, 0, 0), ("1.0.0", None, None, None)]
    assert not (run.root / ".hub").exists()
