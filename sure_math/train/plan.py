"""What a training will do, decided before a model is loaded: rows, draws, steps and settings."""

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sure_math.prompts import load_prompt
from sure_math.train.preflight import Preflight, check, check_recipe
from sure_math.train.recipe import METHODS, TrainRecipe
from sure_math.train.rows import WEIGHTED, load_training_data

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

_NO_CONTENT = ("name", "description")


@dataclass(frozen=True)
class Plan:
    """One training: its recipe, its rows, its folder and how many processes share it."""

    recipe: TrainRecipe
    preflight: Preflight
    root: Path
    processes: int

    @property
    def rows(self) -> Any:
        """The dataset to train on."""
        return self.preflight.data.rows

    @cached_property
    def order(self) -> "NDArray[int64]":
        """Row numbers in the order of training, those that fill no step left out."""
        from sure_math.train.arguments import distillation_config
        from sure_math.train.draws import draw

        drawn = draw(self.rows, distillation_config(self.recipe, self.root, self.processes, 0))
        steps = len(drawn) // self.recipe.optimization.prompts_per_step
        return drawn[: steps * self.recipe.prompts_per_step]

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole training."""
        return len(self.order) // self.recipe.prompts_per_step

    @property
    def mean_weight(self) -> float | None:
        """Over the rows; None if the dataset has no weights or the method reads none."""
        column = self.recipe.weighting.column
        if self.recipe.method not in WEIGHTED or column not in self.rows.column_names:
            return None
        weights = self.rows[column][:]
        return float(sum(weights) / len(weights))

    def draws(self) -> list[dict[str, Any]]:
        """Rows of `draws.parquet`."""
        names = self.rows["problem_id"][:]
        return [
            {
                "draw": draw,
                "step": draw // self.recipe.prompts_per_step + 1,
                "row": int(row),
                "problem_id": names[row],
            }
            for draw, row in enumerate(self.order)
        ]

    def decisive(self) -> dict[str, Any]:
        """What decides the data and the settings: another one is another training."""
        found = asdict(self.preflight.data.identity)
        used = [self.recipe.rollout.prompt]
        used += [self.recipe.sdr.prompt] if self.recipe.method == "sdr" else []
        return {
            "recipe": content(self.recipe),
            "dataset": {key: found[key] for key in ("sha256", "version", "config", "split")},
            "prompts": [load_prompt(name).sha for name in used],
            "processes": self.processes,
        }

    def as_text(self) -> str:
        """The plan for people."""
        recipe, data = self.recipe, self.preflight.data
        teacher = recipe.teaching
        rows = [
            ("training", f"{recipe.name}: {METHODS[recipe.method]}"),
            ("folder", str(self.root)),
            ("student", recipe.student.model),
            ("teacher", teacher.model if teacher else "none"),
            ("dataset", f"{data.identity.name}, version {data.identity.version}"),
            ("rows", f"{len(self.rows):,} of {data.identity.rows:,}{_counts(data.counts)}"),
            ("steps", f"{self.steps:,} of {self.recipe.prompts_per_step:,} prompts"),
            ("rollouts", f"{self.steps * recipe.sequences_per_step:,}, {self._per_step()}"),
            ("checkpoints", f"every {recipe.saving.every:,} steps"),
        ]
        if self.mean_weight is not None:
            rows.insert(6, ("mean weight", f"{self.mean_weight:.3f}"))
        notes = "".join(f"\nnote: {each}" for each in self.preflight.findings)
        return "\n".join(f"{name:<12} {value}" for name, value in rows) + notes

    def _per_step(self) -> str:
        chosen = self.recipe.optimization
        share = self.recipe.sequences_per_step // (chosen.micro_batch * self.processes)
        several = "es" if self.processes > 1 else ""
        return (
            f"{self.recipe.sequences_per_step:,} a step: {self.processes} process{several} x "
            f"{share} micro-batches of {chosen.micro_batch}"
        )


def make_plan(recipe: TrainRecipe, root: Path, processes: int) -> Plan:
    """Read the dataset and check everything that can be checked without a model.

    Raises:
        ConfigError: settings or models do not go together.
        DataError: the dataset cannot be trained on.
    """
    check_recipe(recipe, processes)  # before the dataset is read, which may take minutes
    return Plan(recipe, check(recipe, load_training_data(recipe), processes), root, processes)


def content(recipe: TrainRecipe) -> dict[str, Any]:
    """The settings that decide what is trained."""
    return {key: value for key, value in recipe.content().items() if key not in _NO_CONTENT}


def _counts(counts: dict[str, int]) -> str:
    told = ", ".join(f"{name} {number:,}" for name, number in counts.items() if number)
    return f" ({told})" if told else ""
