"""`sure-math report entropy` on a finished run and on its release."""

import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from sure_math.cli import main
from sure_math.publish.release import write_release
from sure_math.runtime.run import Run
from tests.backends.scripted_server import Answer, Body, ScriptedServer, dice, prompt_of
from tests.finished_run import finish
from tests.hub import LocalHub
from tests.roles import respond


def _wrong_on_every_third(body: Body, index: int) -> Answer:
    """A teacher that knows some sums, and guesses at the others."""
    if body["messages"][0]["content"].splitlines()[0] != "Task: solve":
        return respond(body, index)
    first, second = map(int, re.findall(r"\d+", prompt_of(body))[:2])
    guess = dice(body, index).choice([1, 2, 3]) if first % 3 == 0 else 0
    return Answer(f"\\boxed{{{first + second + guess}}}")


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(_wrong_on_every_third) as running:
        yield running


@pytest.fixture(scope="module")
def run(server: ScriptedServer, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return finish(tmp_path_factory.mktemp("run"), server)


@pytest.fixture(scope="module")
def release(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(run, tmp_path_factory.mktemp("release") / "sure-math")


def report(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", "entropy", "--resamples", "100", *arguments])


def measured(*arguments: str) -> dict[str, Any]:
    result = report("--json", *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def apart(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, since `datasets` reads its settings when imported."""
    return subprocess.run(
        [sys.executable, "-m", "sure_math.cli", "report", "entropy", "--resamples", "100",
         *arguments],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip


def test_text_of_a_run(run: Run) -> None:
    by_folder = report(str(run.root))
    assert by_folder.exit_code == 0, by_folder.output
    lines = by_folder.stdout.splitlines()
    assert lines[0] == f"semantic entropy, audited on run {run.root}"
    assert lines[2].startswith("8 of 8 rows are labelled")
    assert "accuracy 0.625 [" in lines[3]
    assert any(re.match(r"semantic entropy +1\.000 \[1\.000, 1\.000\]", line) for line in lines)
    assert max(map(len, lines)) < 140
    by_name = report(run.root.name, "--runs", str(run.root.parent))
    assert by_name.stdout == by_folder.stdout


def test_a_release_in_a_folder_and_on_a_hub_has_the_figures_of_its_run(
    run: Run, release: Path, tmp_path: Path
) -> None:
    expected = measured(str(run.root))
    assert expected.pop("origin") == f"run {run.root}"
    with LocalHub() as hub:
        hub.add("own/sure-math", release)
        for name in (str(release), "own/sure-math"):
            done = apart(hub.environment(tmp_path), name, "--json")
            assert done.returncode == 0, done.stderr
            found = json.loads(done.stdout)
            assert found.pop("origin") == f"release {name}"
            assert found == expected


def test_json_says_what_the_table_says(run: Run) -> None:
    found = measured(str(run.root))
    assert (found["rows"], found["labelled"]) == (8, 8)
    assert found["audit"]["wrong"] == 3
    scores = found["audit"]["scores"]
    assert set(scores) >= {"semantic_entropy", "discrete_entropy", "disagreement", "mean_nll"}
    assert len(scores["semantic_entropy"]["risk"]) == 100


def test_folder_with_text_json_and_pictures(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "report"
    result = report(str(run.root), "--out", str(out))
    assert result.exit_code == 0, result.output
    names = ("entropy.txt", "entropy.json", "entropy.png", "entropy.svg")
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [
        str(out / name) for name in names
    ]
    assert (out / "entropy.txt").read_text() == result.stdout
    assert json.loads((out / "entropy.json").read_text())["labelled"] == 8
    head = (out / "entropy.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) == (1900, 880)
    svg = (out / "entropy.svg").read_bytes()
    report(str(run.root), "--out", str(out))
    assert (out / "entropy.svg").read_bytes() == svg


def test_a_teacher_that_is_always_right(tmp_path: Path) -> None:
    def knows(body: Body, index: int) -> Answer:
        first, second = map(int, re.findall(r"\d+", prompt_of(body))[:2])
        return Answer(f"\\boxed{{{first + second}}}")

    with ScriptedServer(knows) as server:
        run = finish(tmp_path, server)
    result = report(str(run.root), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "AUROC is undefined: every majority answer is right" in result.stdout
    found = measured(str(run.root))["audit"]["scores"]["semantic_entropy"]
    assert found["auroc"] == {"value": None, "low": None, "high": None}


def test_without_log_probabilities_they_are_not_compared(tmp_path: Path) -> None:
    with ScriptedServer(_wrong_on_every_third, logprobs=False) as server:
        run = finish(tmp_path, server, "sample.allow_missing_logprobs=true")
    result = report(str(run.root), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "Not compared: mean -log p per token, mean -log p (unknown for 8 of 8" in result.stdout
    assert "Semantic entropy is the discrete one" in result.stdout


def test_errors_say_what_to_do(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (tmp_path / "file").write_text("in the way")
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    (unfinished / "recipe.yaml").write_text((run.root / "recipe.yaml").read_text())
    for arguments, words in (
        ([str(folder)], "is not a release of sure-math"),
        (["no-such-thing"], "there is no folder 'no-such-thing' here"),
        ([str(unfinished)], "is not annotated to its end"),
        ([str(run.root), "--out", str(tmp_path / "file")], "cannot write the report"),
    ):
        result = report(*arguments)
        assert result.exit_code == 1, result.output
        assert words in result.stderr
        assert "Traceback" not in result.output


def test_unlabelled_rows_are_refused(release: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    for path in release.rglob("*"):
        target = bare / path.relative_to(release)
        if path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    for path in (bare / "data").glob("*.parquet"):
        frame = pl.read_parquet(path).with_columns(pl.lit(None, pl.String).alias("answer"))
        frame.write_parquet(path)
    manifest = json.loads((bare / "sure_math.json").read_text())
    for file in manifest["files"]:
        file["bytes"] = (bare / file["path"]).stat().st_size
    (bare / "sure_math.json").write_text(json.dumps(manifest))
    done = apart({**os.environ, "HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}, str(bare))
    assert done.returncode == 1
    assert "none of the 8 rows is labelled" in done.stderr
