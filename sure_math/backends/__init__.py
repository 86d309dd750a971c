"""Model backends behind one protocol; `open_backend` is the only place that knows them all."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sure_math.backends.base import Backend
from sure_math.model_config import BuiltinModel, ModelConfig, OpenAIModel, VllmModel

__all__ = ["model_identity", "model_name", "open_backend"]

_STEP = re.compile(r"final|checkpoint-\d+")
_SMALL = 64 * 2**20  # bytes
_BLOCKS, _BLOCK = 256, 2**16


def open_backend(config: ModelConfig) -> Backend:
    """Start the backend a recipe names.

    Raises:
        BackendError: the engine is not installed, does not start or cannot be reached.
    """
    if isinstance(config, BuiltinModel):
        from sure_math.backends.builtin import BuiltinBackend

        return BuiltinBackend(config)
    if isinstance(config, OpenAIModel):
        from sure_math.backends.openai import OpenAIBackend

        return OpenAIBackend(config)
    if isinstance(config, VllmModel):
        from sure_math.backends.vllm import VllmBackend

        return VllmBackend(config)
    from sure_math.backends.transformers import TransformersBackend

    return TransformersBackend(config)


def model_name(config: ModelConfig) -> str:
    """The name written into rows and cards; of a folder of this machine only its own name, and for
    a step of a training that of the training."""
    if isinstance(config, BuiltinModel):
        return f"builtin/{_name(config.model)}"
    return _name(config.model) if _local_folder(config) else config.model


def _name(folder: str) -> str:
    path = Path(folder)
    return "/".join(path.resolve().parts[-2:]) if _STEP.fullmatch(path.name) else path.name


def model_identity(config: ModelConfig) -> dict[str, Any]:
    """What decides a model's answers, as JSON values: settings, and for local weights a digest."""
    identity = config.content()
    folder = _local_folder(config)
    if folder is not None:
        identity["weights"] = _digest(folder)
    return identity


def _local_folder(config: ModelConfig) -> Path | None:
    if isinstance(config, OpenAIModel):
        return None
    if isinstance(config, BuiltinModel):
        from sure_math.backends.builtin import checkpoint_folder

        return checkpoint_folder(config.model)
    folder = Path(config.model)
    return folder if folder.is_dir() else None


def _digest(folder: Path) -> str:
    """Names, sizes and content of all files; of huge ones, blocks from everywhere: weights that
    were trained on differ in all of them."""
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(folder.glob("*")):
        if path.is_file():
            size = path.stat().st_size
            digest.update(f"{path.name}:{size};".encode())
            for block in _blocks(path, size):
                digest.update(block)
    return digest.hexdigest()


def _blocks(path: Path, size: int) -> Iterator[bytes]:
    if size <= _SMALL:
        yield path.read_bytes()
        return
    with path.open("rb") as handle:
        for number in range(_BLOCKS):
            handle.seek(number * (size - _BLOCK) // (_BLOCKS - 1))
            yield handle.read(_BLOCK)
