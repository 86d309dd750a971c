"""Write `MODEL_CARD.md` of the built-in models from what training and evaluation measured."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sure_math.builtin import MODELS
from sure_math.builtin.families import FAMILIES

_CARD = Path(__file__).with_name("model_card.md")

_ROLES = {
    "teacher": "solves, and evolves with six strategies",
    "judge": "says whether two answers are equal",
    "student": "solves, mostly without showing steps: a start for distillation",
}


_CLUSTERINGS = {
    "entropy, exact values": "exact value",
    "entropy, built-in judge": "built-in judge, both orders",
    "entropy, answer strings": "answer string",
}


def write_card(models: Path) -> None:
    """Write the card of the checkpoints in `models` from `training.json` and `figures.json`."""
    figures = json.loads((models / "figures.json").read_text())
    values = {
        "families": len(FAMILIES),
        "models": "\n".join(_model_row(models, name) for name in MODELS),
        "family_list": "\n".join(
            f"- *{name}*: {(family.__doc__ or '').replace('``', '`')}"
            for name, family in FAMILIES.items()
        ),
        "training": "\n".join(_training_rows(models, name) for name in MODELS),
        "samples": figures["samples"],
        "temperature": figures["temperature"],
        "evolver": "\n".join(_strategy_row(*item) for item in figures["evolver"].items()),
        "rounds": "\n".join(_round_row(*item) for item in enumerate(figures["rounds"])),
        "student": figures["student"]["greedy accuracy"],
    }
    values |= _teacher_values(figures["teacher"])
    values |= _verdict_values("judge", figures["judge"])
    values |= _verdict_values("own", figures["teacher"]["judge on the teacher's answers"])
    (models / "MODEL_CARD.md").write_text(_CARD.read_text().format(**values))


def _teacher_values(teacher: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "problems": teacher["problems"],
        "accuracy": teacher["greedy accuracy"],
        "levels": _list(teacher["by level"]),
        "styles": _list(teacher["by style"]),
        "boxed": teacher["boxed"],
        "finished": teacher["finished"],
        "entropy": "\n".join(_entropy_row(teacher, name) for name in _CLUSTERINGS),
    }


def _verdict_values(prefix: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{prefix}_accuracy": row["accuracy"],
        f"{prefix}_pairs": row["pairs"],
        f"{prefix}_yes": row["equal said yes"],
        f"{prefix}_no": row["different said no"],
    }


def _strategy_row(name: str, row: Mapping[str, Any]) -> str:
    shares = (row["in grammar"], row["as asked"], row["text changed"])
    return f"| {name} | " + " | ".join(f"{share:.3f}" for share in shares) + " |"


def _round_row(number: int, row: Mapping[str, Any]) -> str:
    return (
        f"| {number} | {row['mean entropy']:.3f} | {row['zero entropy']:.2f} | "
        f"{row['greedy accuracy']:.3f} | {row['in grammar']:.3f} |"
    )


def _entropy_row(teacher: Mapping[str, Any], name: str) -> str:
    row = teacher[name]
    sixths = " ".join(f"{value:.2f}" for value in row["accuracy in sixths of the rest"])
    return (
        f"| {_CLUSTERINGS[name]} | {row['auroc']:.3f} | {row['zero entropy']:.2f} | "
        f"{row['accuracy at zero']:.3f} | {sixths} |"
    )


def _model_row(models: Path, name: str) -> str:
    config = json.loads((models / name / "config.json").read_text())
    size = (models / name / "model.safetensors").stat().st_size
    return (
        f"| {name} | {_ROLES[name]} | {config['hidden_size']}, {config['num_hidden_layers']} | "
        f"{size / 2e6:.2f} million | {size / 1e6:.1f} MB |"
    )


def _training_rows(models: Path, name: str) -> str:
    return "\n".join(
        f"| {name} | {phase['recipe']} | {phase['steps']} | {phase['tokens'] / 1e6:.1f} | "
        f"{phase['loss']:.3f} | {phase['cpu_minutes']:.0f} | {phase['seed']} |"
        for phase in json.loads((models / name / "training.json").read_text())
    )


def _list(values: Mapping[str, float]) -> str:
    return ", ".join(f"{key} {value:.2f}" for key, value in values.items())
