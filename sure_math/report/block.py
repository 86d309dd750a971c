"""One block of a table: rows of a comparison, then their differences to one of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sure_math.report.accuracy import (
    Entry,
    accuracy,
    best_of,
    difference,
    explanation,
    percent,
    points,
    seeds_of,
)
from sure_math.report.document import Cell, Grid, cells
from sure_math.report.runs import Column
from sure_math.report.series import Series

_SYMBOLS = ("†", "‡", "§", "¶", "‖")


class Footnotes:
    """Remarks on rows, each with a symbol, in the order in which they are first needed."""

    def __init__(self) -> None:
        self._symbols: dict[str, str] = {}

    def label(self, series: Series) -> str:
        """The name of a row with the symbols of its remarks."""
        marks = [self._symbol(text) for text in series.marks]
        return f"{series.label} {' '.join(marks)}" if marks else series.label

    def lines(self) -> list[str]:
        """The remarks."""
        return [f"{symbol} {text}." for text, symbol in self._symbols.items()]

    def _symbol(self, text: str) -> str:
        number = len(self._symbols)
        new = _SYMBOLS[number % len(_SYMBOLS)] * (number // len(_SYMBOLS) + 1)
        return self._symbols.setdefault(text, new)


@dataclass(frozen=True)
class Block:
    """Rows of one comparison, measured."""

    heading: str
    rows: tuple[Series, ...]
    columns: tuple[Column, ...]
    entries: tuple[tuple[Entry, ...], ...]
    """Accuracies, shape [rows, columns]."""
    reference: Series | None
    differences: tuple[tuple[Entry, ...], ...]
    """To the reference, shape [rows, columns]; empty without one."""
    facts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Further columns of text, each with an entry per row."""

    def grids(self, notes: Footnotes) -> list[Grid]:
        """The accuracies, and the differences."""
        labels = [notes.label(each) for each in self.rows]
        head = ("method", "seeds", *self.facts, *map(str, self.columns))
        lead = [
            cells(label, seeds_of(row), *(column[place] for column in self.facts.values()))
            for place, (label, row) in enumerate(zip(labels, self.rows, strict=True))
        ]
        rows = [
            (*first, *map(percent, entries))
            for first, entries in zip(lead, self.entries, strict=True)
        ]
        return [
            Grid(self.heading, head, tuple(rows), fixed=2 + len(self.facts)),
            *self._differences(labels),
        ]

    def as_json(self) -> dict[str, Any]:
        """Every number of the block, as fractions."""
        return {
            "heading": self.heading,
            "reference": self.reference.label if self.reference else None,
            "rows": [
                {
                    "method": row.key,
                    "label": row.label,
                    "remarks": row.marks,
                    **{name: column[place] for name, column in self.facts.items()},
                    "folders": [str(run.folder) for run in row.runs],
                    "accuracy": self._by_column(self.entries[place]),
                    "difference": self._by_column(self.differences[place])
                    if self.differences else {},
                }
                for place, row in enumerate(self.rows)
            ],
        }  # fmt: skip

    def explanation(self) -> str:
        """How the intervals are made."""
        every = [entry for row in (*self.entries, *self.differences) for entry in row]
        return explanation(every)

    def _differences(self, labels: Sequence[str]) -> list[Grid]:
        if self.reference is None:
            return []
        rows = [
            (Cell(label), *map(points, entries))
            for label, row, entries in zip(labels, self.rows, self.differences, strict=True)
            if row is not self.reference and row.runs
        ]
        if not rows:
            return []
        heading = f"Less {self.reference.label}, in percentage points, paired by problem and seed"
        return [Grid(heading, ("method", *map(str, self.columns)), tuple(rows))]

    def _by_column(self, entries: Sequence[Entry]) -> dict[str, Any]:
        return {
            str(column): entry.as_json()
            for column, entry in zip(self.columns, entries, strict=True)
        }  # fmt: skip


def block(
    heading: str,
    rows: Sequence[Series],
    columns: Sequence[Column],
    reference: Series | None,
    facts: dict[str, tuple[str, ...]] | None = None,
) -> Block:
    """Measure the rows; the best of a column stands out if it is ahead by more than one SE."""
    student_sized = [row for row in rows if row.key != "teacher" and row.runs]
    best = [best_of(student_sized, column) for column in columns]
    entries = tuple(
        tuple(
            replace(accuracy(row, column), best=row is leader)
            for column, leader in zip(columns, best, strict=True)
        )
        for row in rows
    )
    if reference is not None and not reference.runs:
        reference = None
    differences = tuple(
        tuple(difference(row, reference, column) for column in columns) for row in rows
    ) if reference else ()  # fmt: skip
    return Block(heading, tuple(rows), tuple(columns), entries, reference, differences, facts or {})
