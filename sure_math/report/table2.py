"""Table 2 of the paper: what the weights are used for, and whether it matters."""

from dataclasses import replace

from sure_math.errors import DataError
from sure_math.report.comparison import Comparison, compare
from sure_math.report.document import Document
from sure_math.report.runs import Recorded
from sure_math.report.series import Series
from sure_math.report.table1 import results_table

_THRESHOLDS = (0.3, 0.5)
"""Those of the paper, which does not name their unit."""


def table2(recorded: Recorded) -> Document:
    """Uniform weights, binary filters, soft weights, and the sampler if it was recorded.

    Raises:
        DataError: nothing was trained, or the runs cannot be compared.
    """
    parts = []
    for comparison in compare(recorded.runs):
        rows = _rows(comparison)
        parts.append((comparison, rows, rows[0]))
    if not any(row.runs for _, rows, _ in parts for row in rows):
        raise DataError(
            f"no finished training below {recorded.root} was evaluated with suite "
            f"{recorded.suite} at its end",
            hint="train with `--set method=opd`, `uopd` or `binary`, then evaluate the models",
        )
    title = "Table 2: uncertainty weighting, accuracy in per cent"
    return results_table("table2", title, recorded, parts)


def _rows(comparison: Comparison) -> list[Series]:
    uniform, soft, sampler = (
        [replace(row, label=label) for row in comparison.of(key)]
        for key, label in (
            ("opd", "Uniform (w = 1)"), ("uopd", "Soft weighting (UOPD)"),
            ("sampler", "Prompts drawn by w_se, w = 1"),
        )
    )  # fmt: skip
    binary = sorted(comparison.of("binary"), key=lambda row: (_tau(row), row.label))
    binary += [
        Series("binary", f"Binary filter (τ = {tau})", ())
        for tau in _THRESHOLDS
        if tau not in map(_tau, binary)
    ]
    return [
        *(uniform or [Series("opd", "Uniform (w = 1)", ())]),
        *binary,
        *(soft or [Series("uopd", "Soft weighting (UOPD)", ())]),
        *sampler,
    ]


def _tau(row: Series) -> float:
    recipe = row.runs[0].recipe
    return recipe.weighting.tau if recipe else 0.0
