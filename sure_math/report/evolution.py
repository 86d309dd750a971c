"""Figures of an evolution: what every prompt yields, and where its problems are lost.

Read from the tables of a run, finished or not. A strategy is judged by its first attempts: retries
are made where an attempt has failed already, so they say less about the prompt.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from sure_math.errors import DataError
from sure_math.proportion import Proportion
from sure_math.report.examples import Example, accepted_and_rejected, taken_away
from sure_math.report.run_tables import Progress, progress, read_rows
from sure_math.runtime.run import Run

STAGES = ("decontaminate", "pool", "weight")
"""What comes after the evolver and takes problems away."""
SURPLUS = "surplus"
"""The reason that is no fault of a prompt: there were more problems than wanted."""
TIERS = ("easy", "medium", "hard", "competition")

_GAP = 0.05  # smallest difference of two shares that a reader should be told of

_STEP = {"tier": pl.String(), "strategy": pl.String(), "parent_id": pl.String()}
_ATTEMPT = {
    **_STEP,
    "step_id": pl.String(),
    "round": pl.Int16(),
    "attempt": pl.Int16(),
    "reason": pl.String(),
}
_EVOLVED = {
    **_STEP,
    "problem_id": pl.String(),
    "planned_round": pl.Int16(),
    "kept": pl.Boolean(),
    "flags": pl.List(pl.String()),
}
_REJECT = {"id": pl.String(), "reason": pl.String()}
_WEIGHT = {"problem_id": pl.String(), "w_se": pl.Float64(), "flags": pl.List(pl.String())}


@dataclass(frozen=True)
class Group:
    """The attempts of one strategy, tier or round, and what became of their problems."""

    name: str
    first: Proportion
    """First attempts of a step that gave a problem."""
    retries: Proportion
    given_up: int
    """Steps without a problem after their last attempt."""
    kept: int
    """Problems that went on to the later stages."""
    lost: Mapping[str, Mapping[str, int]]
    """Problems that later stages took away, by stage and reason."""
    weight: float | None
    """Mean weight w_se of the annotated problems; None if there are none."""

    @property
    def left(self) -> int:
        """Kept problems that no finished shard of a later stage took away."""
        return self.kept - sum(sum(reasons.values()) for reasons in self.lost.values())

    @property
    def attempts(self) -> int:
        """All attempts."""
        return self.first.total + self.retries.total

    @property
    def accepted(self) -> int:
        """All attempts that gave a problem."""
        return self.first.count + self.retries.count


@dataclass(frozen=True)
class Loss:
    """How often a strategy meets one reject reason: of its attempts, or of its kept problems."""

    strategy: str
    stage: str
    reason: str
    share: Proportion


@dataclass(frozen=True)
class Flagged:
    """How often a strategy's problems carry one flag."""

    strategy: str
    flag: str
    share: Proportion


@dataclass(frozen=True)
class Outlier:
    """A strategy that does clearly worse than the others: its interval lies below theirs."""

    strategy: str
    measure: Literal["first", "kept"]
    """first: first attempts that gave a problem; kept: problems that no later stage took away."""
    own: Proportion
    others: Proportion
    """The same of all other strategies together."""
    reasons: tuple[tuple[str, int], ...]
    """Why the rest of its attempts or problems failed, the most frequent reason first."""


@dataclass(frozen=True)
class Quota:
    """Evolved problems of a tier: how many are wanted, and how many there are."""

    tier: str
    wanted: int
    reached: int


@dataclass(frozen=True)
class EvolutionReport:
    """What `sure-math report evolution` found."""

    origin: str
    evolver: str
    progress: tuple[Progress, ...]
    """Stages from `plan` on."""
    planned: int
    """Steps of the plan so far."""
    keep: Literal["last", "all"]
    """Which problems of a chain go on to the later stages."""
    total: Group
    strategies: tuple[Group, ...]
    """The lowest yield first."""
    tiers: tuple[Group, ...]
    rounds: tuple[Group, ...]
    losses: tuple[Loss, ...]
    """The largest share first, by the lower end of its interval; surplus problems last."""
    flags: tuple[Flagged, ...]
    outliers: tuple[Outlier, ...]
    quotas: tuple[Quota, ...]
    examples: tuple[Example, ...]


