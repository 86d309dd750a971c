"""The problem list as JSON: light columns of one page of rows."""

from typing import Any

import polars as pl

from sure_math.browse.query import Page, Query

Row = dict[str, Any]

CUT = 300
"""Characters of a statement in a list."""
_COLUMNS = (
    "problem_id", "problem", "tier", "strategy", "round", "split", "source", "flags", "state",
    "reason", "semantic_entropy", "w_se", "n_clusters", "answer", "majority_answer",
    "majority_share", "majority",
)  # fmt: skip
_RELATIVE = (
    "problem_id", "problem", "strategy", "round", "tier", "state", "reason", "semantic_entropy",
    "w_se", "majority",
)  # fmt: skip


def listing(page: Page, query: Query) -> Row:
    """A page of the list."""
    rows = _rows(page.rows, _COLUMNS)
    return {"total": page.total, "offset": query.offset, "limit": query.limit, "rows": rows}


def relatives(problems: pl.DataFrame) -> dict[str, Row]:
    """What a family tree shows of problems, by id."""
    return {row["problem_id"]: row for row in _rows(problems, _RELATIVE)}


def _rows(problems: pl.DataFrame, columns: tuple[str, ...]) -> list[Row]:
    """These columns, with the beginning of the statement in place of the whole."""
    shown = problems.select(columns).with_columns(
        pl.col("problem").str.slice(0, CUT).alias("text"),
        (pl.col("problem").str.len_chars() > CUT).alias("cut"),
    )
    return shown.drop("problem").to_dicts()
