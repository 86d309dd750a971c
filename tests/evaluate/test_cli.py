"""`sure-math evaluate`: the verb from its options to its files."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sure_math.builtin import model_path
from sure_math.cli import main
from tests.backends.scripted_server import ScriptedServer
from tests.evaluate.asking import respond, write_suite
from tests.report.recorded import recipe, training


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


def good(*arguments: object) -> Result:
    result = call(*arguments)
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite's file in the current folder."""
    monkeypatch.chdir(tmp_path)
    return write_suite(tmp_path)


def test_two_models_side_by_side(suite: Path) -> None:
    with ScriptedServer(respond) as server:
        model = f"openai:some/model@{server.base_url}"
        shown = good("--model", model, "--suite", suite).stdout
        assert "some/model: suite small" in shown
        good("--model", model, "--suite", suite, "--set", "seed=1", "--out", "other")
        asked = len(server.requests)
        first = Path("evaluations/some-model-small")
        assert (first / "evaluation.json").is_file()
        compared = good("--out", first, "--compare", "other").stdout
        assert "some/model minus some/model" in compared
        assert "SE" in compared
        found = json.loads(good("--out", first, "--compare", "other", "--json").stdout)
        assert len(found["scores"]) == len(found["compared_with"]["differences"]) == 2
        assert good("--out", first, "--regrade").stdout == good("--out", first).stdout == shown
        good("--out", first, "--regrade", "--judge", model, "--set", "judge_votes=3")
        record = json.loads((first / "evaluation.json").read_text())
        assert (record["judge"], record["suite"]["judge_votes"]) == ("some/model", 3)
        assert len(server.requests) == asked  # no answer is left to a judge


def test_the_test_split_of_a_release_by_the_built_in_model(suite: Path, release: Path) -> None:
    result = good(
        "--model", "builtin:student", "--suite", "release", "--dataset", release,
        "--set", "decodings.1.n=2", "--set", "max_tokens=80", "--label", "Student",
    )  # fmt: skip
    assert result.stdout.startswith("Student: suite release")
    assert "SURE-Math  pass@1" in result.stdout
    assert Path("evaluations/builtin-student-release/grades/part-00000.parquet").is_file()


def test_chosen_benchmarks_have_a_folder_of_their_own(suite: Path, release: Path) -> None:
    options = ("--suite", "paper", "--dataset", release, "--benchmark", "SURE-Math")
    settings = ("--set", "max_tokens=20", "--set", "decodings.1.n=1")
    good("--model", "builtin:student", *options, *settings)
    assert Path("evaluations/builtin-student-paper-SURE-Math/evaluation.json").is_file()


def test_every_checkpoint_of_a_training_and_its_curve(suite: Path, release: Path) -> None:
    folder = Path("trained")
    shutil.copytree(model_path("student"), folder / "checkpoint-20")
    shutil.copytree(model_path("teacher"), folder / "final")
    sizes = {path.name: path.stat().st_size for path in (folder / "checkpoint-20").iterdir()}
    whole = {"step": 20, "files": sizes}
    (folder / "checkpoint-20/whole.json").write_text(json.dumps(whole))
    (folder / "training.json").write_text(json.dumps(training(recipe("uopd"))))
    options = (
        "--checkpoints", folder, "--backend", "builtin", "--suite", "release",
        "--dataset", release, "--set", "max_tokens=60", "--set", "decodings.1.n=2",
    )  # fmt: skip
    result = good(*options)
    assert "20,000" in result.stdout  # tokens after 20 steps
    out = Path("evaluations/trained-curve")
    assert json.loads((out / "step-20/evaluation.json").read_text())["step"] == 20
    assert json.loads((out / "step-40/evaluation.json").read_text())["label"] == "trained/final"
    assert (out / "convergence.png").read_bytes().startswith(b"\x89PNG")
    before = (out / "step-20/completions/part-00000.parquet").stat().st_mtime_ns
    assert good(*options).stdout == result.stdout
    assert (out / "step-20/completions/part-00000.parquet").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "name a --model"),
        (("--regrade",), "nothing to evaluate"),
        (("--out", "none"), "holds no evaluation"),
        (("--out", "none", "--regrade"), "holds no evaluation"),
        (("--model", "Qwen3"), "there is no such folder"),
        (("--model", "builtin:nobody", "--suite", "small.yaml"), "no built-in model"),
        (("--model", "builtin:student", "--regrade"), "exclude each other"),
        (("--model", "builtin:student", "--suite", "papper"), "no suite 'papper'"),
        (("--model", "builtin:student", "--suite", "release"), "no dataset was named"),
        (("--model", "builtin:student", "--rank", "1"), "rank 1 is not in 0..0"),
        (("--checkpoints", "."), "is no training folder"),
        (("--model", "builtin:student", "--suite", "paper", "--set", "benchmarks.0.path=x",
          "--dataset", "no/where"), "x does not exist"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(suite: Path, arguments: tuple[str, ...], words: str) -> None:
    result = call(*arguments)
    assert result.exit_code == 1, result.output
    assert result.stderr.startswith("error: ")
    assert words in result.stderr
    assert not Path("evaluations").exists()


def test_another_decoding_is_refused_and_fresh_moves_it_aside(suite: Path) -> None:
    with ScriptedServer(respond) as server:
        model = ("--model", f"openai:some/model@{server.base_url}", "--suite", suite)
        good(*model)
        refused = call(*model, "--set", "max_tokens=50")
        assert refused.exit_code == 1
        assert "max_tokens: 100 -> 50" in refused.stderr
        assert "--out DIR starts another evaluation" in refused.stderr
        good(*model, "--set", "max_tokens=50", "--fresh")
    assert Path("evaluations/some-model-small/old-1/completions").is_dir()
