"""Labelled problems of a dataset: what each uncertainty score says, and was the majority right?

A row is labelled if it has a verified `answer`. The majority answer is right if
`sure_math.equivalent` says that it equals the verified one; without a majority (a tie, or no answer
at all) it is wrong. Scores are read from the published columns, or follow from the responses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from sure_math.answers.equivalence import equivalent
from sure_math.errors import DataError
from sure_math.report.dataset import Dataset
from sure_math.report.ranking import Flags, Floats

SCORES = {
    "semantic_entropy": "semantic entropy",
    "discrete_entropy": "discrete semantic entropy",
    "disagreement": "1 - answer agreement",
    "clusters": "number of different answers",
    "string_disagreement": "1 - string agreement",
    "surface_entropy": "string entropy",
    "mean_nll": "mean -log p per token",
    "predictive_entropy": "mean -log p",
    "length": "mean length",
}
"""Every score, high where the teacher should be uncertain, with its name for people.

Agreement is the share of the requested responses in the largest cluster, or with the most frequent
string; a response without an answer counts as a different answer. The means are over the
responses, in nats per token, nats, and tokens: length-normalised and plain predictive entropy.
"""

MINIMUM = 5
"""Seeds with labelled problems below which no interval means anything."""

_PROBLEM_COLUMNS = (
    "problem_id", "answer", "root_id", "teacher", "n_samples", "n_answered", "n_clusters",
    "semantic_entropy", "discrete_entropy", "surface_entropy", "majority_answer",
    "majority_share", "clusters",
)  # fmt: skip
_RESPONSE_COLUMNS = ("problem_id", "answer", "logprob", "token_count")


@dataclass(frozen=True)
class Labelled:
    """Labelled problems as arrays of shape (problems,)."""

    origin: str
    total: int
    """Rows of the dataset, labelled or not."""
    scores: dict[str, Floats]
    wrong: Flags
    roots: npt.NDArray[np.object_]
    """The seed each problem descends from."""
    undecided: Flags
    """No majority: a tie, or no answer at all."""
    ties: int
    ties_with_truth: int
    """Ties in which one of the tied answers is the verified one."""
    teachers: tuple[str, ...]
    samples: tuple[int, ...]
    """The numbers of responses requested per problem."""
    absent: dict[str, str] = field(default_factory=dict)
    """Scores that these rows do not have, and why."""


def labelled(dataset: Dataset) -> Labelled:
    """The labelled rows of a dataset.

    Raises:
        DataError: a column is missing, or too few rows are labelled.
    """
    found = _frame(dataset.problems, _PROBLEM_COLUMNS)
    total, found = found.height, found.filter(pl.col("answer").is_not_null())
    _check(found, total)
    responses = _per_problem(_frame(dataset.responses, _RESPONSE_COLUMNS))
    found = found.join(responses, "problem_id", how="left")
    rows = found.to_dicts()
    right = [majority_is_right(row) for row in rows]
    undecided = found["majority_answer"].is_null()
    ties = [row for row in rows if row["majority_answer"] is None and row["clusters"]]
    scores, absent = _scores(found)
    return Labelled(
        origin=dataset.origin,
        total=total,
        scores=scores,
        wrong=~np.array(right),
        roots=found["root_id"].to_numpy(),
        undecided=undecided.to_numpy(),
        ties=len(ties),
        ties_with_truth=sum(_among_tied(row) for row in ties),
        teachers=tuple(sorted(found["teacher"].unique())),
        samples=tuple(sorted(found["n_samples"].unique())),
        absent=absent,
    )


def _frame(table: pa.Table, columns: tuple[str, ...]) -> pl.DataFrame:
    missing = sorted(set(columns) - set(table.column_names))
    if missing:
        raise DataError(
            f"the dataset has no column {', '.join(missing)}",
            hint="name a release of sure-math, or a run annotated to its end",
        )
    return pl.DataFrame(pl.from_arrow(table.select(columns)))


def _check(found: pl.DataFrame, total: int) -> None:
    if not found.height:
        raise DataError(
            f"none of the {total} rows is labelled: column `answer` holds no verified answer",
            hint="take sources with answers into the recipe (`use: annotate`), or give your own "
            "with `sure-math annotate --input FILE --answer-column NAME`",
        )
    seeds = found["root_id"].n_unique()
    if seeds < MINIMUM:
        raise DataError(
            f"{found.height} of {total} rows are labelled, from {seeds} different seeds; fewer "
            f"than {MINIMUM} say nothing about how well entropy predicts errors",
            hint="annotate more problems with verified answers",
        )


def _per_problem(responses: pl.DataFrame) -> pl.DataFrame:
    """What the scores need of a problem's responses; log-probabilities null if one is unknown."""
    spent = pl.col("token_count") > 0
    known = pl.col("logprob").null_count() == 0
    return responses.group_by("problem_id").agg(
        pl.col("answer").drop_nulls().unique_counts().max().fill_null(0).alias("same_string"),
        pl.when(known)
        .then((-pl.col("logprob") / pl.col("token_count")).filter(spent).mean())
        .alias("mean_nll"),
        pl.when(known).then((-pl.col("logprob")).mean()).alias("predictive_entropy"),
        pl.col("token_count").mean().alias("length"),
    )


def _scores(found: pl.DataFrame) -> tuple[dict[str, Floats], dict[str, str]]:
    known = found.with_columns(
        (1 - pl.col("majority_share")).alias("disagreement"),
        # A response without an answer is a class of its own, as in the entropy.
        (pl.col("n_clusters") + pl.col("n_samples") - pl.col("n_answered")).alias("clusters"),
        (1 - pl.col("same_string") / pl.col("n_samples")).alias("string_disagreement"),
    )
    scores, absent = {}, {}
    for name in SCORES:
        column = known[name].cast(pl.Float64)
        if column.null_count():
            absent[name] = f"unknown for {column.null_count()} of {found.height} problems"
        else:
            scores[name] = column.to_numpy()
    return scores, absent


def majority_is_right(row: Mapping[str, Any]) -> bool:
    """Whether the majority answer of a labelled problem equals its verified answer."""
    answer = row["majority_answer"]
    return answer is not None and equivalent(answer, row["answer"])


def _among_tied(row: dict[str, Any]) -> bool:
    most = max(cluster["count"] for cluster in row["clusters"])
    tied = (cluster["answer"] for cluster in row["clusters"] if cluster["count"] == most)
    return any(equivalent(answer, row["answer"]) for answer in tied)
