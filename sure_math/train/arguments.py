"""From a training recipe to the configurations of the trainers: every setting in one place.

Both trainers get the same steps, rollouts per step, optimizer, lengths and sampling; what differs
is the method.
"""

from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from trl import GRPOConfig

from sure_math.errors import ConfigError
from sure_math.train.config import UOPDConfig
from sure_math.train.processes import on_cpu
from sure_math.train.recipe import WEIGHTINGS, TrainedModel, TrainRecipe

TEACHER_PROMPT = "teacher_prompt"
"""Column with the prompts in which the teacher is shown a reference solution."""
_FREE = frozenset({"bf16", "dataloader_pin_memory", "disable_tqdm", "logging_steps",
                   "lr_scheduler_type", "report_to", "use_cpu"})  # fmt: skip
"""What is set here but no setting of a recipe decides."""


def distillation_config(recipe: TrainRecipe, folder: Path, world: int, steps: int) -> UOPDConfig:
    """Settings of `UOPDTrainer` for a method that has a teacher.

    For GRPO they only say which prompts are drawn.

    Args:
        folder: the training folder.
        world: processes that train together.
        steps: optimizer steps; 0: as many as the draws make.

    Raises:
        ConfigError: a value is outside its range; `trainer` names what it must not.
    """
    teacher = recipe.teaching
    given = _common(recipe, folder, world) | {
        "num_generations": recipe.rollout.k,
        "weighting": WEIGHTINGS[recipe.method],
        "weight_column": recipe.weighting.column,
        "tau": recipe.weighting.tau,
        "tau_unit": recipe.weighting.tau_unit,
        "draws": recipe.optimization.draws,
        "loss_top_k": recipe.loss.top_k,
        "loss_temperature": recipe.loss.temperature,
        "truncation": recipe.loss.truncation,
        "loss_mean": recipe.loss.mean,
        "teacher_prompt_column": TEACHER_PROMPT if recipe.method == "sdr" else None,
        "teacher_model_init_kwargs": _loading(teacher) if teacher else None,
        "rollout_engine": recipe.rollout.engine,
        "max_steps": steps or -1,
    }
    more = {} if recipe.method == "grpo" else recipe.trainer
    config: UOPDConfig = _made(UOPDConfig, given, more)
    return config


def grpo_config(recipe: TrainRecipe, folder: Path, world: int, steps: int) -> GRPOConfig:
    """Settings of TRL's GRPO: as many steps and rollouts as the other methods take.

    Raises:
        ConfigError: `trainer` names what it must not.
    """
    given = _common(recipe, folder, world) | {
        "learning_rate": recipe.grpo.learning_rate or recipe.optimization.learning_rate,
        "num_generations": recipe.grpo.k,
        "beta": recipe.grpo.beta,
        "use_vllm": recipe.rollout.engine == "vllm",
        "max_steps": steps,
    }
    return _made(GRPOConfig, given, recipe.trainer)


def _made(kind: type[Any], given: dict[str, Any], more: dict[str, Any]) -> Any:
    """A configuration with further settings of TRL.

    They say nothing that the recipe says: its record would be wrong, and runs that differ in more
    than their method would stand in one table.
    """
    known = {field.name for field in fields(kind)}
    for name in more.keys() - known:
        near = get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise ConfigError(f"trainer.{name}: {kind.__name__} has no such setting{meant}")
    if decided := sorted(more.keys() & given.keys() - _FREE):
        raise ConfigError(
            f"trainer.{decided[0]}: the recipe decides it",
            hint="change the recipe's own setting (optimization, rollout, loss, saving, ...)",
        )
    return kind(**(given | more))


def _common(recipe: TrainRecipe, folder: Path, world: int) -> dict[str, Any]:
    """What both configurations have."""
    chosen, rollout = recipe.optimization, recipe.rollout
    without_gpu = on_cpu()
    return {
        "output_dir": str(folder),
        "seed": recipe.seed,
        "use_cpu": without_gpu,
        "bf16": not without_gpu or recipe.student.dtype == "bfloat16",
        "dataloader_pin_memory": not without_gpu,
        "model_init_kwargs": _loading(recipe.student),
        "per_device_train_batch_size": chosen.micro_batch,
        "gradient_accumulation_steps": recipe.sequences_per_step // (chosen.micro_batch * world),
        "num_train_epochs": 1,
        "learning_rate": chosen.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": chosen.warmup_ratio,  # below 1 it is a share of the steps
        "adam_beta1": chosen.betas[0],
        "adam_beta2": chosen.betas[1],
        "weight_decay": chosen.weight_decay,
        "max_grad_norm": chosen.max_grad_norm,
        "gradient_checkpointing": chosen.gradient_checkpointing,
        "max_completion_length": rollout.max_tokens,
        "temperature": rollout.temperature,
        "top_p": rollout.top_p,
        "chat_template_kwargs": {"enable_thinking": rollout.enable_thinking},
        "shuffle_dataset": False,  # the draws are the order
        "save_strategy": "steps",
        "save_steps": recipe.saving.every,
        "logging_steps": 1,
        "report_to": "none",
        "disable_tqdm": True,
        **({"vllm_mode": "colocate", **rollout.engine_args} if rollout.engine == "vllm" else {}),
    }


def _loading(model: TrainedModel) -> dict[str, Any]:
    """How a checkpoint is loaded."""
    given: dict[str, Any] = {"dtype": model.dtype}
    if model.revision is not None:
        given["revision"] = model.revision
    if model.attn_implementation is not None:
        given["attn_implementation"] = model.attn_implementation
    return given
