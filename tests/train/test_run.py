"""Trainings through the command line, in processes of their own: every method, kills, refusals.

The built-in student and teacher on a small release; steps take a fraction of a second.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from sure_math.backends import open_backend
from sure_math.backends.base import Completion, Message, Request, Sampling
from sure_math.builtin import model_path
from sure_math.model_config import BuiltinModel, TransformersModel
from sure_math.train.record import WHOLE
from tests.waiting import until

pytestmark = pytest.mark.engine
pytest.importorskip("trl")

LONGER = {
    "numpy": ("--set", "optimization.draws=12"),
    "generate": (
        "--set", "optimization.draws=12", "--set", "saving.keep=1",
        "--set", "rollout.engine=transformers",
    ),
}  # fmt: skip
"""Trainings of six steps, whose rollouts come from the numpy engine or from transformers."""

PLAIN_TEMPLATE = (
    "<|system|>solve{% for m in messages %}{% if m.role != 'assistant' %}<|user|>"
    "{{ m.content | trim }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""Keeps all of a prompt, a reference solution too."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A teacher whose chat template keeps a reference solution."""
    folder = tmp_path_factory.mktemp("reader")
    for path in model_path("teacher").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "chat_template.jinja").write_text(PLAIN_TEMPLATE)
    return folder


