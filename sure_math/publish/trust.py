"""Is the teacher right, and does its entropy tell? Measured on the problems that have a verified
answer, whose majority answer is compared with it."""

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from sure_math.report.audit import Audit, Estimate, audit
from sure_math.report.labelled import MINIMUM, majority_is_right

_UNANIMOUS = 1e-9  # nats
_HALF = 50  # per cent of the problems, those with the lowest entropy
_RESAMPLES = 1000
_FEW = 5
"""Right or wrong majority answers below which nothing can be said of an order between them."""


def verdicts(problems: pl.DataFrame) -> pl.DataFrame:
    """Columns problem_id, root_id, w_se, semantic_entropy and right, of the labelled problems."""
    labelled = problems.drop_nulls("answer")
    pairs = labelled.select("majority_answer", "answer").iter_rows(named=True)
    right = pl.Series("right", [majority_is_right(row) for row in pairs], dtype=pl.Boolean)
    return labelled.select("problem_id", "root_id", "w_se", "semantic_entropy", right)


def trust(found: pl.DataFrame) -> dict[str, Any] | None:
    """Figures with their 95 % intervals: the share of right majority answers of all labelled
    problems and of the more certain half, and the AUROC of semantic entropy against errors, None
    with fewer than five of either kind; and how many unanimous problems are labelled, and wrong all
    the same.

    None if fewer than five seeds are labelled, which says nothing.

    Args:
        found: what `verdicts` returned.
    """
    if found["root_id"].n_unique() < MINIMUM:
        return None
    wrong = ~found["right"].to_numpy()
    scores = {"semantic_entropy": found["semantic_entropy"].to_numpy()}
    roots = np.asarray(found["root_id"].to_list())
    unanimous = found.filter(pl.col("semantic_entropy") <= _UNANIMOUS)["right"]
    figures = _figures(audit(scores, wrong, roots, resamples=_RESAMPLES))
    if min(wrong.sum(), (~wrong).sum()) < _FEW:
        figures["auroc"] = None
    return {
        **figures,
        "unanimous": {"labelled": unanimous.len(), "wrong": int((~unanimous).sum())},
    }


def _figures(found: Audit) -> dict[str, Any]:
    entropy = found.scores["semantic_entropy"]
    return {
        "labelled": found.problems,
        "roots": found.roots,
        "accuracy": _plain(found.accuracy),
        "accuracy_of_more_certain_half": _plain(entropy.accuracy_at(_HALF)),
        "auroc": _plain(entropy.auroc),
    }


def _plain(estimate: Estimate) -> dict[str, float] | None:
    return asdict(estimate) if math.isfinite(estimate.value) else None
