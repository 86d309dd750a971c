"""Means of graded completions with honest errors: pure arithmetic, no I/O.

Completions of one problem are not independent, so the problem is the unit: its pass rate is one
observation, and the standard error is that of a mean of P observations (cluster-robust, as in
Miller 2024, "Adding error bars to evals"). Runs compared on the same problems are compared problem
by problem. Where a training was repeated with S seeds, the seeds are a second unit:

    SE^2 = s_problem^2 / P + s_seed^2 / S

- s_problem^2: sample variance (P - 1) over problems of the problem's mean over the seeds,
- s_seed^2: sample variance (S - 1) over seeds of the seed's mean over the problems.

Noise that belongs to neither is counted in both (two-way clustering subtracts it once; with few
seeds that leaves an error nobody can estimate), so the interval errs to the wide side. Intervals
are 95 %, of Student's t; the degrees of freedom of a sum are Satterthwaite's.
"""

import functools
import math
from dataclasses import dataclass

import mpmath
import numpy as np
from numpy.typing import ArrayLike, NDArray

from sure_math.errors import DataError
from sure_math.proportion import Proportion

_LEVEL = 0.975  # two-sided 95 %
_NORMAL = 1.959963984540054

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval; fractions, not percent.

    One problem has no spread to measure: its `se` is NaN and its interval everything that is
    possible.
    """

    mean: float
    se: float
    """Standard error. With `seeds` = 1 that of the problems only: how much another seed would move
    the mean is not in it, and unknown."""
    low: float
    high: float
    n: int
    """Problems (for `wilson`: trials)."""
    seeds: int = 1
    p: float | None = None
    """Two-sided p-value of no difference; only for differences, None without a spread."""


def clustered(rates: ArrayLike) -> Estimate:
    """Mean pass rate over problems: SE = s / sqrt(P), t interval with P - 1 degrees of freedom.

    `rates` are the pass rates of P problems, each in [0, 1]. Where all are equal, see `_interval`.

    Raises:
        DataError: no problem, or something that is no rate.
    """
    return _of(_matrix([_vector(rates)], 0.0), 0.0)


def wilson(correct: int, n: int) -> Estimate:
    """Share of correct among n single trials, with Wilson's interval (for greedy pass@1).

    SE = sqrt(p (1 - p) / n).

    Raises:
        DataError: not 0 <= correct <= n with n >= 1.
    """
    if not 0 <= correct <= n or n < 1:
        raise DataError(f"{correct} correct of {n} is no share")
    share = Proportion(correct, n)
    p = share.share
    return Estimate(p, math.sqrt(p * (1 - p) / n), min(share.low, p), max(share.high, p), n)


def paired(a: ArrayLike, b: ArrayLike) -> Estimate:
    """Mean of a - b over the same problems in the same order, its interval and p-value.

    SE = s(a - b) / sqrt(P), t with P - 1 degrees of freedom.

    Raises:
        DataError: different numbers of problems, none, or something that is no rate.
    """
    return paired_across_seeds([_vector(a)], [_vector(b)])


def across_seeds(matrix: ArrayLike) -> Estimate:
    """Mean of a [seeds, problems] matrix of pass rates (error: see the module).

    With one seed it is `clustered`.

    Raises:
        DataError: no such matrix, or something in it is no rate.
    """
    return _of(_matrix(matrix, 0.0), 0.0)


def paired_across_seeds(a: ArrayLike, b: ArrayLike) -> Estimate:
    """Mean of a - b, two [seeds, problems] matrices on the same problems.

    Row by row: row s of both should be the same seed. Both matrices have the same shape.

    Raises:
        DataError: different shapes, no such matrix, or something in it is no rate.
    """
    left, right = _matrix(a, 0.0), _matrix(b, 0.0)
    if left.shape != right.shape:
        raise DataError(
            f"cannot pair {_shape(left)} with {_shape(right)}",
            hint="compare runs on the same problems and the same seeds, in the same order",
        )
    return _of(_matrix(left - right, -1.0), -1.0)


def t_cdf(t: float, freedom: float) -> float:
    """Distribution function of Student's t, by the regularised incomplete beta function.

    1 - I_x(v/2, 1/2) / 2 for t >= 0 with x = v / (v + t^2) (Abramowitz and Stegun 26.7.1).
    """
    x = freedom / (freedom + t * t)
    tail = float(mpmath.betainc(freedom / 2, 0.5, 0, x, regularized=True)) / 2
    return 1 - tail if t >= 0 else tail


@functools.lru_cache(maxsize=4096)
def t_quantile(freedom: float) -> float:
    """The 97.5 % quantile of Student's t with that many degrees of freedom (>= 1).

    Newton's method from the normal quantile, which lies below: the distribution function is
    concave there, so every step stays below the root and the steps rise to it.
    """
    constant = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
    constant /= math.sqrt(freedom * math.pi)
    t, step = _NORMAL, math.inf
    while abs(step) > 1e-9 * t:  # quadratic: what remains is its square
        density = constant * (1 + t * t / freedom) ** (-(freedom + 1) / 2)
        step = (_LEVEL - t_cdf(t, freedom)) / density
        t += step
    return t


def _of(matrix: Array, lowest: float) -> Estimate:
    """The estimate of a matrix [seeds, problems] whose values lie in [lowest, 1]."""
    seeds, problems = matrix.shape
    mean = float(matrix.mean())
    parts = [(_variance_of_mean(matrix.mean(axis=0)), problems - 1)]
    if seeds > 1:
        parts.append((_variance_of_mean(matrix.mean(axis=1)), seeds - 1))
    variance = sum(part for part, _ in parts)
    se = math.sqrt(variance)
    freedom = _satterthwaite(parts)
    low, high = _interval(mean, se, freedom, problems, lowest)
    p = 2 * t_cdf(-abs(mean) / se, freedom) if lowest < 0 and se > 0 else None
    return Estimate(mean, se, low, high, problems, seeds, p)


def _interval(
    mean: float, se: float, freedom: float, problems: int, lowest: float
) -> tuple[float, float]:
    """mean +- t * SE, clipped to what is possible.

    Equal problems show no spread, which does not make the mean certain: a share q of all problems
    may differ by up to 1, and P of P equal ones bound q by Wilson's interval for 0 of P.
    """
    if math.isnan(se):
        return lowest, 1.0
    half = t_quantile(freedom) * se if se > 0 else Proportion(0, problems).high
    return max(lowest, mean - half), min(1.0, mean + half)


def _variance_of_mean(values: Array) -> float:
    """s^2 / n, with n - 1 in s^2; NaN for one value, 0 for equal ones whatever their rounding."""
    if values.size < 2:
        return math.nan
    return 0.0 if np.ptp(values) < 1e-12 else float(values.var(ddof=1)) / values.size


def _satterthwaite(parts: list[tuple[float, int]]) -> float:
    """(sum V)^2 / sum (V^2 / v) of independent variances V with v degrees of freedom each.

    Satterthwaite (1946). NaN where there is no variance.
    """
    total = sum(part for part, _ in parts)
    if not total > 0:
        return math.nan
    return total**2 / sum(part**2 / freedom for part, freedom in parts)


def _vector(rates: ArrayLike) -> Array:
    values = _numbers(rates)
    if values.ndim != 1:
        raise DataError(f"expected one pass rate per problem, got {_shape(values)}")
    return values


def _matrix(values: ArrayLike, lowest: float) -> Array:
    """A [seeds, problems] matrix with values in [lowest, 1]."""
    matrix = _numbers(values)
    if matrix.ndim != 2 or matrix.size == 0:
        raise DataError(f"expected pass rates as [seeds, problems], got {_shape(matrix)}")
    wrong = ~((matrix >= lowest) & (matrix <= 1))
    if wrong.any():
        seed, problem = map(int, np.argwhere(wrong)[0])
        raise DataError(
            f"no pass rate: {matrix[seed, problem]} (problem {problem}, seed {seed})",
            hint="every run needs a pass rate in [0, 1] on every problem",
        )
    return matrix


def _numbers(values: ArrayLike) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"pass rates must be numbers, as many in every row: {error}",
            hint="every run needs a pass rate on every problem",
        ) from error


def _shape(values: Array) -> str:
    return f"an array of shape {list(values.shape)}"
