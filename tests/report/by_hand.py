"""The formulas of the intervals once more, with plain Python, for expected values."""

import math
from collections.abc import Sequence
from statistics import mean, variance

from sure_math.evaluate.statistics import t_quantile

Matrix = Sequence[Sequence[float]]


def over_seeds(matrix: Matrix, lowest: float = 0.0) -> tuple[float, float, float, float]:
    """Mean, SE and interval of a [seeds, problems] matrix with spread in it."""
    problems = [mean(column) for column in zip(*matrix, strict=True)]
    parts = [(variance(problems) / len(problems), len(problems) - 1)]
    if len(matrix) > 1:
        parts.append((variance([mean(row) for row in matrix]) / len(matrix), len(matrix) - 1))
    total = sum(part for part, _ in parts)
    freedom = total**2 / sum(part**2 / each for part, each in parts)
    half = t_quantile(freedom) * math.sqrt(total)
    middle = mean(problems)
    return middle, math.sqrt(total), max(lowest, middle - half), min(1.0, middle + half)


def percent(matrix: Matrix) -> str:
    """As the tables print it."""
    middle, _, low, high = over_seeds(matrix)
    return f"{100 * middle:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def points(ours: Matrix, theirs: Matrix) -> str:
    """The paired difference as the tables print it."""
    rows = [
        [a - b for a, b in zip(left, right, strict=True)]
        for left, right in zip(ours, theirs, strict=True)
    ]
    middle, _, low, high = over_seeds(rows, -1.0)
    return f"{100 * middle:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
