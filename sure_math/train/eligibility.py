"""Which rows can be trained on: prompts that leave room for a response, entropies below tau,
weights above 0, and enough of them for a step."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sure_math.errors import ConfigError, DataError
from sure_math.train.checkpoints import Checkpoint
from sure_math.train.draws import Rule, eligible
from sure_math.train.recipe import WEIGHTINGS, TrainRecipe
from sure_math.train.rows import some

if TYPE_CHECKING:
    from datasets import Dataset


def room_for_prompts(recipe: TrainRecipe, checkpoint: Checkpoint) -> float:
    """Tokens that a prompt may have before the longest response; infinite if the model sets none.

    Raises:
        ConfigError: the response alone fills the model's positions.
    """
    if checkpoint.positions is None:
        return float("inf")
    room = checkpoint.positions - recipe.rollout.max_tokens
    if room < 1:
        raise ConfigError(
            f"rollout.max_tokens is {recipe.rollout.max_tokens}, but {checkpoint.name} has only "
            f"{checkpoint.positions} positions for prompt and response",
            hint="set rollout.max_tokens lower",
        )
    return room


def fitting(
    rows: "Dataset", lengths: Sequence[int], room: float, *, what: str, drop: bool
) -> list[int]:
    """The numbers of the rows whose prompts are not too long.

    Args:
        lengths: tokens of the prompt of every row.
        room: tokens that a prompt may have.
        what: whose prompts, and where the limit comes from, for messages.
        drop: leave long ones out; otherwise they are an error.

    Raises:
        DataError: some are too long and may not be dropped, or all are.
    """
    kept = [row for row, length in enumerate(lengths) if length <= room]
    if len(kept) == len(lengths) or (drop and kept):
        return kept
    names = rows["problem_id"][:]
    long = [names[row] for row, length in enumerate(lengths) if length > room]
    raise DataError(
        f"{len(long)} of {len(lengths)} prompts are longer than {room} tokens ({what}), the "
        f"longest has {max(lengths)}: {some(long)}",
        hint="allow longer prompts, or set rollout.drop_long=true to leave these rows out"
        if kept
        else "allow longer prompts",
    )


def check_enough(recipe: TrainRecipe, rows: "Dataset") -> list[str]:
    """That something can be learned from the rows, and that they fill a step.

    Returns: findings, for people.

    Raises:
        DataError: no row is left, or fewer than a step takes.
    """
    left = _eligible(recipe, rows)
    prompts = recipe.prompts_per_step
    findings: list[str] = []
    if recipe.method == "binary":
        tau = f"{recipe.weighting.tau} {recipe.weighting.tau_unit}"
        findings.append(f"{left} of {len(rows)} rows have an entropy of {tau} or less")
    if left >= prompts:
        return findings
    if not recipe.optimization.draws:
        raise DataError(
            f"one step takes {prompts} prompts, but there are {left} rows",
            hint="set optimization.draws, or optimization.prompts_per_step lower",
        )
    return [*findings, f"{left} rows for {prompts} prompts per step: prompts repeat within a step"]


def _eligible(recipe: TrainRecipe, rows: "Dataset") -> int:
    """Rows that can be drawn and that move the student."""
    chosen = recipe.weighting
    rule = Rule(WEIGHTINGS[recipe.method], chosen.column, chosen.tau, chosen.tau_unit)
    numbers, chances = eligible(rows, rule)
    if rule.weighting == "soft" and not any(rows[rule.column][:]):
        raise DataError(
            f"all {len(rows)} weights in {rule.column!r} are 0: nothing would be learned",
            hint="train with method=opd, or look at how the weights were made",
        )
    return len(numbers) if chances is None else int((chances > 0).sum())
