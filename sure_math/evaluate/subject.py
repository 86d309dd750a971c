"""Which model is evaluated, and the training that it comes from."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sure_math.backends import model_name
from sure_math.builtin import MODELS, model_path
from sure_math.errors import ConfigError, DataError
from sure_math.model_config import ModelConfig, TransformersModel
from sure_math.own_input import model_spec
from sure_math.section import Section
from sure_math.settings import Kind
from sure_math.train.recipe import TrainedModel

TRAINING = "training.json"
"""The record in a training folder."""
FINAL = "final"
_CHECKPOINT = re.compile(r"checkpoint-(\d+)")
_BACKEND = re.compile(r"(builtin|openai|vllm|transformers):(.+)")


class _Chosen(Section):
    model: ModelConfig


_MODELS = Kind(
    "model", _Chosen, (), {"model": TransformersModel(model="none").model_dump(mode="json")}
)


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
    """The models of a training folder by optimizer steps, the student as it started first.

    `final` takes the place of a checkpoint of the same step.

    Raises:
        ConfigError: a setting of the model is wrong.
        DataError: it is no training folder, or holds no model yet.
    """
    record = read_training(folder)
    names = [path.name for path in folder.glob("checkpoint-*") if _CHECKPOINT.fullmatch(path.name)]
    if (folder / FINAL).is_dir():
        names.append(FINAL)
    if not names:
        raise DataError(f"{folder} holds no checkpoint yet")
    found = [subject(f"{backend}:{folder / name}", overrides) for name in sorted(names)]
    found.insert(0, _start(folder, record, overrides, backend))
    by_step = {each.step: each for each in found}  # "final" comes after "checkpoint-"
    return sorted(by_step.values(), key=lambda each: each.step or 0)


def _start(folder: Path, record: dict[str, Any], overrides: Sequence[str], backend: str) -> Subject:
    """The student before its first step.

    Raises:
        DataError: the record does not name it.
    """
    try:
        student = TrainedModel.model_validate(record["recipe"]["student"])
    except (KeyError, TypeError, ValidationError) as error:
        raise DataError(f"{folder / TRAINING} does not name the student: {error}") from error
    name = student.model.removeprefix("builtin:")
    shipped = student.model.startswith("builtin:") and name in MODELS
    place = str(model_path(name)) if shipped else name
    pinned = (f"model.revision='{student.revision}'",) if student.revision else ()
    start = subject(f"{backend}:{place}", (*overrides, *pinned))
    return Subject(start.model, f"{folder.resolve().name}/start", record, 0)


def read_training(folder: Path) -> dict[str, Any]:
    """The record of a training folder.

    Raises:
        DataError: there is none, or it is no JSON object.
    """
    path = folder / TRAINING
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{folder} is no training folder: {error.strerror or error}") from error
    except ValueError as error:
        raise DataError(f"{path} is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise DataError(f"{path} is not the record of a training")
    return record


def _model_folder(path: Path) -> Path:
    """The folder of the model, which for a training folder is its last one."""
    return path / FINAL if (path / TRAINING).is_file() and (path / FINAL).is_dir() else path


def _step(folder: Path, record: dict[str, Any]) -> int | None:
    match = _CHECKPOINT.fullmatch(folder.name)
    if match:
        return int(match[1])
    return record.get("steps") if folder.name == FINAL else None
