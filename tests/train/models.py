"""Folders with a tokenizer and a configuration, but no weights: all that preflight reads."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sure_math.builtin import model_path

WHOLE = (
    "{%- for turn in messages -%}<|{{ turn.role }}|>{{ turn.content }}{%- endfor -%}"
    "{%- if add_generation_prompt -%}<|assistant|>{%- endif -%}"
)
"""A chat template that keeps everything."""


def copy(folder: Path, template: str | None = None) -> Path:
    """The built-in student, with another chat template if one is given."""
    shutil.copytree(
        model_path("student"), folder, ignore=shutil.ignore_patterns("model.safetensors")
    )
    if template is not None:
        (folder / "chat_template.jinja").write_text(template)
    return folder


def edit(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change a JSON file in place."""
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))
