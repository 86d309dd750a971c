"""Eq. 4-6 once more, from the columns of a release alone.

    m_n = exp(log p(y_n|x) / |y_n|)    p(c) = sum_{n in c} m_n / sum_n m_n          eq. 4
    H = - sum_c p(c) log p(c)          w = 1 - H / log N                            eq. 5, 6

Written apart from the stage `weight`, on whole columns, so that one can find a fault of the other.
Masses are taken relative to the largest of their problem, which eq. 4 does not see.
"""

from typing import Literal

import polars as pl

Unanswered = Literal["own_class", "drop"]
KEY = "problem_id"
REALS = (
    "semantic_entropy",
    "semantic_entropy_normalized",
    "w_se",
    "discrete_entropy",
    "surface_entropy",
    "intra_cluster_entropy",
    "majority_share",
)
"""The columns of an annotation that are real numbers."""
_LABEL = "_label"


def annotate(responses: pl.DataFrame, unanswered: Unanswered) -> pl.DataFrame:
    """One row per problem: what its responses say the annotation is.

    Args:
        responses: all responses of some problems: `problem_id`, `cluster`, `answer`, `logprob`,
            `token_count`, `finish_reason`, and `n_samples` of their problem.
        unanswered: as `weight.unanswered` of the recipe.

    Returns:
        The annotation columns that follow from responses, named as in the release; `clusters` as
        its list of (answer, count, prob).
    """
    rows = _masses(responses)
    counted = _counts(rows)
    if unanswered == "drop":
        rows = rows.filter("answered").with_columns(absent=0, n=pl.len().over(KEY))
    rows = _shares(rows)
    found = counted.join(_entropies(rows), on=KEY, how="left")
    if unanswered == "drop":
        found = _without_evidence(found)
    top = pl.col("n").cast(pl.Float64).log()
    return (
        found.with_columns(
            semantic_entropy=pl.min_horizontal("semantic_entropy", top),
            discrete_entropy=pl.min_horizontal("discrete_entropy", top),
        )
        .with_columns(semantic_entropy_normalized=pl.col("semantic_entropy") / top)
        .with_columns(
            w_se=1 - pl.col("semantic_entropy_normalized"),
            intra_cluster_entropy=pl.col("surface_entropy") - pl.col("semantic_entropy"),
        )
        .join(_clusters(responses, rows), on=KEY, how="left")
        .with_columns(
            clusters=pl.col("clusters").fill_null([]),
            n_clusters=pl.col("n_clusters").fill_null(0),
            majority_share=pl.col("_largest").fill_null(0) / pl.col("n_samples"),
        )
        .drop("n", "_largest")
    )


def _counts(rows: pl.DataFrame) -> pl.DataFrame:
    """By problem: responses that came, have an answer, were cut; whether eq. 4 has masses."""
    mode = pl.when("known").then(pl.lit("raw_logprobs")).otherwise(pl.lit("none"))
    return rows.group_by(KEY, maintain_order=True).agg(
        n_returned=pl.len(),
        n_answered=pl.col("answer").is_not_null().sum(),
        n_truncated=(pl.col("finish_reason") == "length").sum(),
        n_samples=pl.col("n_samples").first(),
        logprobs_mode=mode.first(),
    )


def _masses(responses: pl.DataFrame) -> pl.DataFrame:
    """Adds m_n up to a factor per problem; a response of no tokens gets the mean of the others.

    Also `absent`, the responses that never came: each has the mean mass and a class of its own.
    """
    mean_logprob = pl.col("logprob") / pl.col("token_count")
    scored = pl.col("known") & (pl.col("token_count") > 0)
    return (
        responses.with_columns(
            known=pl.col("logprob").is_not_null().all().over(KEY),
            answered=(pl.col("cluster") >= 0) & (pl.col("token_count") > 0),
        )
        .with_columns(_log=pl.when(scored).then(mean_logprob))
        .with_columns(mass=(pl.col("_log") - pl.col("_log").max().over(KEY)).exp())
        .with_columns(mass=pl.col("mass").fill_null(pl.col("mass").mean().over(KEY)))
        .with_columns(
            mass=pl.col("mass").fill_null(1.0),
            n=pl.col("n_samples").cast(pl.Int64),
            absent=pl.col("n_samples").cast(pl.Int64) - pl.len().over(KEY),
        )
    )


