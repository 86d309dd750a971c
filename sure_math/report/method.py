"""Methods as rows: what a row is called, and which settings of a recipe belong to it alone."""

import json
from collections.abc import Mapping
from typing import Any

from sure_math.train.recipe import Method, TrainRecipe

Settings = Mapping[str, Any]

ORDER: tuple[Method, ...] = ("opd", "grpo", "sdr", "binary", "sampler", "uopd")
NAMES: dict[Method, str] = {
    "opd": "Standard OPD",
    "grpo": "GRPO",
    "sdr": "Self-Distilled Reasoner",
    "binary": "Binary filter",
    "sampler": "Sampling by w_se",
    "uopd": "UOPD",
}
_IRRELEVANT = ("name", "description", "seed", "saving")
_OWN: dict[Method, tuple[str, ...]] = {
    "opd": (),
    "uopd": ("weighting.column", "weighting.samples"),
    "sampler": ("weighting.column", "weighting.samples"),
    "binary": ("weighting",),
    "grpo": ("grpo", "labels"),
    "sdr": ("sdr", "labels"),
}
"""Settings that only this method reads: they make a row of their own."""
_READ_WEIGHTS = ("uopd", "sampler", "binary")
_SWITCHED = ("method", "weighting", "grpo", "sdr", "labels")
PAIR = ("student", "teacher", "dataset")


def shared_settings(recipe: TrainRecipe) -> Settings:
    """What all methods read, by dotted name."""
    return {
        name: value
        for name, value in flat(recipe.content()).items()
        if name.split(".")[0] not in (*_IRRELEVANT, *_SWITCHED, *PAIR)
    }


def own_settings(recipe: TrainRecipe) -> Settings:
    """What only its method reads, by dotted name."""
    prefixes = _OWN[recipe.method]
    return {
        name: value
        for name, value in flat(recipe.content()).items()
        if any(name == each or name.startswith(f"{each}.") for each in prefixes)
    }


def weighs_fewer(recipe: TrainRecipe) -> bool:
    """Whether its weights come from fewer responses than the dataset has."""
    return recipe.method in _READ_WEIGHTS and recipe.weighting.samples is not None


def label_of(recipe: TrainRecipe) -> str:
    """The name of a row: the method, and which of its variants."""
    details = []
    if recipe.method == "binary":
        details.append(threshold(recipe))
    if recipe.method == "sdr":
        self_taught = recipe.sdr.teacher == "self"
        details.append("self teacher" if self_taught else "external teacher")
    if recipe.method in _READ_WEIGHTS:
        if recipe.weighting.samples:
            details.append(f"N = {recipe.weighting.samples}")
        if recipe.weighting.column != "w_se":
            details.append(recipe.weighting.column)
    return f"{NAMES[recipe.method]} ({', '.join(details)})" if details else NAMES[recipe.method]


def threshold(recipe: TrainRecipe) -> str:
    """The condition under which the binary filter keeps a prompt."""
    unit = "H/log N" if recipe.weighting.tau_unit == "normalized" else "H in nats"
    return f"{unit} ≤ {recipe.weighting.tau:g}"


def differing(settings: Settings, reference: Settings) -> list[str]:
    """What differs from a reference, for people: `rollout.k = 8 (4)`."""
    return [
        f"{name} = {settings.get(name)} ({reference.get(name)})"
        for name in sorted({*settings, *reference})
        if settings.get(name) != reference.get(name)
    ]


def flat(content: Settings, prefix: str = "") -> dict[str, Any]:
    """Nested settings by dotted name."""
    found: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, Mapping) and value:
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def as_text(value: Any) -> str:
    """Settings as a key: equal for equal ones."""
    return json.dumps(value, sort_keys=True)
