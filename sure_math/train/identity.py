"""What makes a model the same model: a commit of the hub, or the bytes of its files."""

import hashlib
import platform
from pathlib import Path
from typing import Any

from sure_math.train.recipe import TrainedModel

_CONTENT = ("*.safetensors", "*.bin", "config.json", "tokenizer*.json", "chat_template*")


def model_identity(model: TrainedModel) -> dict[str, Any]:
    """Name, and the hub's commit or a digest of weights, configuration and tokenizer."""
    folder = Path(model.place)
    if folder.is_dir():
        return {"model": model.model, "sha256": _digest(folder)}
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(model.place, revision=model.revision)
    return {"model": model.model, "commit": getattr(config, "_commit_hash", None)}


def device_name() -> str:
    """What the training runs on."""
    import torch

    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return f"CPU, {platform.machine()}"


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in _CONTENT for path in folder.glob(pattern)}):
        with path.open("rb") as handle:
            digest.update(path.name.encode())
            digest.update(hashlib.file_digest(handle, "sha256").digest())
    return digest.hexdigest()
