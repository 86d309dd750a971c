"""What a model is called, and when two folders hold the same one."""

from pathlib import Path

import pytest

from sure_math.backends import model_identity, model_name
from sure_math.model_config import BuiltinModel, TransformersModel


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("models/qwen", "qwen"),
        ("training/miniature-uopd-seed0/final", "miniature-uopd-seed0/final"),
        ("training/miniature-uopd-seed0/checkpoint-8", "miniature-uopd-seed0/checkpoint-8"),
        ("finals/checkpoint-x", "checkpoint-x"),
    ],
)
def test_a_folder_is_called_by_its_own_name(tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / folder).mkdir(parents=True)
    assert model_name(TransformersModel(model=str(tmp_path / folder))) == name
    assert model_name(BuiltinModel(model=str(tmp_path / folder))) == f"builtin/{name}"


def test_a_model_of_a_hub_keeps_its_whole_name() -> None:
    assert model_name(TransformersModel(model="Qwen/Qwen3-4B")) == "Qwen/Qwen3-4B"
    assert model_name(BuiltinModel(model="teacher")) == "builtin/teacher"


@pytest.mark.parametrize("size", [1000, 65 * 2**20])
def test_weights_of_equal_size_are_told_apart(tmp_path: Path, size: int) -> None:
    weights = tmp_path / "model.safetensors"
    found = []
    for byte in (b"a", b"b", b"a"):
        weights.write_bytes(byte * size)
        found.append(model_identity(TransformersModel(model=str(tmp_path)))["weights"])
    assert found[0] == found[2] != found[1]
