"""Every check before a model is loaded: what would fail, or silently train on something else.

    data = load_training_data(recipe)
    preflight = check(recipe, data, world_size)     # raises ConfigError or DataError
    train_on(preflight.data.rows)

An error says what is wrong and what would be right. What is no error but should be known is in
`findings`, for the console and for the record of the run.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

from sure_math.errors import ConfigError, DataError
from sure_math.prompts import load_prompt
from sure_math.train.checkpoints import Checkpoint, check_one_vocabulary, read_checkpoint
from sure_math.train.eligibility import check_enough, fitting, room_for_prompts
from sure_math.train.recipe import TrainRecipe
from sure_math.train.rows import WEIGHTED, TrainingData
from sure_math.train.teaching import teacher_prompts
from sure_math.train.templates import (
    check_parts,
    check_system,
    check_thinking,
    drops_system,
    lengths,
    rendered,
)

_EXTRA = ("torch", "transformers", "accelerate", "trl")
_SAMPLE = 64
"""Prompts that both tokenizers read."""


@dataclass(frozen=True)
class Preflight:
    """What was found; the run may begin."""

    data: TrainingData
    """The rows to train on, without those that were dropped as too long. `teacher_prompt` is text
    where the teacher's chat template is another than the student's, else chat messages."""
    findings: tuple[str, ...]
    """What is no error but should be known, one sentence each."""
    longest_prompt: int
    """Tokens of the longest prompt of the student."""


def check(recipe: TrainRecipe, data: TrainingData, world_size: int = 1) -> Preflight:
    """All checks; nothing of a model is read but its configuration and its tokenizer.

    Args:
        data: what `load_training_data(recipe)` gave.
        world_size: processes that train together.

    Raises:
        ConfigError: the recipe, its models or their chat templates do not go together.
        DataError: its rows cannot be trained on.
    """
    findings = check_recipe(recipe, world_size)
    findings += _about_annotation(recipe, data)
    student = read_checkpoint(recipe.student, "student")
    texts = rendered(student, data.rows["prompt"][:], recipe.rollout.enable_thinking)
    findings += _check_template(recipe, data, student, texts)
    tokens = lengths(student, texts)
    kept = set(_short_enough(recipe, data, student, tokens))
    if recipe.teaching is not None:
        teacher = read_checkpoint(recipe.teaching, "teacher")
        check_one_vocabulary(student, teacher, texts[:_SAMPLE])
        data, shown, about = teacher_prompts(recipe, data, student, teacher, texts)
        findings += about
        kept &= set(_short_enough(recipe, data, teacher, lengths(teacher, shown)))
    if len(kept) < len(tokens):
        data = _without_long(data, sorted(kept))
        findings.append(f"{data.counts['too_long']} rows are left out: their prompts are too long")
    findings += check_enough(recipe, data.rows)
    return Preflight(data, tuple(findings), max(tokens[row] for row in kept))


def check_recipe(recipe: TrainRecipe, world_size: int = 1) -> list[str]:
    """The checks that need neither data nor models.

    Returns: findings, as those of `check`.

    Raises:
        ConfigError: something is not installed, or a step cannot be divided.
    """
    _check_installed(recipe)
    _check_division(recipe, world_size)
    settings = recipe.optimization
    if not settings.draws:
        if recipe.method == "sampler":
            raise ConfigError(
                "method sampler draws prompts, but optimization.draws is 0",
                hint="set optimization.draws",
            )
        return []
    steps, rest = divmod(settings.draws, settings.prompts_per_step)
    if not steps:
        raise ConfigError(
            f"optimization.draws is {settings.draws}, but one step takes "
            f"{settings.prompts_per_step} prompts",
            hint="draw more, or set optimization.prompts_per_step lower",
        )
    return [f"the last {rest} of {settings.draws} draws fill no step"] if rest else []


def _check_installed(recipe: TrainRecipe) -> None:
    missing = [name for name in _EXTRA if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f"training needs {', '.join(missing)}", hint="pip install 'sure-math[train]'"
        )
    if recipe.rollout.engine != "vllm":
        return
    import torch

    if find_spec("vllm") is None or not torch.cuda.is_available():
        what = "vllm is not installed" if find_spec("vllm") is None else "there is no GPU"
        raise ConfigError(
            f"rollout.engine is vllm, but {what}",
            hint="pip install 'sure-math[train,vllm]' on a machine with a GPU, or set "
            "rollout.engine=transformers",
        )


def _check_division(recipe: TrainRecipe, world_size: int) -> None:
    """That every process has the same number of whole micro batches in a step."""
    settings, sequences = recipe.optimization, recipe.sequences_per_step
    if sequences % (settings.micro_batch * world_size) == 0:
        return
    fitting = [size for size in range(1, sequences + 1) if sequences % (size * world_size) == 0]
    unit = math.lcm(settings.micro_batch * world_size, recipe.rollout.k) // recipe.rollout.k
    below = settings.prompts_per_step // unit * unit
    prompts = " or ".join(str(each) for each in (below, below + unit) if each)
    sizes = f"optimization.micro_batch={{{','.join(map(str, fitting))}}} or " if fitting else ""
    raise ConfigError(
        f"a step of {settings.prompts_per_step} prompts with {recipe.rollout.k} rollouts has "
        f"{sequences} sequences, which micro batches of "
        f"{settings.micro_batch} on {world_size} process{'es' * (world_size > 1)} do not divide",
        hint=f"{sizes}optimization.prompts_per_step={prompts}",
    )


def _about_annotation(recipe: TrainRecipe, data: TrainingData) -> list[str]:
    """Where training and annotation differ in what a weight is about."""
    findings: list[str] = []
    if data.identity.split != "train":
        findings.append(f"the rows are those of the split {data.identity.split}, not of train")
    sha = load_prompt(recipe.rollout.prompt).sha
    if data.annotation and data.annotation.prompt_sha != sha:
        findings.append("the dataset was annotated with another prompt than rollout.prompt")
    names = set(data.rows["teacher"][:]) if "teacher" in data.rows.column_names else set()
    teacher = recipe.teaching
    if teacher and names and recipe.method in WEIGHTED and not _is_among(teacher.model, names):
        findings.append(
            f"the weights are about {', '.join(sorted(names))}, the teacher is {teacher.model}"
        )
    return findings


def _is_among(model: str, names: set[str]) -> bool:
    """Whether a teacher is one of those of the annotation, by the last part of its name."""
    return _short(model) in {_short(name) for name in names}


def _short(name: str) -> str:
    return name.rstrip("/").replace(":", "/").rpartition("/")[2].lower()


def _check_template(
    recipe: TrainRecipe, data: TrainingData, student: Checkpoint, texts: Sequence[str]
) -> list[str]:
    """That the student reads the whole prompt, in the mode of the annotation."""
    prompts = data.rows["prompt"][:]
    findings = check_system(
        student,
        dropped=drops_system(prompts, texts),
        allowed=recipe.rollout.allow_dropped_system,
    )
    check_parts(student, "the problem", data.rows["problem"][:], texts)
    annotated = data.annotation.enable_thinking if data.annotation else None
    thinking = recipe.rollout.enable_thinking
    return findings + check_thinking(student, prompts, thinking, annotated)


def _short_enough(
    recipe: TrainRecipe, data: TrainingData, checkpoint: Checkpoint, tokens: Sequence[int]
) -> list[int]:
    """Rows whose prompt the recipe allows the student, and which fits either model."""
    room, what = room_for_prompts(recipe, checkpoint), f"what {checkpoint.name} has room for"
    limit = recipe.rollout.max_prompt_tokens
    if checkpoint.role == "student" and limit < room:
        room, what = limit, "rollout.max_prompt_tokens"
    return fitting(data.rows, tokens, room, what=what, drop=recipe.rollout.drop_long)


def _without_long(data: TrainingData, kept: Sequence[int]) -> TrainingData:
    if not kept:
        raise DataError("every row has a prompt that is too long for the student or the teacher")
    counts = data.counts | {"too_long": len(data.rows) - len(kept)}
    return replace(data, rows=data.rows.select(kept), counts=counts)