def evolution_report(run: Run, *, examples: int = 3) -> EvolutionReport:
    """The figures of a run, and so many examples per strategy and reason.

    Raises:
        DataError: nothing has been evolved.
    """
    attempts = _attempts(run)
    if not attempts.height:
        raise DataError(
            f"nothing has been evolved in {run.root}",
            hint="run `sure-math evolve`, or name another run",
        )
    evolved = _evolved(run)
    lost = _lost(run, evolved)
    annotated = _annotated(run, evolved)
    frames = (attempts, evolved, lost, annotated)
    strategies = _groups(*frames, "strategy")
    tiers = _groups(*frames, "tier")
    return EvolutionReport(
        origin=str(run.root),
        evolver=_evolver(run),
        progress=tuple(progress(run, name) for name in ("plan", "evolve", *STAGES)),
        planned=read_rows(run, "plan", {"round": pl.Int16()}).height,
        keep=run.recipe.evolve.keep,
        total=_group("all", *frames),
        strategies=tuple(sorted(strategies, key=lambda g: (_share(g), g.name))),
        tiers=tuple(sorted(tiers, key=lambda g: TIERS.index(g.name))),
        rounds=_groups(*frames, "round"),
        losses=_losses(attempts, evolved, lost),
        flags=_flags(evolved, annotated),
        outliers=_outliers(strategies, attempts),
        quotas=_quotas(run, tiers),
        examples=(
            *accepted_and_rejected(run, attempts, examples),
            *taken_away(run, lost, examples),
        ),
    )


def _attempts(run: Run) -> pl.DataFrame:
    """All attempts with their places, and whether their step ended without a problem."""
    rows = read_rows(run, "evolve", _ATTEMPT, "attempts")
    failed = pl.col("reason").is_not_null()
    return rows.with_columns(failed.all().over("step_id").alias("given_up"))


def _evolved(run: Run) -> pl.DataFrame:
    """All evolved problems; rounds are those of the plan, as in the attempts."""
    rows = read_rows(run, "evolve", _EVOLVED).drop("shard", "row")
    return rows.rename({"planned_round": "round"})


def _share(group: Group) -> float:
    """Where a group stands among others; one that only has retries comes last."""
    return group.first.share if group.first.total else 2.0


def _evolver(run: Run) -> str:
    model = run.recipe.models.evolver
    return f"{model.backend}:{model.model}"


def _lost(run: Run, evolved: pl.DataFrame) -> pl.DataFrame:
    """One row per evolved problem that a later stage took away: stage, reason and place."""
    known = evolved.drop("kept", "flags").unique("problem_id")
    frames = []
    for name in STAGES:
        rejects = read_rows(run, name, _REJECT, "rejects").rename({"id": "problem_id"})
        frames.append(rejects.with_columns(pl.lit(name).alias("stage")))
    return pl.concat(frames).join(known, "problem_id")


def _annotated(run: Run, evolved: pl.DataFrame) -> pl.DataFrame:
    """Evolved problems with their weight, and the flags that came with the answers."""
    known = evolved.unique("problem_id").rename({"flags": "known"}).drop("kept")
    weighted = read_rows(run, "weight", _WEIGHT).join(known, "problem_id")
    return weighted.with_columns(pl.col("flags").list.set_difference("known"))


def _groups(
    attempts: pl.DataFrame,
    evolved: pl.DataFrame,
    lost: pl.DataFrame,
    annotated: pl.DataFrame,
    key: str,
) -> tuple[Group, ...]:
    """One group per value of `key`, in order."""
    frames = (attempts, evolved, lost, annotated)
    values = attempts[key].unique().sort().to_list()
    return tuple(
        _group(str(value), *(frame.filter(pl.col(key) == value) for frame in frames))
        for value in values
    )