@pytest.fixture(scope="module")
def recipe(release: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Steps of two prompts, a checkpoint every second step."""
    settings = {
        "description": "for tests",
        "student": {"model": "builtin:student", "dtype": "float32"},
        "teacher": {"model": "builtin:teacher", "dtype": "float32"},
        "dataset": {"name": str(release)},
        "rollout": {
            "k": 2, "max_prompt_tokens": 700, "max_tokens": 48, "allow_dropped_system": True,
            "engine": "builtin",
        },
        "loss": {"top_k": 32},
        "optimization": {
            "learning_rate": 1e-3, "prompts_per_step": 2, "draws": 8, "micro_batch": 2,
            "gradient_checkpointing": False,
        },
        "grpo": {"k": 2},
        "saving": {"every": 2},
    }  # fmt: skip
    path = tmp_path_factory.mktemp("recipe") / "small.yaml"
    path.write_text(yaml.safe_dump(settings))
    return str(path)


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "sure_math.cli", "train", *map(str, arguments)]


def environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, words)), capture_output=True, text=True, timeout=500, env=environment()
    )


def trained(*arguments: str | Path) -> str:
    """What a training says that has to succeed."""
    done = run(*command(*arguments))
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def stopped_at(number: int, ready: Callable[[], bool], *arguments: str | Path) -> tuple[int, str]:
    """Exit code and words of a training that gets a signal as soon as it is `ready`."""
    with subprocess.Popen(
        command(*arguments), stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        until(lambda: ready() or process.poll() is not None)
        assert process.poll() is None, process.communicate()[1]
        process.send_signal(number)
        return process.wait(), process.communicate()[1]


def record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "training.json").read_text())
    return found


def figures(folder: Path) -> pl.DataFrame:
    """The log without what depends on the clock and the machine."""
    log = pl.read_parquet(folder / "log.parquet")
    spent = ("seconds", "step_time", "per_second", "memory")
    return log.filter(~pl.col("metric").str.contains_any(list(spent))).sort("step", "metric")


@pytest.fixture(scope="module")
def every_method(recipe: str, reader: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One training of two steps per method, all in one process: importing takes longest."""
    root = tmp_path_factory.mktemp("training")
    common = [recipe, "--set", "optimization.draws=4"]
    more = {
        "grpo": ["--set", "labels.use=majority"],
        "sdr": ["--set", f"sdr.teacher={reader}", "--set", "saving.every=1"],
        "binary": ["--set", "weighting.tau=1.0"],
    }
    calls = [
        [*common, "--method", method, "--out", str(root / method), *more.get(method, [])]
        for method in ("uopd", "opd", "binary", "sampler", "grpo", "sdr")
    ]
    calls += [[recipe, *LONGER[name], "--out", str(root / name)] for name in LONGER]
    code = (
        "import json, sys\nfrom sure_math.cli import main\n"
        "for call in json.loads(sys.argv[1]):\n"
        "    main(['train', *call], standalone_mode=False)\n"
    )
    done = run(sys.executable, "-c", code, json.dumps(calls))
    assert done.returncode == 0, done.stderr
    return root


@pytest.mark.parametrize("method", ["uopd", "opd", "binary", "sampler", "grpo", "sdr"])
def test_every_method_trains(every_method: Path, method: str) -> None:
    folder = every_method / method
    told = record(folder)
    assert told["finished"]
    assert (told["method"], told["steps"], told["processes"]) == (method, 2, 1)
    assert told["recipe"]["method"] == method
    assert told["rows"] == told["dataset"]["rows"] - told["counts"].get("unlabelled", 0)
    assert (told["mean_weight"] is not None) is (method in {"uopd", "sampler"})
    assert told["sessions"][0]["versions"].keys() >= {"sure-math", "torch", "transformers", "trl"}
    assert told["decisive"]["student"]["sha256"]
    assert (told["decisive"]["teacher"] is None) is (method == "grpo")
    for name in ("model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja"):
        assert (folder / "final" / name).is_file()
    assert not list(folder.glob("*.md"))


def test_labels_are_counted(every_method: Path, reader: Path) -> None:
    """Five rows have a verified answer; the others lend the teacher's majority answer or go."""
    rewarded, shown = record(every_method / "grpo"), record(every_method / "sdr")
    assert rewarded["counts"]["verified"] == shown["counts"]["verified"] == 5
    assert rewarded["counts"]["majority"] > 0
    assert shown["counts"]["unlabelled"] > 0
    assert shown["decisive"]["teacher"]["model"] == str(reader)


def test_log_and_draws_of_a_training(every_method: Path) -> None:
    folder = every_method / "uopd"
    told, log = record(folder), pl.read_parquet(folder / "log.parquet")
    by_step = {
        (step, metric): value
        for step, metric, value in log.select("step", "metric", "value").rows()
    }
    assert {step for step, _ in by_step} == {1, 2}
    known = {metric for _, metric in by_step}
    assert known >= {"loss", "weight", "teacher/topk_mass", "completions/mean_length",
                     "tokens_per_second", "peak_memory_gib", "generated_tokens"}  # fmt: skip
    lengths = [by_step[step, "completions/mean_length"] for step in (1, 2)]
    assert told["generated_tokens"] == sum(lengths) * told["sequences_per_step"]
    assert [each["step"] for each in told["checkpoints"]] == [2]
    assert told["checkpoints"][0]["generated_tokens"] == told["generated_tokens"]
    assert told["device_seconds"] == told["wall_seconds"] > 0
    draws = pl.read_parquet(folder / "draws.parquet")
    assert draws["draw"].to_list() == [0, 1, 2, 3]
    assert draws["step"].to_list() == [1, 1, 2, 2]


def test_methods_differ_in_the_loss_alone(every_method: Path) -> None:
    """The same draws; the first rollouts come from the same student."""
    first, second = (every_method / method for method in ("uopd", "opd"))
    draws = [pl.read_parquet(folder / "draws.parquet") for folder in (first, second)]
    assert draws[0].equals(draws[1])
    at_first = pl.col("step") == 1
    lengths = [
        figures(folder).filter(at_first, metric="completions/mean_length")["value"].item()
        for folder in (first, second)
    ]
    assert lengths[0] == lengths[1]
    weights = [
        figures(folder).filter(at_first, metric="weight")["value"].item()
        for folder in (first, second)
    ]
    assert weights[0] < weights[1] == 1


@pytest.mark.parametrize("name", ["final", "checkpoint-2"])
def test_a_trained_model_runs_everywhere(every_method: Path, name: str) -> None:
    """The numpy engine and transformers give one greedy answer, which is not the student's."""
    folder = str(every_method / "uopd" / name)
    request = Request("one", (Message("user", "What is 17 + 25?"),), Sampling(1, 0.0), seed=1)
    answers = []
    for model in (
        BuiltinModel(model=folder),
        TransformersModel(model=folder, dtype="float32"),
        BuiltinModel(model="student"),
    ):
        with open_backend(model) as backend:
            (found,) = backend.generate([request])
        assert isinstance(found, Completion)
        answers.append(found.samples[0])
    assert answers[0].text == answers[1].text
    assert answers[0].logprob == pytest.approx(answers[1].logprob, abs=1e-3)
    assert answers[0].logprob != pytest.approx(answers[2].logprob, abs=1e-6)


@pytest.mark.parametrize("name", LONGER)
def test_a_killed_training_goes_on_with_the_same_draws(
    recipe: str, every_method: Path, tmp_path: Path, name: str
) -> None:
    """kill -9 after a checkpoint, and another checkpoint half-written: as if nothing had been."""
    settings, whole = (recipe, *LONGER[name]), every_method / name
    broken = tmp_path / "broken"
    mark = broken / "checkpoint-2" / WHOLE
    code, _ = stopped_at(signal.SIGKILL, mark.is_file, *settings, "--out", broken)
    assert code == -signal.SIGKILL
    assert not record(broken)["finished"]
    torn = broken / "checkpoint-7"
    torn.mkdir()
    (torn / "model.safetensors").write_bytes(b"half a file")
    said = trained(*settings, "--out", broken)
    assert "half-written, so removed: checkpoint-7" in said
    assert "going on from checkpoint-" in said
    for file in ("draws.parquet", "final/model.safetensors"):
        assert (broken / file).read_bytes() == (whole / file).read_bytes(), file
    assert figures(broken).equals(figures(whole))
    told, unbroken = record(broken), record(whole)
    assert told["finished"]
    first, second = (each["from_step"] for each in told["sessions"])
    assert first == 0
    assert second >= 2
    assert told["generated_tokens"] == unbroken["generated_tokens"]
    steps = [each["step"] for each in told["checkpoints"]]
    assert steps == [each["step"] for each in unbroken["checkpoints"]] == [2, 4, 6]
    kept = sorted(path.name for path in broken.glob("checkpoint-*"))
    assert kept == sorted(path.name for path in whole.glob("checkpoint-*"))


def test_a_lost_model_is_written_again(recipe: str, every_method: Path, tmp_path: Path) -> None:
    """The last checkpoint has it; a finished training without its model is not finished."""
    settings, whole = (recipe, *LONGER["numpy"]), every_method / "numpy"
    copy = tmp_path / "copy"
    shutil.copytree(whole, copy)
    shutil.rmtree(copy / "final")
    assert "trained: " in trained(*settings, "--out", copy)
    lost = "final/model.safetensors"
    assert (copy / lost).read_bytes() == (whole / lost).read_bytes()


def test_interrupted_a_training_says_what_is_saved(recipe: str, tmp_path: Path) -> None:
    mark = tmp_path / "checkpoint-2" / WHOLE
    code, said = stopped_at(
        signal.SIGINT, mark.is_file,
        recipe, "--out", tmp_path, "--set", "optimization.draws=400",
    )  # fmt: skip
    assert code == 130
    assert "Saved: " in said
    assert "checkpoint-" in said.split("Saved: ")[1]
    assert "run the same command again" in said
    assert "Traceback" not in said


def test_a_full_disk_is_a_clear_error(recipe: str, tmp_path: Path) -> None:
    """No file may be larger than 1 MiB, which the weights are."""
    words = " ".join(command(recipe, "--out", tmp_path))
    done = run("bash", "-c", f"ulimit -f 1024; exec {words}")
    assert done.returncode == 1
    assert "error: cannot write" in done.stderr
    assert "Saved: no checkpoint yet" in done.stderr
    assert "Next: make room" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_processes_share_a_training(recipe: str, tmp_path: Path) -> None:
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    arguments = [*command(recipe, "--out", tmp_path)[1:], "--set", "optimization.draws=4"]
    done = run(*launch, *arguments)
    assert done.returncode == 0, done.stderr
    told = record(tmp_path)
    assert told["finished"]
    assert told["processes"] == 2
    assert told["device_seconds"] == pytest.approx(2 * told["wall_seconds"], abs=0.01)
    assert len(list((tmp_path / "checkpoint-2").glob("rng_state_*.pth"))) == 2
    assert (tmp_path / "final/model.safetensors").is_file()
    assert done.stderr.count("training     small") == 1
    again = run(*launch, *arguments)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("is finished") == 1
