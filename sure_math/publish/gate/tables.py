"""Checks `schema` and `ids`: every table is the one this version knows, with values it knows."""

from collections.abc import Iterable, Mapping
from typing import get_args

import polars as pl
import yaml

from sure_math.answers.boxed import Status
from sure_math.answers.free_text import TextStatus
from sure_math.config import STRATEGIES, TIERS
from sure_math.evolve.validity import Verdict
from sure_math.publish.gate.checks import refuse, some
from sure_math.publish.gate.release import Release
from sure_math.publish.manifest import holds_responses
from sure_math.resources import resource
from sure_math.schemas import RELEASE, RELEASE_RESPONSES
from sure_math.seeds.rows import AnswerSource

_PROBLEMS: dict[str, frozenset[str]] = {
    "tier": frozenset(TIERS),
    "strategy": frozenset(STRATEGIES),
    "answer_source": frozenset(get_args(AnswerSource)),
    "logprobs_mode": frozenset({"raw_logprobs", "none"}),
}
_LISTS: dict[str, frozenset[str]] = {
    "validity": frozenset({*get_args(Verdict), "unparseable"}),
    "flags": frozenset(yaml.safe_load(resource("data_cards", "flags.yaml").read_text("utf-8"))),
}
_RESPONSES: dict[str, frozenset[str]] = {
    "finish_reason": frozenset({"stop", "length"}),
    "extract_status": frozenset({*get_args(Status), *get_args(TextStatus)}),
}


def check_schema(release: Release) -> str:
    """Column names, types and nullability of every file; versions of the tables."""
    known = {table.name: table.version for table in (RELEASE, RELEASE_RESPONSES)}
    faults = [
        f"table {name} was made with schema {release.manifest.tables.get(name, 'none')}, "
        f"this sure-math reads {version}"
        for name, version in known.items()
        if release.manifest.tables.get(name) != version
    ]
    unknown = sorted(release.manifest.tables.keys() - known.keys())
    faults += [f"this sure-math knows no table {name!r}" for name in unknown]
    refuse(faults + release.schema_faults)
    return ", ".join(f"{name} version {version}" for name, version in known.items())


def check_ids(release: Release) -> str:
    """One row per problem over all configurations, in the split it names, in known words."""
    columns = ("problem_id", "split", "curated", "root_id", "parent_id", "round", "root_sha256")
    problems = release.problems([*columns, *_PROBLEMS, *_LISTS])
    faults = _id_faults(problems)
    wrong = problems.filter(pl.col("split") != pl.col("file_split"))
    faults += rows_that(wrong, "stand in a file of another split than their column says")
    faults += _word_faults(problems, _PROBLEMS)
    for column, known in _LISTS.items():
        each = problems.select("problem_id", column).explode(column)
        faults += _word_faults(each, {column: known})
    seeds = pl.col("strategy").is_null()
    marks = (pl.col("parent_id").is_null(), pl.col("round") == 0, pl.col("curated"),
             pl.col("root_id") == pl.col("problem_id"))  # fmt: skip
    mixed = problems.filter(pl.any_horizontal(mark != seeds for mark in marks))
    faults += rows_that(mixed, "are neither wholly seeds nor wholly evolved")
    files = [file for file in release.manifest.files if holds_responses(file.config)]
    for _, part in release.rows(files, ["problem_id", *_RESPONSES]):
        faults += _word_faults(part, _RESPONSES)
    refuse(list(dict.fromkeys(faults)))
    return f"{problems.height} problems, each once"


def _id_faults(problems: pl.DataFrame) -> list[str]:
    faults = []
    repeated = problems.filter(pl.col("problem_id").is_duplicated())
    if repeated.height:
        names = repeated["problem_id"].unique(maintain_order=True)
        faults.append(f"{names.len()} problem ids stand in more than one row: {some(names)}")
    faults += rows_that(problems.filter(pl.col("problem_id") == ""), "have no id")
    bad = problems.filter(~pl.col("root_sha256").str.contains("^[0-9a-f]{64}$"))
    return faults + rows_that(bad, "have a root_sha256 that is none")


def _word_faults(rows: pl.DataFrame, columns: Mapping[str, Iterable[str]]) -> list[str]:
    faults = []
    for column, known in columns.items():
        wrong = rows.filter(~pl.col(column).is_in(list(known))).unique(column)
        faults += [
            f"{column} {value!r} of problem {name} is none this version knows"
            for name, value in wrong.select("problem_id", column).sort(column).rows()
        ]
    return faults


def rows_that(wrong: pl.DataFrame, what: str) -> list[str]:
    """A fault for these rows, if there are any."""
    return [f"{wrong.height} rows {what}: {some(wrong['problem_id'])}"] if wrong.height else []
