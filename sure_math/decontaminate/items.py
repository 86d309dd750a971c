"""Items of evaluation sets: what must not be trained on.

Two transcriptions of one benchmark are two sets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Item:
    """A problem of a benchmark; `answer` is None where the set has none."""

    evaluation_set: str
    item: str
    problem: str
    answer: str | None = None


def read_items(rows: Iterable[Mapping[str, Any]]) -> tuple[Item, ...]:
    """Rows of the `evaluation` table, in the order of set and item."""
    names = ("evaluation_set", "item", "problem", "answer")
    found = {Item(*(row[name] for name in names)) for row in rows}
    return tuple(sorted(found, key=lambda item: (item.evaluation_set, item.item, item.problem)))
