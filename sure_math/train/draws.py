"""Which prompts are trained on, in which order, with which weight: all of it known before the
first step.

The order is an index list made from the seed alone, so a resumed run goes on with the same prompts
whatever has happened to other random numbers.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from sure_math.errors import DataError

if TYPE_CHECKING:
    from datasets import Dataset

    from sure_math.train.config import UOPDConfig

_ENTROPY_COLUMN = "semantic_entropy"
_TAU_TOLERANCE = 1e-6
"""Entropies come from sums of logarithms: one of exactly tau may be stored a hair above."""

ROUNDING = 1e-9
"""A weight of exactly 0 or 1 may be stored a hair outside."""

Numbers = NDArray[np.float64]
Weighting = Literal["soft", "binary", "uniform", "sampler"]
TauUnit = Literal["normalized", "nats"]


@dataclass(frozen=True)
class Rule:
    """Which rows may be drawn; the fields are those of `UOPDConfig`."""

    weighting: Weighting
    column: str
    tau: float
    tau_unit: TauUnit


def draw(rows: "Dataset", config: "UOPDConfig") -> NDArray[np.int64]:
    """Row numbers in the order of training, for one epoch.

    Raises:
        DataError: a needed column is missing or holds a number that it must not; no row is left;
            fewer than one step takes.
    """
    indices, chances = eligible(rows, _rule(config))
    seed = config.data_seed if config.data_seed is not None else config.seed
    rng = np.random.default_rng(seed)
    if config.draws:
        order = rng.choice(indices, size=config.draws, p=chances)
    else:
        order = rng.permutation(indices) if config.shuffle_dataset else indices
    if len(order) < config.prompts_per_step:
        raise DataError(
            f"one step takes {config.prompts_per_step} prompts, but there are {len(order)}",
            hint="set draws, or make per_device_train_batch_size smaller",
        )
    return order


def _rule(config: "UOPDConfig") -> Rule:
    return Rule(config.weighting, config.weight_column, config.tau, config.tau_unit)


def check_weights(rows: "Dataset", config: "UOPDConfig") -> None:
    """Every weight that the loss will read is a number in [0, 1].

    Raises:
        DataError: it is not.
    """
    if config.weighting == "soft":
        _numbers(rows, config.weight_column, high=1.0)


def weight(row: dict[str, Any], config: "UOPDConfig") -> float:
    """The factor of a rollout's loss: only soft weighting has one (eq. 8)."""
    return float(row[config.weight_column]) if config.weighting == "soft" else 1.0


def eligible(rows: "Dataset", rule: Rule) -> tuple[NDArray[np.int64], Numbers | None]:
    """Row numbers that may be drawn, and with which probabilities; None: all alike.

    Raises:
        DataError: a needed column is missing or holds a number that it must not; no row is left.
    """
    everything = np.arange(len(rows))
    if rule.weighting == "uniform":
        return everything, None
    if rule.weighting == "binary":
        return _certain_enough(rows, rule), None
    weights = _numbers(rows, rule.column, high=1.0)
    if rule.weighting == "soft":
        return everything, None
    if not weights.any():
        raise DataError(
            f"all {len(rows)} weights in {rule.column!r} are 0: nothing can be drawn",
            hint="look at how the weights were made",
        )
    return everything, weights / weights.sum()


def _certain_enough(rows: "Dataset", rule: Rule) -> NDArray[np.int64]:
    """The rows that the binary filter keeps."""
    entropies = _entropies(rows, rule)
    kept = np.flatnonzero(entropies <= rule.tau + _TAU_TOLERANCE)
    if not len(kept):
        raise DataError(
            f"no row has an entropy of {rule.tau} {rule.tau_unit} or less; the lowest is "
            f"{entropies.min():.3f}",
            hint="raise tau, or look at tau_unit",
        )
    return kept


def _entropies(rows: "Dataset", rule: Rule) -> Numbers:
    """In the unit of tau."""
    if rule.tau_unit == "normalized":
        return 1 - _numbers(rows, rule.column, high=1.0)
    try:
        return _numbers(rows, _ENTROPY_COLUMN, high=np.inf)
    except DataError as error:
        raise DataError(
            f"tau in nats needs an entropy of every row: {error.message}",
            hint="set tau_unit=normalized, which needs only the weights",
        ) from error


def _numbers(rows: "Dataset", column: str, high: float) -> Numbers:
    """A column, all of it finite and in [0, high]."""
    if column not in rows.column_names:
        raise DataError(
            f"the dataset has no column {column!r}; it has {', '.join(rows.column_names)}",
            hint="name another weight_column, or train with weighting='uniform'",
        )
    try:
        values = np.array(rows[column][:], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(f"column {column!r} does not hold numbers: {error}") from error
    inside = (values >= -ROUNDING) & (values <= high + ROUNDING)
    wrong = np.flatnonzero(~(np.isfinite(values) & inside))
    if len(wrong):
        first = ", ".join(f"row {i}: {values[i]:g}" for i in wrong[:5])
        raise DataError(
            f"{len(wrong)} of {len(values)} values of {column!r} are missing or outside "
            f"[0, {high:g}]: {first}",
            hint="correct these rows, or leave them out",
        )
    return values.clip(0, high)