def _group(
    name: str,
    attempts: pl.DataFrame,
    evolved: pl.DataFrame,
    lost: pl.DataFrame,
    annotated: pl.DataFrame,
) -> Group:
    first, later = attempts.filter(attempt=1), attempts.filter(pl.col("attempt") > 1)
    return Group(
        name=name,
        first=Proportion(first["reason"].null_count(), first.height),
        retries=Proportion(later["reason"].null_count(), later.height),
        given_up=first.filter("given_up").height,
        kept=evolved.filter("kept").height,
        lost={
            stage: dict(_counts(lost.filter(pl.col("stage") == stage), "reason"))
            for stage in STAGES
        },
        weight=_mean(annotated["w_se"]),
    )


def _counts(frame: pl.DataFrame, column: str) -> list[tuple[str, int]]:
    """Values with their frequencies, the most frequent first."""
    counts = frame.drop_nulls(column).group_by(column).len("count")
    return counts.sort(["count", column], descending=[True, False]).rows()


def _mean(column: pl.Series) -> float | None:
    return None if column.is_empty() else float(column.to_numpy().mean())


def _losses(attempts: pl.DataFrame, evolved: pl.DataFrame, lost: pl.DataFrame) -> tuple[Loss, ...]:
    tried = dict(_counts(attempts, "strategy"))
    kept = dict(_counts(evolved.filter("kept"), "strategy"))
    rejected = attempts.drop_nulls("reason").with_columns(pl.lit("evolve").alias("stage"))
    keys = ["strategy", "stage", "reason"]
    counts = pl.concat([rejected.select(keys), lost.select(keys)]).group_by(keys).len("count")
    found = [
        Loss(strategy, stage, reason, Proportion(count, totals[strategy]))
        for strategy, stage, reason, count in counts.sort(keys).rows()
        for totals in ((tried if stage == "evolve" else kept),)
    ]
    return tuple(sorted(found, key=lambda loss: (loss.reason == SURPLUS, -loss.share.low)))


def _flags(evolved: pl.DataFrame, annotated: pl.DataFrame) -> tuple[Flagged, ...]:
    """Flags of the ladder, of all evolved problems; those of the answers, of the annotated ones."""
    found = []
    for frame in (evolved, annotated):
        totals = dict(_counts(frame, "strategy"))
        counts = frame.explode("flags").drop_nulls("flags").group_by("strategy", "flags").len()
        found += [
            Flagged(strategy, flag, Proportion(count, totals[strategy]))
            for strategy, flag, count in counts.sort("strategy", "flags").rows()
        ]
    return tuple(sorted(found, key=lambda flagged: -flagged.share.low))


def _outliers(strategies: Sequence[Group], attempts: pl.DataFrame) -> tuple[Outlier, ...]:
    first = attempts.filter(attempt=1)
    yields = {group.name: group.first for group in strategies}
    found = [
        Outlier(name, "first", own, others, tuple(_counts(first.filter(strategy=name), "reason")))
        for name, own, others in _below_the_others(yields)
    ]
    blamed = {group.name: _blamed(group) for group in strategies}
    stays = {g.name: Proportion(g.kept - sum(blamed[g.name].values()), g.kept) for g in strategies}
    for name, own, others in _below_the_others(stays):
        found.append(Outlier(name, "kept", own, others, tuple(blamed[name].most_common())))
    return tuple(found)


def _below_the_others(
    shares: Mapping[str, Proportion],
) -> Iterator[tuple[str, Proportion, Proportion]]:
    """Names whose interval lies wholly and well below that of all others, the lowest first."""
    everything = sum(shares.values(), Proportion(0, 0))
    for name, own in sorted(shares.items(), key=lambda item: item[1].share):
        others = everything - own
        if not own.total or not others.total:
            continue
        if own.high < others.low and others.share - own.share >= _GAP:
            yield name, own, others


def _blamed(group: Group) -> Counter[str]:
    """Later losses by reason, but for surplus problems."""
    counts: Counter[str] = Counter()
    for reasons in group.lost.values():
        counts.update(reasons)
    del counts[SURPLUS]
    return counts


def _quotas(run: Run, tiers: Sequence[Group]) -> tuple[Quota, ...]:
    """What each tier with a quota has; a tier without any attempt has nothing."""
    left = {group.name: group.left for group in tiers}
    quota = run.recipe.evolve.quota
    return tuple(Quota(t, quota[t], left.get(t, 0)) for t in TIERS if t in quota)
