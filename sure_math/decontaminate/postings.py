"""Where the grams of benchmark items are found again, as arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sure_math.decontaminate.items import Item
from sure_math.overlap.grams import Grams
from sure_math.overlap.hashing import Hashes

Ints = NDArray[np.int64]

_STOCK = 3  # items of one set that share a gram make it a stock phrase


class Pairs:
    """Pairs (row of a batch, item) as single integers."""

    def __init__(self, items: int) -> None:
        self._items = max(items, 1)

    def key(self, row: int, item: int) -> int:
        """The integer of one pair."""
        return row * self._items + item

    def keys(self, rows: Ints, items: Ints) -> Ints:
        """The integers of many pairs."""
        return rows * self._items + items

    def split(self, keys: Ints) -> tuple[Ints, Ints]:
        """The rows and items of pairs."""
        return keys // self._items, keys % self._items


class Postings:
    """The items that hold a gram."""

    def __init__(self, held: Grams) -> None:
        order = np.argsort(held.hashes, kind="stable")
        self._hashes = held.hashes[order]
        self._items = held.rows[order]

    def places(self, wanted: Grams) -> tuple[Ints, Ints]:
        """(position of a gram, item that holds it) for all grams that are held."""
        first = np.searchsorted(self._hashes, wanted.hashes, "left")
        counts = np.searchsorted(self._hashes, wanted.hashes, "right") - first
        at = np.repeat(np.arange(len(wanted.hashes)), counts)
        before = np.repeat(np.cumsum(counts) - counts, counts)
        return at, self._items[first[at] + np.arange(len(at)) - before]

    def count(self, wanted: Grams) -> int:
        """How many `places` there are."""
        ends = (np.searchsorted(self._hashes, wanted.hashes, side) for side in ("right", "left"))
        right, left = map(np.sum, ends)
        return int(right - left)

    def hits(self, wanted: Grams) -> tuple[Ints, Ints]:
        """(row, item) for all grams that are held."""
        at, items = self.places(wanted)
        return wanted.rows[at], items


def single(hashes: Hashes, kept: NDArray[np.bool_] | None = None) -> Grams:
    """One hash per text as its only gram; texts that are not kept have none."""
    if kept is None:
        return Grams(hashes, np.arange(len(hashes) + 1))
    return Grams(hashes[kept], np.append(0, np.cumsum(kept)).astype(np.int64))


def without_stock(held: Grams, items: Sequence[Item]) -> Grams:
    """Grams less those that stand in several items of one evaluation set."""
    names = {name: i for i, name in enumerate(sorted({item.evaluation_set for item in items}))}
    of_item = np.array([names[item.evaluation_set] for item in items], dtype=np.int64)
    sets, rows = of_item[held.rows], held.rows
    order = np.lexsort((sets, held.hashes))
    hashes, sets = held.hashes[order], sets[order]
    new = np.concatenate(([True], (hashes[1:] != hashes[:-1]) | (sets[1:] != sets[:-1])))
    group = np.cumsum(new[: len(hashes)]) - 1
    stock = np.unique(hashes[np.bincount(group, minlength=1)[group] >= _STOCK])
    kept = ~np.isin(held.hashes, stock)
    counts = np.bincount(rows[kept], minlength=len(held))
    return Grams(held.hashes[kept], np.append(0, np.cumsum(counts)).astype(np.int64))