def _shares(rows: pl.DataFrame) -> pl.DataFrame:
    """Adds the class of every response, and its share of the mass by eq. 4."""
    lone = -1 - pl.int_range(pl.len())
    return rows.with_columns(
        pl.when("answered").then(pl.col("cluster").cast(pl.Int64)).otherwise(lone).alias(_LABEL),
        share=pl.col("mass")
        / (pl.col("mass").sum() + pl.col("absent") * pl.col("mass").mean()).over(KEY),
        equal=1 / (pl.len().over(KEY) + pl.col("absent")),
    )


def _entropies(rows: pl.DataFrame) -> pl.DataFrame:
    """Eq. 5 by problem: over clusters, with equal mass, and over distinct answers."""
    return (
        rows.group_by(KEY)
        .agg(pl.col("n").first())
        .join(_entropy(rows, "share", _LABEL).rename({"H": "semantic_entropy"}), on=KEY)
        .join(_entropy(rows, "equal", _LABEL).rename({"H": "discrete_entropy"}), on=KEY)
        .join(_entropy(rows, "share", _LABEL, "answer").rename({"H": "surface_entropy"}), on=KEY)
        .with_columns(
            surface_entropy=pl.max_horizontal("surface_entropy", "semantic_entropy"),
        )
    )


def _entropy(rows: pl.DataFrame, share: str, *labels: str) -> pl.DataFrame:
    """H in nats by problem, absent responses included."""
    classes = rows.group_by(KEY, *labels).agg(pl.col(share).sum())
    answered = classes.group_by(KEY).agg(H=_surprise(pl.col(share)).sum())
    lone = rows.group_by(KEY).agg(lone=(pl.col("absent") * _surprise(pl.col(share).mean())).first())
    both = answered.join(lone, on=KEY)
    return both.select(KEY, H=pl.max_horizontal(pl.col("H") + pl.col("lone"), 0.0))


def _surprise(share: pl.Expr) -> pl.Expr:
    """- p log p, 0 at p = 0."""
    return pl.when(share > 0).then(-share * share.log()).otherwise(0.0)


def _without_evidence(rows: pl.DataFrame) -> pl.DataFrame:
    """Fewer than two answers left after dropping: entropy log N of the requested N, weight 0."""
    names = ("semantic_entropy", "discrete_entropy", "surface_entropy")
    none = pl.col("n").fill_null(0) < 2
    requested = pl.col("n_samples").cast(pl.Int64)
    top = requested.cast(pl.Float64).log()
    return rows.with_columns(
        *(pl.when(none).then(top).otherwise(pl.col(name)).alias(name) for name in names),
        n=pl.when(none).then(requested).otherwise(pl.col("n").cast(pl.Int64)),
    )


def _clusters(responses: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Clusters by problem, the largest first: most frequent wording, count and p(c) of eq. 4."""
    by_cluster = [KEY, "cluster"]
    named = responses.filter(pl.col("cluster") >= 0)
    wordings = (
        named.group_by(*by_cluster, "answer")
        .len("times")
        .sort(
            *by_cluster,
            pl.col("times"),
            pl.col("answer").str.len_chars(),
            "answer",
            descending=[False, False, True, False, False],
        )
        .group_by(by_cluster, maintain_order=True)
        .agg(pl.col("answer").first(), pl.col("times").sum().alias("count"))
    )
    probs = rows.filter("answered").group_by(by_cluster).agg(prob=pl.col("share").sum())
    return (
        wordings.join(probs, on=by_cluster, how="left")
        .with_columns(pl.col("prob").fill_null(0.0))
        .sort(KEY, "count", "cluster", descending=[False, True, False])
        .group_by(KEY, maintain_order=True)
        .agg(
            n_clusters=pl.len(),
            _largest=pl.col("count").first(),
            majority_answer=pl.when(
                (pl.len() == 1)
                | (pl.col("count").first() > pl.col("count").get(1, null_on_oob=True))
            ).then(pl.col("answer").first()),
            clusters=pl.struct("answer", "count", "prob"),
        )
    )
