"""The values that discrete semantic entropy can take: N equal responses fall into few patterns."""

import functools
import math
from collections.abc import Iterator

MOST = 20
"""The largest N whose levels are listed; there are a hundred times more for N = 64."""
_SAME = 9


@functools.cache
def levels(n: int) -> dict[float, tuple[str, ...]]:
    """Entropy in nats, ascending, and the cluster sizes that give it (`6/1/1`)."""
    found: dict[float, list[str]] = {}
    for sizes in _partitions(n, n):
        entropy = -math.fsum(size / n * math.log(size / n) for size in sizes)
        found.setdefault(abs(round(entropy, _SAME)), []).append("/".join(map(str, sizes)))
    return {entropy: tuple(found[entropy]) for entropy in sorted(found)}


def _partitions(n: int, largest: int) -> Iterator[tuple[int, ...]]:
    """Ways to write n as a sum of falling numbers."""
    if n == 0:
        yield ()
    for first in range(min(n, largest), 0, -1):
        for rest in _partitions(n - first, first):
            yield first, *rest
