"""Table 1 of the paper: every method on every benchmark, by student and teacher.

Rows of one block differ in one switch of the training recipe. What was not run says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sure_math.report.basis import as_json, basis, listed
from sure_math.report.block import Block, Footnotes, block
from sure_math.report.comparison import Comparison, compare, strays
from sure_math.report.document import Document
from sure_math.report.runs import Recorded
from sure_math.report.series import Series

_ROWS = {
    "base": "Base", "teacher": "Teacher", "opd": "Standard OPD", "grpo": "GRPO",
    "sdr": "Self-Distilled Reasoner", "uopd": "UOPD",
}  # fmt: skip
_EXTRA = {"binary": "uopd", "sampler": "uopd"}
"""Rows only if they were recorded, and the row before which they stand."""
BEST = (
    "Best of a column (bold; * in plain text): ahead of every other student-sized row by more than "
    "one standard error of the paired difference. Where no row is, none is marked."
)


def table1(recorded: Recorded) -> Document:
    """The main table.

    Raises:
        DataError: the runs cannot be compared.
    """
    found = compare(recorded.runs)
    left_out = (*recorded.left_out, *strays(recorded.runs, found))
    parts = [(each, _rows(each), _reference(each)) for each in found]
    title = "Table 1: accuracy in per cent"
    return results_table("table1", title, replace(recorded, left_out=left_out), parts)


def results_table(
    name: str,
    title: str,
    recorded: Recorded,
    parts: Sequence[tuple[Comparison, list[Series], Series | None]],
) -> Document:
    """A document of blocks: rows of a comparison and the one that the others are compared to."""
    notes = Footnotes()
    blocks = [
        block(heading(comparison), rows, comparison.columns(), reference)
        for comparison, rows, reference in parts
    ]
    grids = [grid for each in blocks for grid in each.grids(notes)]
    runs = [run for each in blocks for row in each.rows for run in row.runs]
    columns = list(dict.fromkeys(column for each in blocks for column in each.columns))
    others = [line for comparison, _, _ in parts for line in comparison.left_out]
    return Document(
        name=name,
        title=title,
        parts=tuple(grids),
        notes=(
            *notes.lines(), BEST, *intervals(blocks), *basis(recorded, runs, columns),
            *listed("Other variants, not among the rows", others),
        ),
        data={**as_json(recorded, runs), "blocks": [each.as_json() for each in blocks]},
    )  # fmt: skip


def intervals(blocks: Iterable[Block]) -> list[str]:
    """How the intervals of these blocks are made."""
    lines = [each.explanation() for each in blocks]
    single = any(len(entry.seeds) == 1 for each in blocks for row in each.entries for entry in row)
    if single:
        lines.append(
            "Rows with one seed: how much another seed would move them is unknown and in no "
            "interval."
        )
    return list(dict.fromkeys(line for line in lines if line))


def heading(comparison: Comparison) -> str:
    """Student, teacher and dataset of a block."""
    if not comparison.student:
        return "Models as they are; no finished training was evaluated at its end"
    return (
        f"Student {comparison.student}, teacher {comparison.teacher}, dataset {comparison.dataset}"
    )


def _rows(comparison: Comparison) -> list[Series]:
    if not comparison.student:
        return list(comparison.series)
    rows: list[Series] = []
    for key, label in _ROWS.items():
        extra = [each for each, before in _EXTRA.items() if before == key]
        rows += comparison.of(*extra)
        rows += comparison.of(key) or [Series(key, label, ())]
    return rows


def _reference(comparison: Comparison) -> Series | None:
    return next(iter(comparison.of("opd")), None)
