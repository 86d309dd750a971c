"""`sure-math train` and `sure-math estimate`: what they say before anything is trained."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from sure_math.cli import main
from sure_math.errors import TrainingError
from sure_math.runtime.lock import exclusive

SMALL = (
    "--set", "rollout.max_tokens=48", "--set", "optimization.draws=8",
    "--set", "optimization.prompts_per_step=2", "--set", "optimization.micro_batch=2",
)  # fmt: skip


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)))


def refused(*arguments: str | Path) -> str:
    """The error of a call."""
    result = call(*arguments)
    assert result.exit_code == 1, result.output
    assert result.stderr.splitlines()[-1].startswith(("error:", "Next:", "Saved:", "  "))
    assert "Traceback" not in result.output
    return result.stderr


@pytest.mark.engine
def test_a_dry_run_trains_and_writes_nothing(release: Path, tmp_path: Path) -> None:
    pytest.importorskip("trl")
    out = tmp_path / "out"
    said = call("train", "tiny", "--dataset", release, "--out", out, "--dry-run", *SMALL)
    assert said.exit_code == 0, said.output
    for words in ("tiny: UOPD", "builtin:student", "builtin:teacher", "9 of 9", "mean weight",
                  "4 of 2 prompts", "16, 4 a step: 1 process x 2 micro-batches of 2"):  # fmt: skip
        assert words in said.stdout
    assert not out.exists()
    rewarded = call(
        "train", "tiny", "--dataset", release, "--method", "grpo", "--set", "grpo.k=4",
        "--dry-run", *SMALL,
    )  # fmt: skip
    assert rewarded.exit_code == 0, rewarded.output
    assert "teacher      none" in rewarded.stdout
    assert "5 of 9 (verified 5, unlabelled 4)" in rewarded.stdout
    assert "4 of 1 prompts" in rewarded.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("tyni",), ("no training recipe 'tyni'", "qwen3-1.7b")),
        (("none.yaml",), ("cannot read training recipe",)),
        (("tiny", "--set", "loss.topk=3"), ("loss.topk: no such setting", "top_k")),
        (("tiny", "--set", "optimization.draws=-1"), ("optimization.draws",)),
        (("tiny", "--method", "grpo", "--set", "grpo.k=5"), ("grpo.k is 5", "does not divide")),
        (("tiny", "--dry-run", "--fresh"), ("leave out --fresh",)),
        (("tiny", "--dataset", "no/such/folder/here"), ("no/such/folder/here",)),
        (("tiny", "--set", "optimization.micro_batch=5"), ("16 sequences", "micro_batch=")),
    ],
)
def test_bad_input_is_a_clear_error(
    tmp_path: Path, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = refused("train", *arguments, *(() if "--dry-run" in arguments else ("--out", tmp_path)))
    for word in words:
        assert word in said


def test_bad_usage() -> None:
    for arguments in ((), ("tiny", "--method", "ppo"), ("tiny", "--seed", "-1")):
        assert call("train", *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("column", "words"),
    [("w_other", ("w_other", "columns with numbers")), ("problem", ("holds no numbers",))],
)
def test_a_dataset_without_the_weights(
    release: Path, tmp_path: Path, column: str, words: tuple[str, ...]
) -> None:
    pytest.importorskip("trl")
    said = refused(
        "train", "tiny", "--dataset", release, "--out", tmp_path / "out",
        "--set", f"weighting.column={column}", *SMALL,
    )  # fmt: skip
    for word in words:
        assert word in said
    assert not list((tmp_path / "out").glob("*.json"))


def test_a_folder_in_use(tmp_path: Path) -> None:
    with exclusive(tmp_path / ".lock", TrainingError("busy")):
        said = refused("train", "tiny", "--out", tmp_path)
    assert "another process is training in" in said


def test_a_folder_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("important")
    assert "holds what no training wrote: thesis.tex" in refused("train", "tiny", "--out", tmp_path)


def begun(folder: Path, *settings: str, finished: bool) -> None:
    """A folder that was begun with the recipe `tiny`."""
    from sure_math.train.plan import content
    from sure_math.train.recipes import TRAINING_RECIPES

    recipe = TRAINING_RECIPES.load("tiny", settings)
    record = {"finished": finished, "decisive": {"recipe": content(recipe)}}
    (folder / "final").mkdir(parents=True, exist_ok=True)
    (folder / "training.json").write_text(json.dumps(record))


def test_another_recipe_is_refused_with_the_difference(tmp_path: Path) -> None:
    begun(tmp_path, "seed=1", finished=False)
    said = refused("train", "tiny", "--seed", "2", "--method", "opd", "--out", tmp_path)
    for words in ("seed: 1 -> 2", "method: 'uopd' -> 'opd'", "--fresh", "untouched"):
        assert words in said
    operational = ("--set", "optimization.micro_batch=4", "--set", "name=other")
    begun(tmp_path, "seed=1", finished=True)
    done = call("train", "tiny", "--seed", "1", "--out", tmp_path, *operational)
    assert done.exit_code == 0, done.output


def test_a_finished_training_does_nothing(tmp_path: Path) -> None:
    begun(tmp_path, finished=True)
    before = (tmp_path / "training.json").read_bytes()
    done = call("train", "tiny", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert "is finished" in done.stdout
    assert (tmp_path / "training.json").read_bytes() == before


def test_estimate_of_a_training(tmp_path: Path) -> None:
    told = call("estimate", "qwen3-1.7b", "--gpus", "8", "--gpu-memory", "30")
    assert told.exit_code == 0, told.output
    assert "GB per GPU, 8 GPUs" in told.stdout
    assert "fits 30 GB: ZeRO-3" in told.stdout
    own = tmp_path / "own.yaml"
    own.write_text(yaml.safe_dump({"student": {"model": "Qwen/Qwen3-0.6B"},
                                   "teacher": {"model": "Qwen/Qwen3-1.7B"}}))  # fmt: skip
    told = call("estimate", own, "--set", "optimization.draws=1280", "--tokens-per-second", "2560")
    assert told.exit_code == 0, told.output
    assert "optimizer steps   10" in told.stdout
    assert "2,560 tokens" in told.stdout
    assert "no training recipe" in refused("train", "demo")


@pytest.mark.engine
def test_a_model_without_a_known_shape(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    said = refused("estimate", "qwen3-1.7b", "--set", f"student.model={tmp_path}/nothing")
    assert "cannot be read" in said
