"""Semantic entropy and the distillation weight: eq. 4-6.

    m_n  = exp(log p(y_n|x) / |y_n|)              length-normalised mass of response n
    p(c) = sum_{n in c} m_n / sum_n m_n           eq. 4
    H    = - sum_c p(c) log p(c)                  eq. 5, nats
    w    = 1 - H / log N                          eq. 6, N = responses requested

Everything happens on logarithms (log-sum-exp), so means of -2000 nats per token are as exact as
any other. Without log-probabilities every m_n is 1: discrete semantic entropy.

A response without a final answer is a class of its own: eight of them give weight 0. One shared
class would give weight 1 to a teacher that never answers.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sure_math.errors import DataError

Unanswered = Literal["own_class", "drop"]
_ROUNDING = 1e-3
"""Engines in low precision report certain tokens slightly above 0 nats."""
MISSING = -1
"""Cluster id of a response without a final answer."""


@dataclass(frozen=True)
class SemanticEntropy:
    """The uncertainty of one problem; entropies in nats."""

    entropy: float
    """H of eq. 5, in [0, log N]."""
    normalized: float
    """H / log N, in [0, 1]."""
    weight: float
    """w_se of eq. 6: 1 - normalized."""
    cluster_probs: dict[int, float]
    """p(c) of eq. 4 for every cluster of answers."""
    unanswered_prob: float
    """Mass of all responses without an answer; with cluster_probs it sums to 1."""
    discrete_entropy: float
    """H with every m_n = 1."""
    surface_entropy: float | None
    """H over distinct answer strings; None unless answers were given."""
    intra_cluster_entropy: float | None
    """surface_entropy - entropy >= 0; None unless answers were given."""


def semantic_entropy(
    cluster_ids: Sequence[int | None],
    logprobs: Sequence[float] | None,
    token_counts: Sequence[int] | None,
    *,
    answers: Sequence[str | None] | None = None,
    n_requested: int | None = None,
    unanswered: Unanswered = "own_class",
) -> SemanticEntropy:
    """Semantic entropy and weight of one problem, eq. 4-6.

    Args:
        cluster_ids: cluster of each response; None or a negative id means no final answer.
        logprobs: log p(y_n|x), summed over the tokens of each response, nats. None: discrete.
        token_counts: |y_n|. A response of 0 tokens has no answer. Not needed without logprobs.
        answers: the answer strings, for the surface and intra-cluster entropy.
        n_requested: N of eq. 6; by default the number of responses given. Responses that were
            requested and never arrived count as unanswered. They have no log-probability, so each
            gets the mean mass of those that arrived (1 if there are none), as does one of 0 tokens.
        unanswered: "own_class" (default), or "drop": leave them out and divide by the log of the
            number of answers. With fewer than two answers left nothing shows agreement, so the
            result is the cautious one: entropy log N, weight 0.

    Raises:
        DataError: fewer than two responses requested, columns of different lengths, a
            log-probability that is not finite or is positive, a negative token count.
    """
    n = len(cluster_ids) if n_requested is None else n_requested
    _check(n, cluster_ids, logprobs, token_counts, answers)
    classes = _classes(cluster_ids, token_counts)
    log_masses = _log_masses(classes, logprobs, token_counts)
    absent = n - len(classes)
    forms = list(answers) if answers is not None else [None] * len(classes)
    if unanswered == "drop":
        kept = [i for i, c in enumerate(classes) if c is not None]
        if len(kept) < 2:
            return _no_evidence(n, [classes[i] for i in kept], answers is not None)
        classes, forms = [classes[i] for i in kept], [forms[i] for i in kept]
        log_masses = [log_masses[i] for i in kept]
        n, absent = len(kept), 0
    log_masses += [_log_mean(log_masses)] * absent
    classes += [None] * absent
    forms += [None] * absent

    labels = _own_class_each(classes)
    entropy, probs = _entropy(labels, log_masses)
    discrete, _ = _entropy(labels, [0.0] * len(labels))
    surface = None
    if answers is not None:
        refined = list(zip(labels, forms, strict=True))
        surface = max(entropy, _entropy(refined, log_masses)[0])
    entropy = min(entropy, math.log(n))
    cluster_probs = {c: probs[c] for c in sorted({c for c in classes if c is not None})}
    return SemanticEntropy(
        entropy=entropy,
        normalized=entropy / math.log(n),
        weight=1.0 - entropy / math.log(n),
        cluster_probs=cluster_probs,
        unanswered_prob=math.fsum(p for label, p in probs.items() if label not in cluster_probs),
        discrete_entropy=min(discrete, math.log(n)),
        surface_entropy=surface,
        intra_cluster_entropy=None if surface is None else surface - entropy,
    )


def majority(cluster_ids: Sequence[int | None]) -> int | None:
    """The cluster with most responses; None on a tie or without any answer."""
    top = Counter(c for c in cluster_ids if c is not None and c >= 0).most_common(2)
    if not top or (len(top) == 2 and top[0][1] == top[1][1]):
        return None
    return top[0][0]


def majority_share(cluster_ids: Sequence[int | None], n_requested: int | None = None) -> float:
    """Share of the requested responses in the largest cluster; 0 without any answer."""
    counts = Counter(c for c in cluster_ids if c is not None and c >= 0)
    n = len(cluster_ids) if n_requested is None else n_requested
    return max(counts.values(), default=0) / n if n else 0.0


def _check(
    n: int,
    cluster_ids: Sequence[int | None],
    logprobs: Sequence[float] | None,
    token_counts: Sequence[int] | None,
    answers: Sequence[str | None] | None,
) -> None:
    if n < 2:
        raise DataError(
            f"semantic entropy needs at least 2 requested responses, not {n}: log 1 = 0 in eq. 6",
            hint="sample the teacher at least twice per problem",
        )
    if len(cluster_ids) > n:
        raise DataError(f"{len(cluster_ids)} responses, but only {n} were requested")
    for name, column in (
        ("logprobs", logprobs),
        ("token_counts", token_counts),
        ("answers", answers),
    ):
        if column is not None and len(column) != len(cluster_ids):
            raise DataError(f"{len(column)} {name} for {len(cluster_ids)} responses")
    if token_counts is not None and any(count < 0 for count in token_counts):
        raise DataError("a token count is negative")
    if logprobs is None:
        return
    if token_counts is None:
        raise DataError("log-probabilities need token counts (eq. 4 divides by |y_n|)")
    for value in logprobs:
        if not math.isfinite(value) or value > _ROUNDING:
            raise DataError(f"{value!r} is not the log-probability of a response (finite, <= 0)")


def _classes(
    cluster_ids: Sequence[int | None], token_counts: Sequence[int] | None
) -> list[int | None]:
    """Cluster of each response, None where there is no answer."""
    counts = [1] * len(cluster_ids) if token_counts is None else token_counts
    pairs = zip(cluster_ids, counts, strict=True)
    return [None if c is None or c < 0 or count == 0 else c for c, count in pairs]


def _log_masses(
    classes: Sequence[int | None],
    logprobs: Sequence[float] | None,
    token_counts: Sequence[int] | None,
) -> list[float]:
    """log m_n of every response; the log of the mean mass where there are no tokens."""
    if logprobs is None or token_counts is None:
        return [0.0] * len(classes)
    pairs = list(zip(logprobs, token_counts, strict=True))
    mean = _log_mean([logprob / count for logprob, count in pairs if count])
    return [logprob / count if count else mean for logprob, count in pairs]


def _own_class_each(classes: Iterable[int | None]) -> list[Hashable]:
    """Give every response without an answer a label of its own."""
    return [("unanswered", i) if c is None else c for i, c in enumerate(classes)]


def _entropy(
    labels: Sequence[Hashable], log_masses: Sequence[float]
) -> tuple[float, dict[Hashable, float]]:
    """Eq. 4 and 5 over any labelling: (entropy in nats, probability of each label)."""
    groups: dict[Hashable, list[float]] = {}
    for label, log_mass in zip(labels, log_masses, strict=True):
        groups.setdefault(label, []).append(log_mass)
    total = _log_sum_exp(log_masses)
    log_probs = {label: _log_sum_exp(group) - total for label, group in groups.items()}
    entropy = -math.fsum(math.exp(lp) * lp for lp in log_probs.values())
    return max(0.0, entropy), {label: math.exp(lp) for label, lp in log_probs.items()}


def _log_sum_exp(values: Sequence[float]) -> float:
    top = max(values)
    return top + math.log(math.fsum(math.exp(value - top) for value in values))


def _log_mean(values: Sequence[float]) -> float:
    """Log of the mean of exp(values); 0 (mass 1) without any."""
    return _log_sum_exp(values) - math.log(len(values)) if values else 0.0


def _no_evidence(n: int, classes: Sequence[int | None], surface: bool) -> SemanticEntropy:
    """Fewer than two answers left after "drop": the most uncertain value, never a confident one."""
    return SemanticEntropy(
        entropy=math.log(n),
        normalized=1.0,
        weight=0.0,
        cluster_probs={c: 1.0 for c in classes if c is not None},
        unanswered_prob=0.0 if classes else 1.0,
        discrete_entropy=math.log(n),
        surface_entropy=math.log(n) if surface else None,
        intra_cluster_entropy=0.0 if surface else None,
    )
