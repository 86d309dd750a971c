"""Duplicates across sources: which row stays, and whose labels contradict each other.

The result depends only on the set of rows, not on their order.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from sure_math.answers.equivalence import equivalent
from sure_math.overlap.duplicates import Equal, find_duplicates
from sure_math.seeds.rows import Reason, Reject, SeedRow

LICENSE_PRIORITY = (
    "apache-2.0",
    "mit",
    "cc0-1.0",
    "cc-by-4.0",
    "cc-by-sa-4.0",
    "cc-by-nc-4.0",
    "cc-by-nc-sa-4.0",
    "unknown",
)
"""Permissive first; a licence that is not listed ranks just before `unknown`."""

_BATCH = 2000


class Deduplicated(NamedTuple):
    """What stays, in the order given, and what does not."""

    kept: list[SeedRow]
    rejects: list[Reject]
    """`duplicate`, `near_duplicate` and `label_conflict`, by id."""
    conflicts: list[list[SeedRow]]
    """Rows with one text and contradicting answers, group by group."""


def deduplicate(
    rows: Iterable[SeedRow],
    near: float | None = None,
    equal: Equal = equivalent,
    preferred: Collection[str] = (),
) -> Deduplicated:
    """Keep one row per problem.

    Of rows that say the same one of a preferred source stays, then the one with an answer, then
    the one with the freer licence, then the one with the lowest id. If two answers to one text are
    not `equal`, no row of the group stays.

    Args:
        rows: of all sources.
        near: smallest similarity of near-duplicates, as `dedup.near`; None: equal texts only.
        equal: whether two answers are.
        preferred: names of sources.
    """
    rows = list(rows)
    order = sorted(
        range(len(rows)), key=lambda row: (rows[row].source not in preferred, *_rank(rows[row]))
    )
    rank = np.argsort(order)
    answers = {i: row.answer for i, row in enumerate(rows) if row.answer is not None}

    def batches() -> Iterator[Sequence[str]]:
        for start in range(0, len(rows), _BATCH):
            yield [row.problem for row in rows[start : start + _BATCH]]

    found = find_duplicates(batches, rank, answers, equal, near)
    rejects: dict[int, Reject] = {}
    repeated: dict[Reason, dict[int, int]] = {
        "duplicate": found.equal,
        "near_duplicate": found.near,
    }
    for reason, repeats in repeated.items():
        for row, best in repeats.items():
            rejects[row] = _reject(rows[row], reason, f"of {rows[best].id}")
    for group in found.conflicts:
        known = sorted({answers[row] for row in group if row in answers})
        for row in group:
            detail = f"answers: {' | '.join(known)}"
            rejects[row] = _reject(rows[row], "label_conflict", detail)
    return Deduplicated(
        [row for i, row in enumerate(rows) if i not in rejects],
        sorted(rejects.values(), key=lambda reject: reject.id),
        [[rows[row] for row in group] for group in found.conflicts],
    )


def _reject(row: SeedRow, reason: Reason, detail: str) -> Reject:
    return Reject(row.id, reason, detail, row.problem)


def _rank(row: SeedRow) -> tuple[bool, float, str, str]:
    if row.license in LICENSE_PRIORITY:
        priority = float(LICENSE_PRIORITY.index(row.license))
    else:
        priority = len(LICENSE_PRIORITY) - 1.5
    return row.answer is None, priority, row.id, row.source
