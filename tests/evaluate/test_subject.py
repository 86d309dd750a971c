"""Models by name, by folder and from a training."""

import json
from pathlib import Path
from typing import Any

import pytest

from sure_math.errors import ConfigError, DataError
from sure_math.evaluate.subject import checkpoints, subject
from sure_math.model_config import BuiltinModel, OpenAIModel, TransformersModel, VllmModel


def training(folder: Path, *names: str, **record: Any) -> Path:
    """Folders of models; a checkpoint is whole when it lists its files."""
    folder.mkdir()
    for name in names:
        (folder / name).mkdir()
        if name.startswith("checkpoint-"):
            (folder / name / "weights").write_text("12")
            note = {"step": int(name.split("-")[1]), "files": {"weights": 2}}
            (folder / name / "whole.json").write_text(json.dumps(note))
    record = {"steps": 40, "finished": "final" in names, **record}
    (folder / "training.json").write_text(json.dumps(record))
    return folder


def test_a_named_model() -> None:
    found = subject("openai:gpt@http://127.0.0.1:1/v1", ("model.concurrency=2",))
    assert found.model == OpenAIModel(model="gpt", base_url="http://127.0.0.1:1/v1", concurrency=2)
    assert (found.label, found.training, found.step) == ("gpt", None, None)
    assert subject("vllm:Qwen/Qwen3-8B").model == VllmModel(model="Qwen/Qwen3-8B")
    assert subject("builtin:student").label == "builtin/student"


def test_a_folder(tmp_path: Path) -> None:
    found = subject(str(tmp_path))
    assert found.model == TransformersModel(model=str(tmp_path))
    assert found.training is None
    assert subject(str(tmp_path), backend="vllm").model == VllmModel(model=str(tmp_path))


def test_a_training_folder_and_its_checkpoints(tmp_path: Path) -> None:
    folder = training(tmp_path / "uopd", "checkpoint-20", "final")
    for place in (folder, folder / "final"):
        found = subject(f"builtin:{place}")
        assert found.model == BuiltinModel(model=str(folder / "final"))
        assert (found.label, found.step) == ("uopd/final", 40)
        assert found.training is not None
        assert found.training["finished"]
    assert subject(str(folder / "checkpoint-20")).step == 20


def test_every_checkpoint_in_order_and_each_step_once(tmp_path: Path) -> None:
    names = ("checkpoint-20", "checkpoint-100", "checkpoint-40", "final")
    folder = training(tmp_path / "uopd", *names, steps=100)
    (folder / "checkpoint-60").mkdir()  # it was being written when the training was killed
    found = checkpoints(folder, backend="builtin")
    assert [each.step for each in found] == [20, 40, 100]
    assert [each.label for each in found] == [
        "uopd/checkpoint-20", "uopd/checkpoint-40", "uopd/final"
    ]  # fmt: skip
    assert all(each.training for each in found)


def test_a_training_under_way(tmp_path: Path) -> None:
    folder = training(tmp_path / "uopd", "checkpoint-20", steps=20)
    (folder / "final").mkdir()  # not finished: it may be half written
    assert [each.step for each in checkpoints(folder, backend="builtin")] == [20]


def test_what_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        subject("Qwen3")
    with pytest.raises(ConfigError, match="did you mean dtype"):
        subject("vllm:x", ("model.dtyp=auto",))
    with pytest.raises(DataError, match="is no training folder"):
        checkpoints(tmp_path, backend="builtin")
    with pytest.raises(DataError, match="no whole checkpoint yet"):
        checkpoints(training(tmp_path / "new"), backend="builtin")
    (training(tmp_path / "odd", "final") / "training.json").write_text("{")
    with pytest.raises(DataError, match="is not JSON"):
        subject(f"builtin:{tmp_path / 'odd'}")
