"""What an evaluation folder says: its record, and a pass rate per problem.

    evaluation.json            what was asked of which model, and how far it is
    problems/part-*.parquet    the problems with their answers
    completions/part-*.parquet one row per completion
    grades/part-*.parquet      one row per graded completion

A request that failed for good has no completion and counts as wrong. Problems of AMO-Bench that no
rule can grade belong to no number unless a judge graded them: `AMO-Bench-P` are the 39 that rules
grade, `AMO-Bench` are all 50, with the judge named.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from sure_math import schemas
from sure_math.errors import DataError
from sure_math.runtime.shards import part_index, read_table

RECORD = "evaluation.json"
DESCRIBED = "description"
"""The kind of answer that only a judge can grade."""

_GOES_ON = "run the command that began it again; it goes on where it stopped"
_PLACE = ["benchmark", "decoding", "problem_id"]


@dataclass(frozen=True)
class Results:
    """One finished evaluation."""

    folder: Path
    meta: dict[str, Any]
    """The record, `evaluation.json`."""
    rates: pl.DataFrame
    """One row per benchmark, decoding and problem: `n` completions asked for, how many of them are
    `correct`, `unanswered` (no final answer, or no completion), `truncated` and `failed` (no
    completion), and the mean `tokens` of those that came (null if none did)."""


def read_results(folder: Path | str) -> Results:
    """The results of one evaluation.

    Raises:
        DataError: the folder holds no evaluation, or one that is not finished or lacks files.
        StageError: a file of it is damaged.
    """
    folder = Path(folder)
    meta = read_record(folder)
    if not meta.get("finished"):
        raise DataError(
            f"evaluation {folder} is not finished",
            hint=_GOES_ON,
        )
    _check_whole(folder)
    return Results(folder, meta, pass_rates(folder, meta["suite"]))


def read_record(folder: Path) -> dict[str, Any]:
    """`evaluation.json` of a folder.

    Raises:
        DataError: there is none, or it is no JSON object.
    """
    return read_object(folder / RECORD, "an evaluation", f"{folder} holds no evaluation")


def read_object(path: Path, what: str, absent: str) -> dict[str, Any]:
    """The JSON object in the record of `what`; `absent` is said where there is none.

    Raises:
        DataError: there is none, or it is no JSON object.
    """
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{absent}: {error.strerror or error}") from error
    except ValueError as error:
        raise DataError(f"{path} is not JSON: {error}") from error
    if not isinstance(meta, dict):
        raise DataError(f"{path} is not the record of {what}")
    return meta


def _check_whole(folder: Path) -> None:
    """Every stage has all shards: completions of a lost file would count as wrong."""
    stages = ("problems", "completions", "grades")
    parts = {name: {part.name for part in _parts(folder / name)} for name in stages}
    every = set.union(*parts.values())
    lost = [f"{name}/{part}" for name in stages for part in sorted(every - parts[name])]
    if lost or not every:
        what = ", ".join(lost[:5]) or "any problems"
        raise DataError(f"evaluation {folder} is finished but lacks {what}", hint=_GOES_ON)


def _parts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.parquet") if part_index(path) is not None)


def read_rows(folder: Path, table: schemas.Table) -> pl.DataFrame:
    """All rows of one table of an evaluation, by the name of its folder."""
    tables = [read_table(path, table.schema) for path in _parts(folder)]
    whole = pa.concat_tables(tables) if tables else table.schema.empty_table()
    return pl.DataFrame(pl.from_arrow(whole))


def pass_rates(folder: Path, suite: dict[str, Any]) -> pl.DataFrame:
    """The rates of an evaluation by its rows; `suite` as in its record."""
    decodings = pl.DataFrame(
        [{"decoding": each["name"], "n": each["n"]} for each in suite["decodings"]]
    )
    problems = _reported(read_rows(folder / "problems", schemas.BENCHMARK_PROBLEMS), suite)
    graded = _graded(folder)
    return (
        problems.join(decodings, how="cross", maintain_order="left_right")
        .join(graded, on=_PLACE, how="left", maintain_order="left")
        .with_columns(pl.col("came", "correct", "answered", "truncated").fill_null(0))
        .with_columns(
            unanswered=pl.col("n") - pl.col("answered"), failed=pl.col("n") - pl.col("came")
        )
        .select(
            pl.col("reported").alias("benchmark"),
            "decoding", "problem_id", "n", "correct", "unanswered", "truncated", "failed", "tokens",
        )
    )  # fmt: skip


def _graded(folder: Path) -> pl.DataFrame:
    """Counts per benchmark, decoding and problem over the completions that came."""
    key = [*_PLACE, "sample_index"]
    completions = read_rows(folder / "completions", schemas.COMPLETIONS)
    grades = read_rows(folder / "grades", schemas.GRADES)
    return (
        completions.select(*key, "finish_reason", "token_count")
        .join(grades.select(*key, "answer", "correct"), on=key, how="left")
        .group_by(_PLACE)
        .agg(
            came=pl.len(),
            correct=pl.col("correct").sum(),
            answered=pl.col("answer").is_not_null().sum(),
            truncated=(pl.col("finish_reason") == "length").sum(),
            tokens=pl.col("token_count").mean(),
        )
    )


def _reported(problems: pl.DataFrame, suite: dict[str, Any]) -> pl.DataFrame:
    """Every problem under each name that it is reported under."""
    ruled = [each["name"] for each in suite["benchmarks"] if each["grader"] == "amo"]
    by_rules = problems.filter(
        ~pl.col("benchmark").is_in(ruled) | pl.col("answer_type").ne_missing(DESCRIBED)
    )
    suffix = pl.when(pl.col("benchmark").is_in(ruled)).then(pl.lit("-P")).otherwise(pl.lit(""))
    parts = [by_rules.with_columns(reported=pl.col("benchmark") + suffix)]
    if suite["judge"] is not None:
        whole = problems.filter(pl.col("benchmark").is_in(ruled))
        parts.append(whole.with_columns(reported=pl.col("benchmark")))
    return pl.concat(parts).select("reported", "benchmark", "problem_id")
