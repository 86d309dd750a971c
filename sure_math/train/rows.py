"""From a published dataset to rows that a trainer takes.

    rows = training_rows(datasets.load_dataset("USER/sure-math", split="train"))

One flat row per problem: `prompt` (chat messages, from the prompt file of the annotation),
`problem_id`, `problem`, the weight, and what labels and filters read. `training_rows` asks no more
of a dataset than a column with problems and one with weights, so anybody's will do.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sure_math.errors import DataError
from sure_math.prompts import load_prompt
from sure_math.publish.hub.load import (
    Place,
    commit_of,
    load,
    read_page,
    resolve,
    responses_config,
)
from sure_math.train.draws import ROUNDING
from sure_math.train.fewer_samples import reweighted
from sure_math.train.labels import labelled, with_references
from sure_math.train.recipe import TrainRecipe
from sure_math.train.templates import chat
from sure_math.weight.entropy import Unanswered

if TYPE_CHECKING:
    from datasets import Dataset

WEIGHTED = ("uopd", "sampler")
"""Methods that use the weights as they are."""
LABELLED = ("grpo", "sdr")
"""Methods that need an answer for every row."""
_KEPT = ("semantic_entropy", "semantic_entropy_normalized", "n_samples", "answer",
         "majority_answer", "tier", "teacher")  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """Which data a run learns from, for its record."""

    name: str
    """A folder, or `owner/name` on a hub."""
    commit: str | None
    """Of the hub; None for a folder."""
    version: str
    config: str
    split: str
    rows: int
    """Rows of the split, before any was left out."""
    sha256: str
    """Of the ids, problems, answers and weights, whatever files they came in."""


@dataclass(frozen=True)
class Annotation:
    """How the weights were made, as the release says."""

    enable_thinking: bool
    prompt_sha: str
    unanswered: Unanswered


@dataclass(frozen=True)
class TrainingData:
    """What one run trains on."""

    rows: "Dataset"
    identity: Identity
    counts: dict[str, int] = field(default_factory=dict)
    """Rows by what became of them: labels by their source, and rows that were left out."""
    annotation: Annotation | None = None
    """None: the dataset does not say."""


def load_training_data(recipe: TrainRecipe) -> TrainingData:
    """The rows of a recipe's dataset, with the labels that its method needs.

    Raises:
        DataError: the dataset, its revision or a column is not there; weights or problems that
            cannot be trained on; no row with a label for a method that needs them.
        ConfigError: there is no such prompt.
    """
    source = recipe.dataset
    place = resolve(source.name)
    commit = commit_of(place, source.config, source.revision)
    problems = load(place, source.config, split=source.split, revision=commit)
    annotation = _annotation(place, commit)

    def responses() -> "Dataset":
        return load(place, responses_config(source.config), split=source.split, revision=commit)

    identity = Identity(
        name=place.name,
        commit=commit,
        version=str(problems.info.version),
        config=source.config,
        split=source.split,
        rows=len(problems),
        sha256=_digest(problems, recipe.weighting.column),
    )
    if recipe.weighting.samples is not None:
        unanswered = annotation.unanswered if annotation else "own_class"
        problems = reweighted(problems, responses(), recipe.weighting.samples, unanswered)
    rows = training_rows(
        problems,
        prompt=recipe.rollout.prompt,
        weight_column=recipe.weighting.column,
        weights_needed=_reads_weights(recipe),
    )
    counts: dict[str, int] = {}
    if recipe.method in LABELLED:
        rows, counts = labelled(rows, recipe.labels.use)
    if recipe.method == "sdr":
        rows, more = with_references(rows, responses(), recipe.sdr, recipe.rollout.prompt)
        counts |= more
    return TrainingData(rows, identity, counts, annotation)


def _reads_weights(recipe: TrainRecipe) -> bool:
    normalized = recipe.weighting.tau_unit == "normalized"  # 1 - weight, by eq. 6
    return recipe.method in WEIGHTED or (recipe.method == "binary" and normalized)


def training_rows(
    dataset: "Dataset",
    *,
    prompt: str = "solve",
    problem_column: str = "problem",
    weight_column: str = "w_se",
    weights_needed: bool = True,
) -> "Dataset":
    """Rows for `UOPDTrainer`, or for any trainer of TRL, from a dataset of problems.

    Args:
        dataset: one split of a SURE-Math release, or of any dataset with problems.
        prompt: a shipped prompt or a path; weights say how certain the teacher is when it is asked
            with the prompt of the annotation.
        weight_column: weights in [0, 1]. Not looked for unless `weights_needed`, but checked.

    Returns: the columns `prompt` (chat messages), `problem_id`, `problem`, the weights, and those
        of the entropy and of the answers that the dataset has.

    Raises:
        DataError: a column is missing, a problem is empty, a weight is none.
        ConfigError: there is no such prompt.
    """
    from datasets import Dataset, Features, List, Value

    _check_kind(dataset)
    template, names = load_prompt(prompt), _ids(dataset)
    problems = _problems(dataset, problem_column, names)
    columns: dict[str, Sequence[Any]] = {
        "prompt": [chat(template.messages(problem=problem)) for problem in problems],
        "problem_id": names,
        "problem": problems,
    }
    if weights_needed or weight_column in dataset.column_names:
        columns[weight_column] = _weights(dataset, weight_column, names)
    kept = [name for name in _KEPT if name in dataset.column_names and name not in columns]
    columns |= {name: dataset[name][:] for name in kept}
    text = Value("string")
    types = {"prompt": List({"role": text, "content": text}), "problem_id": text, "problem": text}
    types |= {weight_column: Value("float64")} if weight_column in columns else {}
    types |= {name: dataset.features[name] for name in kept}
    return Dataset.from_dict(columns, features=Features(types))


def _check_kind(dataset: Any) -> None:
    from datasets import Dataset

    if not isinstance(dataset, Dataset):
        raise DataError(
            f"training needs the rows of one split, not a {type(dataset).__name__}",
            hint='load it with split="train" and without streaming',
        )


def _problems(dataset: "Dataset", column: str, names: Sequence[str]) -> list[str]:
    """The problems, none of them empty."""
    if column not in dataset.column_names:
        raise DataError(
            f"there is no column {column!r}; columns are {', '.join(dataset.column_names)}",
            hint="name the column that holds the problems",
        )
    if "string" not in str(getattr(dataset.features[column], "dtype", "")):
        raise DataError(f"the column {column!r} holds no text", hint="name that of the problems")
    problems: list[str] = dataset[column][:]
    _refuse("problems are empty", [n for n, p in zip(names, problems, strict=True) if not p], names)
    return problems


def _ids(dataset: "Dataset") -> list[str]:
    if "problem_id" in dataset.column_names:
        return [str(name) for name in dataset["problem_id"][:]]
    return [f"row-{number}" for number in range(len(dataset))]


def _weights(dataset: "Dataset", column: str, names: Sequence[str]) -> list[float]:
    """The weights, every one of which is a number in [0, 1]."""
    numeric = [n for n, f in dataset.features.items() if _is_number(f)]
    if column not in numeric:
        kind = "holds no numbers" if column in dataset.column_names else "is not there"
        others = f"columns with numbers: {', '.join(numeric)}" if numeric else "no column has any"
        raise DataError(
            f"the weight column {column!r} {kind}; {others}",
            hint="name the column, or make the weights with `sure-math annotate --input ...`",
        )
    weights = dataset[column][:]
    _refuse(
        f"weights in {column!r} are no number in [0, 1]",
        [
            f"{name} ({weight})"
            for name, weight in zip(names, weights, strict=True)
            if weight is None or not -ROUNDING <= weight <= 1 + ROUNDING
        ],
        names,
    )
    return [min(max(float(weight), 0.0), 1.0) for weight in weights]


def _is_number(feature: Any) -> bool:
    return str(getattr(feature, "dtype", "")).startswith(("float", "int", "uint"))


def _refuse(what: str, wrong: Sequence[str], rows: Sequence[str]) -> None:
    if wrong:
        raise DataError(
            f"{len(wrong)} of {len(rows)} {what}: {some(wrong)}",
            hint="correct these rows, or leave them out",
        )


def some(names: Sequence[str]) -> str:
    """The first few of many names, for a message."""
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _annotation(place: Place, commit: str | None) -> Annotation | None:
    """What `provenance.json` says; None where there is none of ours."""
    page = read_page(place, "provenance.json", commit)
    if page is None:
        return None
    try:
        told = json.loads(page)
        return Annotation(
            enable_thinking=told["recipe"]["sample"]["enable_thinking"],
            prompt_sha=told["stages"]["sample"]["settings"]["prompt_sha"],
            unanswered=told["recipe"]["weight"]["unanswered"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def _digest(problems: "Dataset", weight_column: str) -> str:
    columns = ("problem_id", "problem", "answer", "majority_answer", weight_column)
    found = {name: problems[name][:] for name in columns if name in problems.column_names}
    text = json.dumps(found, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
