"""Stage `weight`: one row per problem with its semantic entropy and weight (eq. 4-6)."""

from collections import Counter, defaultdict
from typing import Any

import pyarrow as pa

from sure_math import schemas
from sure_math.backends import model_name
from sure_math.config import Recipe
from sure_math.runtime.context import Context
from sure_math.runtime.stage import Inputs, Reject, ShardResult, Stage
from sure_math.weight.contracts import answer_flags
from sure_math.weight.entropy import MISSING, majority, majority_share, semantic_entropy

Row = dict[str, Any]


def _run(inputs: Inputs, context: Context) -> ShardResult:
    responses: dict[str, list[Row]] = defaultdict(list)
    for row in inputs["cluster"].to_pylist():
        responses[row["problem_id"]].append(row)
    rows: list[Row] = []
    rejects: list[Reject] = []
    answers = _by_id(inputs["seeds"], "answer")
    letters = _by_id(inputs["evolve"], "parameters")
    for problem in inputs["pool"].to_pylist():
        name, group = problem["problem_id"], responses.get(problem["problem_id"])
        if not group:
            rejects.append(Reject(name, "no_response", problem["problem"]))
            continue
        found = annotation(group, context.recipe)
        if _is_unanswerable(problem, found["n_answered"], context.recipe):
            detail = f"{found['n_answered']} of {found['n_samples']} responses have an answer"
            rejects.append(Reject(name, "unanswerable", problem["problem"], detail))
            continue
        flags = answer_flags(
            problem["strategy"],
            problem["flags"],
            found["majority_answer"],
            parent_answer=answers.get(problem["parent_id"]),
            parameters=letters.get(name, ()),
        )
        rows.append({**problem, **found, "flags": sorted({*problem["flags"], *flags})})
    return ShardResult(rows, rejects)


def _by_id(table: pa.Table, column: str) -> dict[str, Any]:
    return dict(zip(table["problem_id"].to_pylist(), table[column].to_pylist(), strict=True))


def _is_unanswerable(problem: Row, answered: int, recipe: Recipe) -> bool:
    """Whether an evolved problem got too few answers for its entropy to mean anything.

    Problems that came as they are, the user's own among them, are never lost here.
    """
    return problem["strategy"] is not None and answered < recipe.evolve.min_answered


def annotation(group: list[Row], recipe: Recipe) -> Row:
    """The annotation columns of one problem, from its rows of the `clusters` table."""
    first = group[0]
    ids = [row["cluster"] for row in group]
    logprobs = [row["logprob"] for row in group]
    known = None not in logprobs
    entropy = semantic_entropy(
        ids,
        logprobs if known else None,
        [row["token_count"] for row in group],
        answers=[row["answer"] for row in group],
        n_requested=first["n_requested"],
        unanswered=recipe.weight.unanswered,
    )
    names = representatives(group)
    winner = majority(ids)
    counts = Counter(ids)
    return {
        "semantic_entropy": entropy.entropy,
        "semantic_entropy_normalized": entropy.normalized,
        "w_se": entropy.weight,
        "discrete_entropy": entropy.discrete_entropy,
        "surface_entropy": entropy.surface_entropy,
        "intra_cluster_entropy": entropy.intra_cluster_entropy,
        "n_samples": first["n_requested"],
        "n_returned": len(group),
        "n_answered": sum(row["answer"] is not None for row in group),
        "n_truncated": sum(row["finish_reason"] == "length" for row in group),
        "n_clusters": len(names),
        "majority_answer": None if winner is None else names[winner],
        "majority_share": majority_share(ids, first["n_requested"]),
        "clusters": [
            {"answer": names[c], "count": counts[c], "prob": entropy.cluster_probs.get(c, 0.0)}
            for c in sorted(names, key=lambda c: (-counts[c], c))
        ],
        "conflicts": first["conflicts"],
        "teacher": first["model"],
        "judge": model_name(recipe.models.judge) if recipe.cluster.judge else None,
        "logprobs_mode": "raw_logprobs" if known else "none",
    }


def representatives(group: list[Row]) -> dict[int, str]:
    """The most frequent wording of every cluster (the shortest, then first of equals)."""
    wordings: dict[int, Counter[str]] = defaultdict(Counter)
    for row in group:
        if row["cluster"] != MISSING:
            wordings[row["cluster"]][row["answer"]] += 1
    return {
        cluster: min(counts, key=lambda text: (-counts[text], len(text), text))
        for cluster, counts in sorted(wordings.items())
    }


def _config(recipe: Recipe) -> dict[str, Any]:
    # The judge, named in each row, is part of the cluster stage.
    return {**recipe.weight.content(), "min_answered": recipe.evolve.min_answered}


STAGE = Stage(
    name="weight",
    version=2,
    inputs=("cluster", "pool", "seeds", "evolve"),
    output=schemas.ANNOTATED,
    run_shard=_run,
    config=_config,
    expected=lambda inputs, recipe: int(inputs["pool"].num_rows),
    reasons=frozenset({"no_response", "unanswerable"}),
)
