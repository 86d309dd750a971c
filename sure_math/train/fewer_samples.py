"""The weights that fewer samples would have given: eq. 4-6 over the first n responses.

One annotation with many samples so serves the whole ablation of N. The clusters are those of all
samples: two answers that are equal stay so.
"""

from typing import TYPE_CHECKING

import polars as pl

from sure_math.errors import DataError
from sure_math.weight.entropy import SemanticEntropy, Unanswered, semantic_entropy

if TYPE_CHECKING:
    from datasets import Dataset

_RESPONSES = ["problem_id", "sample_index", "cluster", "logprob", "token_count"]


def reweighted(
    problems: "Dataset",
    responses: "Dataset",
    samples: int,
    unanswered: Unanswered = "own_class",
) -> "Dataset":
    """`problems` with the entropy and the weight of their first `samples` responses.

    Args:
        responses: the configuration `responses`; those of other problems do not matter.
        unanswered: as in the annotation.

    Raises:
        DataError: a problem was sampled less often, or has no responses.
    """
    counts = dict(zip(problems["problem_id"], problems["n_samples"], strict=True))
    short = [name for name, count in counts.items() if count < samples]
    if short:
        raise DataError(
            f"weighting.samples is {samples}, but {len(short)} of {len(counts)} problems were "
            f"sampled less often, {short[0]} {counts[short[0]]} times",
            hint=f"ask for at most {min(counts.values())}, or annotate with more samples",
        )
    groups = _first(responses, samples)
    lost = [name for name in counts if name not in groups]
    if lost:
        raise DataError(f"{len(lost)} of {len(counts)} problems have no responses: {lost[0]}")
    found = [_entropy(groups[name], samples, unanswered) for name in problems["problem_id"]]
    columns = {
        "semantic_entropy": [each.entropy for each in found],
        "semantic_entropy_normalized": [each.normalized for each in found],
        "w_se": [each.weight for each in found],
        "n_samples": [samples] * len(found),
    }
    rows = problems.remove_columns([name for name in columns if name in problems.column_names])
    for name, values in columns.items():
        rows = rows.add_column(name, values)
    return rows


def _first(responses: "Dataset", samples: int) -> dict[str, pl.DataFrame]:
    """The first responses to each problem, in order."""
    table = responses.select_columns(_RESPONSES).with_format("arrow")[:]
    rows = pl.DataFrame(table).filter(pl.col("sample_index") < samples)
    parts = rows.sort("problem_id", "sample_index").partition_by("problem_id", as_dict=True)
    return {str(key[0]): part for key, part in parts.items()}


def _entropy(rows: pl.DataFrame, samples: int, unanswered: Unanswered) -> SemanticEntropy:
    known = rows["logprob"].null_count() == 0
    return semantic_entropy(
        rows["cluster"].to_list(),
        rows["logprob"].to_list() if known else None,
        rows["token_count"].to_list(),
        n_requested=samples,
        unanswered=unanswered,
    )
