"""Ablations of the paper: one setting varied, everything else of the recipe the same.

- `ablation-n`: N, the responses behind a weight,
- `ablation-k`: k, the teacher's tokens per position (0: the whole vocabulary),
- `ablation-rollouts`: K, rollouts per prompt; prompts or sequences of a step may be held fixed.
"""

import functools
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sure_math.errors import DataError
from sure_math.report.basis import as_json, basis
from sure_math.report.block import Block, Footnotes, block
from sure_math.report.comparison import pair_of
from sure_math.report.conditions import check, same_data
from sure_math.report.document import Document
from sure_math.report.method import ORDER, label_of, own_settings, shared_settings
from sure_math.report.runs import Recorded, RecordedRun, columns_of
from sure_math.report.series import Series, recipe_of
from sure_math.report.table1 import BEST, intervals
from sure_math.report.training_log import generated_tokens, logged, mean_weight, peak_memory

UNKNOWN = "not recorded"
_WHOLE = 1 << 30  # the whole vocabulary, all responses of the dataset: after every number


@dataclass(frozen=True)
class Axis:
    """What an ablation varies."""

    name: str
    title: str
    symbol: str
    paper: int
    """The paper's value, to which the others are compared if it was run."""
    settings: tuple[str, ...]
    """Settings of the recipe that may differ."""
    value: Callable[[RecordedRun], int]
    facts: dict[str, Callable[[RecordedRun], float | None]]
    """Further figures of a run, by their name."""
    how: str
    """Settings that make another value."""

    def shown(self, value: int) -> str:
        """A value for people."""
        return "all" if value == _WHOLE else f"{value:,}"


@dataclass(frozen=True)
class Ablation:
    """The rows of one method and common settings, by value."""

    axis: Axis
    values: tuple[int, ...]
    block: Block
    facts: dict[str, tuple[float | None, ...]]


def ablation(axis: Axis, recorded: Recorded) -> Document:
    """Accuracy against the setting that varies.

    Raises:
        DataError: no recorded runs differ in it alone.
    """
    groups = _groups(axis, recorded.runs)
    if not groups:
        known = sorted({axis.value(run) for run in recorded.runs if run.final and run.recipe})
        found = f"only {axis.symbol} = {', '.join(map(axis.shown, known))}" if known else "none"
        raise DataError(
            f"no recorded runs below {recorded.root} differ in {axis.symbol} alone ({found})",
            hint=f"train with several {axis.how} and the same rest, then evaluate each",
        )
    found_all = [_ablation(axis, runs) for runs in groups]
    blocks = [each.block for each in found_all]
    notes = Footnotes()
    runs = [run for group in groups for run in group]
    columns = list(dict.fromkeys(column for each in blocks for column in each.columns))
    held = list(dict.fromkeys(_held(axis, group) for group in groups))
    return Document(
        name=axis.name,
        title=axis.title,
        parts=tuple(grid for each in blocks for grid in each.grids(notes)),
        notes=(
            *notes.lines(), *held, BEST, *intervals(blocks), *basis(recorded, runs, columns),
        ),
        data={
            **as_json(recorded, runs),
            "axis": axis.symbol,
            "blocks": [
                {**each.block.as_json(), "values": [_known(value) for value in each.values],
                 "figures": each.facts}
                for each in found_all
            ],
        },
        draw=functools.partial(_draw, found_all),
    )  # fmt: skip


def _groups(axis: Axis, runs: Sequence[RecordedRun]) -> list[list[RecordedRun]]:
    """Runs that differ in nothing but seed and value, of groups with several values."""
    groups: dict[str, list[RecordedRun]] = defaultdict(list)
    for run in runs:
        if not run.final or run.recipe is None:
            continue
        settings = {**shared_settings(run.recipe), **own_settings(run.recipe)}
        same = {name: each for name, each in settings.items() if name not in axis.settings}
        key = (ORDER.index(run.recipe.method), pair_of(run), same)
        groups[json.dumps(key, sort_keys=True)].append(run)
    several = {
        key: group for key, group in groups.items() if len({axis.value(run) for run in group}) > 1
    }
    return [group for _, group in sorted(several.items())]


