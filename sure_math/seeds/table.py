"""The `table` adapter: the user's own problems, in a file, a folder or any hub dataset."""

import math
from pathlib import Path
from typing import Any

from sure_math.config import SourceConfig
from sure_math.errors import ConfigError, DataError
from sure_math.problem_set import ProblemSet
from sure_math.seeds.adapters import Adapter
from sure_math.seeds.rows import Draft, Row

PROBLEM_COLUMNS = ("problem", "question", "query", "prompt")
"""Tried in this order where no `problem_column` is given."""


def table_adapter(source: ProblemSet) -> Adapter:
    """The adapter that a source of the kind `table` describes.

    Raises:
        ConfigError: neither or both of `path` and `dataset` are given.
    """
    if (source.path is None) == (source.dataset is None):
        raise ConfigError(
            f"source {source.name}: adapter table needs either `path` (a Parquet, JSON, JSONL or "
            "CSV file, or a folder of them) or `dataset` (a hub id)"
        )
    answer_column, id_column = source.answer_column, source.id_column
    named = (source.problem_column, answer_column, id_column)

    def draft(row: Row) -> Draft:
        column = source.problem_column or next((c for c in PROBLEM_COLUMNS if c in row), None)
        if column is None:
            raise DataError(
                f"no problem column among {sorted(map(str, row))}; looked for {PROBLEM_COLUMNS}",
                hint="name it: `problem_column`, or --problem-column",
            )
        return Draft(
            row[column],
            _scalar(row[answer_column]) if answer_column else None,
            upstream_id=_scalar(row[id_column]) if id_column else None,
        )

    license_id = source.license if isinstance(source, SourceConfig) else None
    return Adapter(
        name="table",
        dataset=source.dataset or Path(str(source.path)).name,
        draft=draft,
        columns=tuple(name for name in named if name),
        optional=() if source.problem_column else PROBLEM_COLUMNS,
        license=license_id or "unknown",
        answer_source="user",
        stream=True,
    )


def _scalar(value: Any) -> str | None:
    """A cell as text: 3.0, which is what an integer column with gaps becomes, is 3."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
