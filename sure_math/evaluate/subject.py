"""Which model is evaluated, and the training that it comes from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sure_math.backends import model_name
from sure_math.errors import ConfigError, DataError
from sure_math.evaluate.results import read_object
from sure_math.model_config import ModelConfig
from sure_math.own_input import model_spec
from sure_math.section import Section
from sure_math.settings import Kind
from sure_math.train.record import CHECKPOINT, FINAL, TrainingFolder
from sure_math.train.record import RECORD as TRAINING

_BACKEND = re.compile(r"(builtin|openai|vllm|transformers):(.+)")


class _Chosen(Section):
    model: ModelConfig


_MODELS = Kind("model", _Chosen, ())


@dataclass(frozen=True)
class Subject:
    """A model to evaluate."""

    model: ModelConfig
    label: str
    """Its name in reports."""
    training: dict[str, Any] | None = None
    """The record of its training, if it lies in a training folder."""
    step: int | None = None
    """Optimizer steps it has been trained for."""


def subject(text: str, overrides: Sequence[str] = (), *, backend: str = "transformers") -> Subject:
    """The model that `text` names: `BACKEND:MODEL[@URL]`, or a folder, which `backend` runs.

    A training folder stands for its `final` model. `overrides` set fields of the model, as in
    `model.dtype=float32`.

    Raises:
        ConfigError: it has another form, or a setting is wrong.
        DataError: the record of its training cannot be read.
    """
    named = _BACKEND.fullmatch(text)
    if not named and not Path(text).is_dir():
        raise ConfigError(
            f"{text!r} is no model: there is no such folder",
            hint="write BACKEND:MODEL with backend vllm, transformers, builtin or openai, "
            "openai:MODEL@http://127.0.0.1:8000/v1, or name a folder",
        )
    backend, place = (named[1], Path(named[2])) if named else (backend, Path(text))
    folder = _model_folder(place) if backend != "openai" and place.is_dir() else None
    spec = {"backend": backend, "model": str(folder)} if folder else model_spec(text)
    model = _MODELS.resolve({"model": spec}, overrides).model
    if folder is None or not (folder.parent / TRAINING).is_file():
        return Subject(model, model_name(model))
    record = read_training(folder.parent)
    name = f"{folder.parent.resolve().name}/{folder.name}"
    return Subject(model, name, record, _step(folder, record))


def checkpoints(folder: Path, overrides: Sequence[str] = (), *, backend: str) -> list[Subject]:
    """The models of a training folder by optimizer steps; `final` stands for its last step.

    Raises:
        ConfigError: a setting of the model is wrong.
        DataError: it is no training folder, or holds no whole model yet.
    """
    record = read_training(folder)
    folders = [each.folder for each in TrainingFolder(folder).checkpoints()]
    if record.get("finished"):
        folders = [each for each in folders if _step(each, record) != record["steps"]]
        folders.append(folder / FINAL)
    if not folders:
        raise DataError(f"{folder} holds no whole checkpoint yet")
    return [subject(f"{backend}:{each}", overrides) for each in folders]


def read_training(folder: Path) -> dict[str, Any]:
    """The record of a training folder.

    Raises:
        DataError: there is none, or it is no JSON object.
    """
    return read_object(folder / TRAINING, "a training", f"{folder} is no training folder")


def _model_folder(path: Path) -> Path:
    """The folder of the model, which for a training folder is its last one."""
    return path / FINAL if (path / TRAINING).is_file() and (path / FINAL).is_dir() else path


def _step(folder: Path, record: dict[str, Any]) -> int | None:
    match = CHECKPOINT.fullmatch(folder.name)
    if match:
        return int(match[1])
    return record.get("steps") if folder.name == FINAL else None
