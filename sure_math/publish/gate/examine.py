"""All checks over one folder, in order; a fault of one never keeps another from looking."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa

from sure_math.errors import DataError
from sure_math.publish.gate.card import check_card
from sure_math.publish.gate.checks import Broken, Check, listing
from sure_math.publish.gate.clean_room import check_loading, check_snippet
from sure_math.publish.gate.files import check_counts, check_files
from sure_math.publish.gate.recomputation import check_recomputation
from sure_math.publish.gate.release import Release
from sure_math.publish.gate.rights import check_decontamination, check_licences
from sure_math.publish.gate.splits import check_splits
from sure_math.publish.gate.tables import check_ids, check_schema
from sure_math.publish.gate.weights import check_weights

_CHECKS: dict[str, Callable[[Release], str]] = {
    "manifest": check_files,
    "schema": check_schema,
    "ids": check_ids,
    "splits": check_splits,
    "licences": check_licences,
    "decontamination": check_decontamination,
    "counts": check_counts,
    "weights": check_weights,
    "recomputation": check_recomputation,
    "card": check_card,
    "loads": check_loading,
    "snippet": check_snippet,
}
_UNREADABLE = (
    DataError, OSError, ValueError, RecursionError, pa.ArrowException, pl.exceptions.PolarsError
)  # fmt: skip


def examine(folder: Path, *, loads: bool = True, snippet: bool = True) -> list[Check]:
    """Every check of a release folder; a bad release fails them and never raises.

    Args:
        loads: have `datasets` read every row, which is the slow part: it decodes all texts.
        snippet: also run the Python code of the card. That is code of whoever made the release:
            leave it out for a stranger's.
    """
    release = Release(folder)
    left_out = {name for name, wanted in (("loads", loads), ("snippet", snippet)) if not wanted}
    names = [name for name in _CHECKS if name not in left_out]
    try:
        _ = release.manifest
    except _UNREADABLE as error:
        missing = Check(names[0], passed=False, detail=str(error))
        return [missing, *(Check(name, False, "not run: no manifest") for name in names[1:])]
    return [_perform(name, release) for name in names]


def _perform(name: str, release: Release) -> Check:
    try:
        return Check(name, passed=True, detail=_CHECKS[name](release))
    except Broken as broken:
        return Check(name, passed=False, detail=listing(broken.faults))
    except _UNREADABLE as error:
        return Check(name, passed=False, detail=f"not run: {error}")