def _ablation(axis: Axis, runs: list[RecordedRun]) -> Ablation:
    recipe = recipe_of(runs[0])
    same_data(runs)
    by_value: dict[int, list[RecordedRun]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: recipe_of(run).seed):
        by_value[axis.value(run)].append(run)
    values = tuple(sorted(by_value))
    rows = [
        Series(recipe.method, f"{axis.symbol} = {axis.shown(value)}", tuple(by_value[value]))
        for value in values
    ]
    check(rows)
    reference = rows[values.index(axis.paper) if axis.paper in values else 0]
    facts = {name: tuple(_mean(row, each) for row in rows) for name, each in axis.facts.items()}
    shown = {name: tuple(map(_figure, figures)) for name, figures in facts.items()}
    method = label_of(recipe.model_copy(update={"weighting": type(recipe.weighting)()}))
    heading = f"{method}: student {recipe.student.model}, teacher {recipe.teacher.model}"
    return Ablation(
        axis, values, block(heading, rows, columns_of(runs), reference, shown), facts
    )  # fmt: skip


def _mean(row: Series, figure: Callable[[RecordedRun], float | None]) -> float | None:
    """Mean over the runs of a row; None if one of them does not know."""
    values = [value for run in row.runs if (value := figure(run)) is not None]
    return sum(values) / len(values) if len(values) == len(row.runs) else None


def _figure(value: float | None) -> str:
    if value is None:
        return UNKNOWN
    return f"{value:,.0f}" if value >= 1000 or value == round(value) else f"{value:.3f}"


def _known(value: int) -> int | str:
    return "all" if value == _WHOLE else value


def _held(axis: Axis, runs: Sequence[RecordedRun]) -> str:
    """What stayed the same while the setting varied."""
    if axis.symbol != "K":
        return f"Everything but {axis.symbol} is the same."
    recipes = [recipe_of(run) for run in runs]
    prompts = {recipe.optimization.prompts_per_step for recipe in recipes}
    sequences = {recipe.sequences_per_step for recipe in recipes}
    draws = {recipe.optimization.draws for recipe in recipes}
    if len(prompts) == 1:
        fixed = f"prompts per step ({prompts.pop():,}): a step of more rollouts has more sequences"
    elif len(sequences) == 1:
        fixed = f"sequences per step ({sequences.pop():,}): more rollouts means fewer prompts"
    else:
        fixed = "neither prompts nor sequences per step (see the columns)"
    also = f"; prompts drawn in all: {draws.pop():,}" if len(draws) == 1 else ""
    return f"Held fixed while K varies: {fixed}{also}."


def _draw(found: Sequence[Ablation], path: Path) -> None:
    from sure_math.report.pictures.ablation import draw

    draw(found, path)


def _n(run: RecordedRun) -> int:
    return recipe_of(run).weighting.samples or _WHOLE


def _k(run: RecordedRun) -> int:
    return recipe_of(run).loss.top_k or _WHOLE


SAMPLES = Axis(
    name="ablation-n",
    title="Samples N behind a weight: accuracy in per cent",
    symbol="N",
    paper=8,
    settings=("weighting.samples",),
    value=_n,
    facts={"mean weight": mean_weight},
    how="`--set weighting.samples=...`",
)
TOP_K = Axis(
    name="ablation-k",
    title="Teacher tokens k per position: accuracy in per cent",
    symbol="k",
    paper=512,
    settings=("loss.top_k",),
    value=_k,
    facts={
        "peak memory (GiB)": peak_memory,
        "top-k mass": lambda run: logged(run, "teacher/topk_mass"),
    },
    how="`--set loss.top_k=...` (0: the whole vocabulary)",
)
ROLLOUTS = Axis(
    name="ablation-rollouts",
    title="Rollouts K per prompt: accuracy in per cent",
    symbol="K",
    paper=4,
    settings=("rollout.k", "optimization.prompts_per_step", "optimization.draws"),
    value=lambda run: recipe_of(run).rollout.k,
    facts={
        "prompts per step": lambda run: recipe_of(run).optimization.prompts_per_step,
        "sequences per step": lambda run: recipe_of(run).sequences_per_step,
        "steps": lambda run: run.step,
        "tokens generated": generated_tokens,
    },
    how="`--set rollout.k=...`",
)
