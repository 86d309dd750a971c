"""A share of a count, with the interval that says how much it can be trusted."""

import math
from dataclasses import dataclass

_Z = 1.959963984540054  # two-sided 95 %


@dataclass(frozen=True)
class Proportion:
    """`count` of `total`; not a number where there is nothing to count."""

    count: int
    total: int

    @property
    def share(self) -> float:
        """count / total."""
        return self.count / self.total if self.total else math.nan

    @property
    def low(self) -> float:
        """Lower end of the Wilson interval (95 %)."""
        return self._bounds()[0]

    @property
    def high(self) -> float:
        """Upper end of the Wilson interval (95 %)."""
        return self._bounds()[1]

    def __add__(self, other: "Proportion") -> "Proportion":
        return Proportion(self.count + other.count, self.total + other.total)

    def __sub__(self, other: "Proportion") -> "Proportion":
        return Proportion(self.count - other.count, self.total - other.total)

    def _bounds(self) -> tuple[float, float]:
        if not self.total:
            return math.nan, math.nan
        n, p = self.total, self.share
        middle = p + _Z**2 / (2 * n)
        spread = _Z * math.sqrt(p * (1 - p) / n + (_Z / (2 * n)) ** 2)
        scale = 1 + _Z**2 / n
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
