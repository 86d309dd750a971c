"""All problems of a run or release, light enough for memory, and the way to everything else.

About 0.7 kB per problem of 260 characters: its statement twice, once folded for the search, and two
dozen small columns. Responses and side tables stay on disk behind an index of rows.
"""

import threading
from pathlib import Path

import polars as pl

from sure_math.browse.majority import first_look, settled
from sure_math.browse.parts import Part, Row, RowIndex, moved, read_columns, read_rows
from sure_math.browse.query import folded
from sure_math.browse.source import Source, open_source
from sure_math.errors import DataError, SureMathError

_STRING, _FLOAT = pl.String(), pl.Float64()
_COLUMNS = {
    "problem_id": _STRING,
    "problem": _STRING,
    "answer": _STRING,
    "tier": _STRING,
    "strategy": _STRING,
    "round": pl.Int16(),
    "split": _STRING,
    "source": _STRING,
    "flags": pl.List(pl.String()),
    "root_id": _STRING,
    "parent_id": _STRING,
    "semantic_entropy": _FLOAT,
    "w_se": _FLOAT,
    "intra_cluster_entropy": _FLOAT,
    "n_samples": pl.Int16(),
    "n_clusters": pl.Int16(),
    "majority_answer": _STRING,
    "majority_share": _FLOAT,
    "teacher": _STRING,
    "judge": _STRING,
    "evolver": _STRING,
    "use": _STRING,
    "kept": pl.Boolean(),
}
_REPEATED = ("tier", "strategy", "split", "source", "teacher", "judge", "evolver")
"""Columns with few values, one number per row in memory."""
STATE = pl.Enum(["annotated", "waiting", "step", "removed"])
_INDEXES = {
    "responses": ("responses", "problem_id"),
    "evolved": ("evolved", "problem_id"),
    "judgements": ("judgements", "problem_id"),
    "links": ("links", "problem_id"),
    "verdicts": ("verdicts", "problem_id"),
    "rejects": ("rejects", "id"),
    "attempts_from": ("attempts", "parent_id"),
    "attempts_at": ("attempts", "step_id"),
}
"""Table and key of every index."""


class Library:
    """What the pages are made of; safe to read from several threads.

    `warm_up` lets a thread build the indexes and compare majority answers; `close` ends it.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._parts = tuple(part for parts in source.problems for part in parts)
        self.problems = _problems(source)
        """One row per problem; replaced as a whole when majorities become known."""
        self._indexes: dict[str, RowIndex] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._worker = threading.Thread(target=self._work, name="browse-warm-up", daemon=True)

    def index(self, name: str) -> RowIndex:
        """The rows of every problem in a table; built when first asked for."""
        with self._lock:
            if name not in self._indexes:
                table, key = _INDEXES[name]
                parts = self.source.tables.get(table, ())
                self._indexes[name] = RowIndex(parts, key, self.source.complaints)
            return self._indexes[name]

    def stored(self, row: Row) -> tuple[Part, Row]:
        """Everything that is stored of a problem, and the file it is in.

        Raises:
            DataError: the file is damaged, gone, or another one than it was.
        """
        part = self._parts[row["part"]]
        found = read_rows(part, row["row"], 1)
        if [each["problem_id"] for each in found] != [row["problem_id"]]:
            raise moved(part)
        return part, found[0]

    def warm_up(self) -> None:
        """Start the background thread."""
        self._worker.start()

    def settle(self) -> None:
        """Wait until every majority is known."""
        self._worker.join()

    def close(self) -> None:
        """Stop the background thread."""
        self._stop.set()
        if self._worker.is_alive():
            self._worker.join(timeout=5)

    def _work(self) -> None:
        try:
            for name in _INDEXES:
                if self._stop.is_set():
                    return
                self.index(name)
            for problems in settled(self.problems, self._stop.is_set):
                self.problems = problems
        except SureMathError as error:  # no math-verify: majorities stay pending
            self.source.complaints.append(error.message)


def open_library(name: str | None, runs: Path) -> Library:
    """The library of a run or release; the name is that of `source.open_source`.

    Raises:
        ConfigError: nothing has that name.
        DataError: it is neither a run nor a release, or holds no problem that can be read.
    """
    return Library(open_source(name, runs))


def _problems(source: Source) -> pl.DataFrame:
    frames, first = [], 0
    for parts in source.problems:
        frame = read_columns(parts, _COLUMNS, source.complaints)
        frames.append(frame.with_columns(pl.col("part") + first))
        first += len(parts)
    found = pl.concat(frames).unique("problem_id", keep="first", maintain_order=True)
    if not found.height:
        raise DataError(
            f"{source.place} holds no problem that can be read",
            hint="; ".join(source.complaints[:3]) or "run `sure-math seeds` first",
        )
    return (
        found.join(_removed(source), "problem_id", how="left", maintain_order="left")
        .with_columns(
            pl.col(name).fill_nan(None) for name, kind in _COLUMNS.items() if kind == _FLOAT
        )
        .with_columns(
            _state(),
            first_look().alias("majority"),
            folded("problem", "problem_id", "answer").alias("folded"),
            pl.col("problem").str.len_chars().alias("length"),
            *(pl.col(name).cast(pl.Categorical) for name in _REPEATED),
        )
        .drop("use", "kept")
        .with_row_index("position")
        .rechunk()
    )


def _state() -> pl.Expr:
    return (
        pl.when(pl.col("semantic_entropy").is_not_null())
        .then(pl.lit("annotated"))
        .when(pl.col("reason").is_not_null())
        .then(pl.lit("removed"))
        .when(~pl.col("kept") | (pl.col("strategy").is_null() & (pl.col("use") == "evolve")))
        .then(pl.lit("step"))
        .otherwise(pl.lit("waiting"))
        .cast(STATE)
        .alias("state")
    )


def _removed(source: Source) -> pl.DataFrame:
    """Which problems a later stage took away, and why."""
    columns = {"id": _STRING, "reason": _STRING, "detail": _STRING}
    parts = source.tables.get("rejects", ())
    stages = {number: part.stage for number, part in enumerate(parts)}
    rows = read_columns(parts, columns, source.complaints).rename({"id": "problem_id"})
    # Its twin, the same problem from another chain, was taken away; it stayed.
    twin = pl.col("detail").eq_missing("of " + pl.col("problem_id"))
    stage = pl.col("part").replace_strict(stages, return_dtype=pl.String, default="")
    return (
        rows.filter(~twin)
        .unique("problem_id", keep="first", maintain_order=True)
        .select("problem_id", pl.format("{} in {}", "reason", stage).alias("reason"))
    )
