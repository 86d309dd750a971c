"""Check `recomputation`: the annotation of every problem follows from its published responses.

Responses are read a few hundred thousand at a time, without their text. Those of a problem stand
together, in files of the split of the problem; who streams a release relies on that too.
"""

from collections.abc import Iterator

import polars as pl

from sure_math.publish.gate.checks import refuse, some
from sure_math.publish.gate.entropy import KEY, REALS, annotate
from sure_math.publish.gate.release import Release

_TOLERANCE = 1e-9
_ROUNDING = 1e-3
"""Engines in low precision report certain tokens slightly above 0 nats."""
_RESPONSES = (KEY, "sample_index", "cluster", "answer", "logprob", "token_count", "finish_reason")
_EXACT = ("n_returned", "n_answered", "n_truncated", "n_clusters", "majority_answer",
          "logprobs_mode")  # fmt: skip
_ROWS = 200_000


def check_recomputation(release: Release) -> str:
    """Problems against their responses, both ways."""
    lone: list[str] = []
    faults: list[str] = []
    problems = responses = 0
    for config, of_responses in release.pairs():
        splits = {*release.manifest.rows()[config], *release.manifest.rows().get(of_responses, {})}
        for split in sorted(splits):
            published = _published(release, config, split)
            names: list[pl.Series] = []
            for rows in _whole_problems(release, of_responses, split):
                names.append(rows[KEY].unique())
                faults += _part_faults(release, published, rows)
                responses += rows.height
            place = f"{config}/{split}"
            lone += _pairing_faults(place, published[KEY], pl.concat(names) if names else None)
            problems += published.height
    refuse(lone + faults)
    return f"{problems} problems follow from {responses} responses (to {_TOLERANCE:g})"


def _published(release: Release, config: str, split: str) -> pl.DataFrame:
    columns = [KEY, "n_samples", *REALS, *_EXACT, "clusters"]
    parts = [part for _, part in release.rows(release.files(config, split), columns)]
    return pl.concat(parts) if parts else release.problems(columns).clear().select(columns)


def _whole_problems(release: Release, config: str, split: str) -> Iterator[pl.DataFrame]:
    """Responses in parts that cut no problem in two, if those of a problem stand together."""
    waiting: list[pl.DataFrame] = []
    for _, part in release.rows(release.files(config, split), _RESPONSES):
        waiting.append(part)
        if sum(each.height for each in waiting) >= _ROWS:
            rows = pl.concat(waiting)
            last = rows[KEY] == rows[KEY][-1]
            yield rows.filter(~last)
            waiting = [rows.filter(last)]
    if waiting:
        yield pl.concat(waiting)


def _pairing_faults(place: str, problems: pl.Series, answered: pl.Series | None) -> list[str]:
    """Problems without responses, and the other way round."""
    names = pl.Series(KEY, [], pl.String) if answered is None else answered
    faults = []
    for what, lone in (
        ("problems have no responses", problems.filter(~problems.is_in(names.implode()))),
        ("problems of responses are not there", names.filter(~names.is_in(problems.implode()))),
        ("problems have responses in two places", names.filter(names.is_duplicated()).unique()),
    ):
        if lone.len():
            faults.append(f"{place}: {lone.len()} {what}: {some(lone)}")
    return faults


def _part_faults(release: Release, published: pl.DataFrame, responses: pl.DataFrame) -> list[str]:
    """Faults of some responses with all their problems."""
    rows = responses.join(published.select(KEY, "n_samples"), on=KEY)
    faults = _response_faults(rows)
    if faults or rows.is_empty():
        return faults
    found = annotate(rows, release.provenance.recipe.weight.unanswered)
    both = published.join(found, on=KEY, suffix="_found")
    for name in _EXACT:  # first: where a count is wrong, so is what follows from it
        faults += _differences(both, name, pl.col(name).ne_missing(pl.col(f"{name}_found")))
    for name in REALS:
        have, want = pl.col(name), pl.col(f"{name}_found")
        faults += _differences(both, name, ~((have - want).abs() <= _TOLERANCE))
    return faults + _cluster_faults(both)


def _response_faults(rows: pl.DataFrame) -> list[str]:
    """Responses that no annotation can be made from."""
    index, logprob = pl.col("sample_index"), pl.col("logprob")
    rules = {
        "stand there twice": pl.struct(KEY, "sample_index").is_duplicated(),
        "have a sample_index outside 0 ... n_samples - 1": (index < 0)
        | (index >= pl.col("n_samples")),
        "have a cluster without an answer, or an answer without one": (pl.col("cluster") >= 0)
        != pl.col("answer").is_not_null(),
        "have a logprob that is none (finite, not above 0)": ~logprob.is_finite()
        | (logprob > _ROUNDING),
        "have a negative token_count": pl.col("token_count") < 0,
    }
    return [
        f"{wrong.height} responses {what}: {some(_names(wrong))}"
        for what, rule in rules.items()
        if not (wrong := rows.filter(rule)).is_empty()
    ]


def _names(rows: pl.DataFrame) -> Iterator[str]:
    return (f"{name}:{index}" for name, index in rows.select(KEY, "sample_index").iter_rows())


def _differences(both: pl.DataFrame, column: str, rule: pl.Expr) -> list[str]:
    """One line for a column that differs from what the responses say."""
    wrong = both.filter(rule.fill_null(value=True)).select(KEY, column, f"{column}_found")
    if wrong.is_empty():
        return []
    shown = some(
        f"{name} has {have}, its responses give {want}" for name, have, want in wrong.rows()
    )
    return [f"{wrong.height} problems with another {column}: {shown}"]


def _cluster_faults(both: pl.DataFrame) -> list[str]:
    """Answers, counts and probabilities of the clusters, in order."""
    lists = both.select(KEY, "clusters", "clusters_found")
    lengths = lists.with_columns(pl.exclude(KEY).list.len())
    faults = _differences(lengths, "clusters", pl.col("clusters") != pl.col("clusters_found"))
    if faults:
        return faults
    pairs = lists.explode("clusters", "clusters_found").drop_nulls()
    have, want = pl.col("clusters").struct, pl.col("clusters_found").struct
    near = (have.field("prob") - want.field("prob")).abs() <= _TOLERANCE
    same = [have.field(name).eq_missing(want.field(name)) for name in ("answer", "count")]
    return _differences(pairs, "clusters", ~pl.all_horizontal(near, *same))
