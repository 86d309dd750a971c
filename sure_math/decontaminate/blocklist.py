"""Which problems are copies of benchmark items, or descend from one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sure_math.text import canonical_text


@dataclass(frozen=True)
class Hit:
    """A benchmark item that a problem collides with."""

    evaluation_set: str
    item: str


class BlockList:
    """Benchmark items by canonical text."""

    def __init__(self, items: Iterable[Mapping[str, Any]]) -> None:
        self._by_key: dict[str, list[Hit]] = {}
        names: set[str] = set()
        for item in items:
            names.add(item["evaluation_set"])
            hit = Hit(item["evaluation_set"], item["item"])
            self._by_key.setdefault(canonical_text(item["problem"]), []).append(hit)
        self.names = sorted(names)

    def find(self, problem: str) -> list[Hit]:
        """The items this text copies; one text may stand in several benchmarks."""
        return self._by_key.get(canonical_text(problem), [])


def verdict_rows(problem_id: str, rule: str, hits: Iterable[Hit]) -> list[dict[str, Any]]:
    """Rows of the `verdicts` table for a blocked problem."""
    return [
        {
            "problem_id": problem_id,
            "evaluation_set": hit.evaluation_set,
            "item": hit.item,
            "rule": rule,
            "score": 1.0,
            "forward": None,
            "reverse": None,
            "judge": None,
            "decision": "blocked",
        }
        for hit in hits
    ]


def ancestors(row: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Texts of all problems this one descends from, nearest first."""
    parent = by_id.get(row["parent_id"] or "")
    while parent is not None:
        yield parent["problem"]
        parent = by_id.get(parent["parent_id"] or "")
