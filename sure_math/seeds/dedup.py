"""Duplicates across sources, by canonical text: which row stays, and whose labels contradict.

The result depends only on the set of rows, not on their order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

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


@dataclass(frozen=True)
class Deduplicated:
    """`kept` in the order of the input; `rejects` are `duplicate` and `label_conflict` rows."""

    kept: tuple[SeedRow, ...]
    rejects: tuple[Reject, ...]


def deduplicate(
    rows: Iterable[SeedRow], equal: Callable[[str, str], bool] = equivalent
) -> Deduplicated:
    """Keep one row per problem text.

    Of equal texts the row with an answer stays, then the one with the freer licence, then the one
    with the lowest id. If two of their answers are not `equal`, no row of the group stays.
    """
    groups: dict[str, list[SeedRow]] = {}
    for row in rows:
        groups.setdefault(canonical_text(row.problem), []).append(row)
    kept: list[SeedRow] = []
    rejects: list[Reject] = []
    for group in groups.values():
        conflict = _conflict(group, equal)
        if conflict:
            rejects += [Reject(row.id, "label_conflict", conflict, row.problem) for row in group]
            continue
        best = min(group, key=_rank)
        kept.append(best)
        rest = [row for row in group if row is not best]
        rejects += [Reject(row.id, "duplicate", f"of {best.id}", row.problem) for row in rest]
    return Deduplicated(tuple(kept), tuple(sorted(rejects, key=lambda r: (r.id, r.reason))))


def _rank(row: SeedRow) -> tuple[bool, int, str, str, str]:
    last = len(LICENSE_PRIORITY) - 1
    known = row.license in LICENSE_PRIORITY
    priority = LICENSE_PRIORITY.index(row.license) if known else last
    unlisted_first = f"{int(row.license == 'unknown')}"
    return row.answer is None, priority, unlisted_first, row.id, row.source


def _conflict(group: list[SeedRow], equal: Callable[[str, str], bool]) -> str | None:
    """The answers of a group if two of them disagree."""
    answers = sorted({row.answer for row in group if row.answer is not None})
    if all(equal(a, b) for a, b in combinations(answers, 2)):
        return None
    return "answers: " + " | ".join(answers)
