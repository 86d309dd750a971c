"""Which problems are one problem: equal texts, and near texts with the same numbers and answers.

Two passes over the texts, in batches, with some 30 bytes a row in between; the result depends on
the ranks and the texts only. Equal texts whose answers contradict each other are a label conflict:
none of them can be trusted.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from sure_math.overlap.hashing import Hashes
from sure_math.overlap.near import NearJoin, Numbers, keys

Batches = Callable[[], Iterable[Sequence[str]]]
Equal = Callable[[str, str], bool]


@dataclass(frozen=True)
class Duplicates:
    """Rows by number, in the order of the batches."""

    equal: dict[int, int] = field(default_factory=dict)
    """Row -> the row with the same text that stays."""
    near: dict[int, int] = field(default_factory=dict)
    """Row -> the row that says almost the same and stays."""
    conflicts: list[list[int]] = field(default_factory=list)
    """Groups of equal texts with contradicting answers, best rank first; no row of them stays."""


def find_duplicates(
    batches: Batches,
    rank: Numbers,
    answers: Mapping[int, str],
    equal: Equal,
    near: float | None,
) -> Duplicates:
    """Which rows repeat others, and which contradict them.

    Near texts are one problem if both answers are known and equal, or, where one is not, if they
    ask the same question.

    Args:
        batches: gives all texts, batch by batch; called twice, with the same batches.
        rank: place of every row, 0 the best, which stays (rows,).
        answers: known answers by row.
        equal: whether two answers are.
        near: smallest Jaccard similarity of near texts, in (0, 1]; None: equal texts only.
    """
    join = NearJoin(near) if near is not None else None
    found: list[Hashes] = []
    for texts in batches():
        key, guard = keys(texts)
        found.append(key)
        if join is not None:
            join.add(texts, guard)
    result = _equal_texts(np.concatenate([*found, np.empty(0, np.uint64)]), rank, answers, equal)
    if join is None:
        return result
    staying = rank.copy()
    staying[[*result.equal, *(row for group in result.conflicts for row in group)]] = -1

    def agree(row: int, kept: int) -> bool:
        mine, other = answers.get(row), answers.get(kept)
        return mine is None or other is None or equal(mine, other)

    near_ones = join.repeated(staying, batches(), answers, agree)
    return Duplicates(result.equal, near_ones, result.conflicts)


def _equal_texts(
    key: Hashes, rank: Numbers, answers: Mapping[int, str], equal: Equal
) -> Duplicates:
    order = np.lexsort((rank, key))
    sorted_key = key[order]
    repeats = np.zeros(len(key), dtype=np.bool_)
    repeats[1:] = sorted_key[1:] == sorted_key[:-1]
    groups: dict[int, list[int]] = defaultdict(list)
    first = -1
    for place in np.flatnonzero(repeats).tolist():
        if not repeats[place - 1]:
            first = int(order[place - 1])
        groups[first].append(int(order[place]))
    result = Duplicates()
    for best, others in groups.items():
        group = [best, *others]
        known = sorted({answers[row] for row in group if row in answers})
        if all(equal(a, b) for a, b in combinations(known, 2)):
            result.equal.update(dict.fromkeys(others, best))
        else:
            result.conflicts.append(group)
    result.conflicts.sort(key=lambda group: rank[group[0]])
    return result
