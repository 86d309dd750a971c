"""Duplicates across sources, by canonical text: which row stays, and whose labels contradict.

The result depends only on the set of rows, not on their order.
"""

from collections.abc import Callable, Iterable
from itertools import combinations
from typing import NamedTuple

from sure_math.answers.equivalence import equivalent
from sure_math.seeds.rows import Reject, SeedRow
from sure_math.text import canonical_text

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


class Deduplicated(NamedTuple):
    """The rows kept, in the order given, and the `duplicate` and `label_conflict` rejects."""

    kept: list[SeedRow]
    rejects: list[Reject]


def deduplicate(
    rows: Iterable[SeedRow], equal: Callable[[str, str], bool] = equivalent
) -> Deduplicated:
    """Keep one row per problem text.

    Of equal texts the row with an answer stays, then the one with the freer licence, then the one
    with the lowest id. If two of their answers are not `equal`, no row of the group stays.
    """
    rows = list(rows)
    groups: dict[str, list[SeedRow]] = {}
    for row in rows:
        groups.setdefault(canonical_text(row.problem), []).append(row)
    kept: set[int] = set()
    rejects: list[Reject] = []
    for group in groups.values():
        best, conflict = min(group, key=_rank), _conflict(group, equal)
        if conflict is None:
            kept.add(id(best))
        for row in group:
            if conflict is not None:
                rejects.append(Reject(row.id, "label_conflict", conflict, row.problem))
            elif row is not best:
                rejects.append(Reject(row.id, "duplicate", f"of {best.id}", row.problem))
    remaining = [row for row in rows if id(row) in kept]
    return Deduplicated(remaining, sorted(rejects, key=lambda reject: reject.id))


def _rank(row: SeedRow) -> tuple[bool, float, str, str]:
    if row.license in LICENSE_PRIORITY:
        priority = float(LICENSE_PRIORITY.index(row.license))
    else:
        priority = len(LICENSE_PRIORITY) - 1.5
    return row.answer is None, priority, row.id, row.source


def _conflict(group: list[SeedRow], equal: Callable[[str, str], bool]) -> str | None:
    """The answers of a group if two of them disagree."""
    answers = sorted({row.answer for row in group if row.answer is not None})
    if all(equal(a, b) for a, b in combinations(answers, 2)):
        return None
    return "answers: " + " | ".join(answers)
