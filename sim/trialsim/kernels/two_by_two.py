"""Two proportions, all replicates at once: estimates, intervals and tests of a 2x2 table.

Entries are arrays of one shape: events and patients of an arm (events_1, n1) and of its comparator
(events_0, n0). Nobody in an arm gives NaN.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.stages import Rule
from trialsim.kernels.normal import normal_p_value

Interval = tuple[FloatArray, FloatArray]
Ratio = tuple[FloatArray, FloatArray]
"""Estimate and standard error."""

_TIE = 1e-7
"""Tables whose probabilities differ by less, relatively, are equally probable (as R has it)."""


def risk_difference(
    events_1: FloatArray, n1: FloatArray, events_0: FloatArray, n0: FloatArray
) -> Ratio:
    """Difference between two proportions and its Wald error, 0 where both are 0 or 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p0 = events_1 / n1, events_0 / n0
        return p1 - p0, np.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)


def newcombe_interval(
    events_1: FloatArray, n1: FloatArray, events_0: FloatArray, n0: FloatArray, z: float
) -> Interval:
    """Hybrid score interval of a risk difference: Wilson limits of each arm, squared and added.

    Newcombe 1998, method 10,
    doi 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p0 = events_1 / n1, events_0 / n0
        (low_1, high_1), (low_0, high_0) = _wilson(p1, n1, z), _wilson(p0, n0, z)
    below = np.sqrt((p1 - low_1) ** 2 + (high_0 - p0) ** 2)
    above = np.sqrt((high_1 - p1) ** 2 + (p0 - low_0) ** 2)
    return p1 - p0 - below, p1 - p0 + above


def _wilson(p: FloatArray, n: FloatArray, z: float) -> Interval:
    """Score interval of a proportion (Wilson 1927)."""
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = ((p + z * z / (2 * n) + side * half) / (1 + z * z / n) for side in (-1, 1))
    # At 0 and 1 the limit is exact; the subtraction would leave a rounding error.
    return np.where(p == 0, 0.0, low), np.where(p == 1, 1.0, high)


def log_risk_ratio(
    events_1: FloatArray, n1: FloatArray, events_0: FloatArray, n0: FloatArray
) -> Ratio:
    """Logarithm of the risk ratio and its error (Katz 1978, doi 10.2307/2530610).

    Where a cell of the table is 0, half an event and half a non-event are added to each arm.
    """
    half = _half_where_empty(events_1, n1, events_0, n0)
    a, b, m1, m0 = events_1 + half, events_0 + half, n1 + 2 * half, n0 + 2 * half
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(a / m1 * (m0 / b)), np.sqrt(1 / a - 1 / m1 + 1 / b - 1 / m0)


def log_odds_ratio(
    events_1: FloatArray, n1: FloatArray, events_0: FloatArray, n0: FloatArray
) -> Ratio:
    """Logarithm of the odds ratio and its error (Woolf 1955).

    Where a cell of the table is 0, a half is added to all four (Haldane and Anscombe 1956).
    """
    half = _half_where_empty(events_1, n1, events_0, n0)
    a, b = events_1 + half, events_0 + half
    c, d = n1 - events_1 + half, n0 - events_0 + half
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(a / c * (d / b)), np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)


def _half_where_empty(
    events_1: FloatArray, n1: FloatArray, events_0: FloatArray, n0: FloatArray
) -> FloatArray:
    empty = (events_1 == 0) | (events_1 == n1) | (events_0 == 0) | (events_0 == n0)
    return np.where(empty, 0.5, 0.0)


def chi_square_p_value(
    events_1: FloatArray,
    n1: FloatArray,
    events_0: FloatArray,
    n0: FloatArray,
    rule: Rule,
    *,
    continuity: bool = False,
) -> FloatArray:
    """Pearson's chi-square as a test of its signed root; `continuity` is Yates's correction.

    As R's `prop.test`: the correction never goes beyond no difference. NaN without variation.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = events_1 / n1 - events_0 / n0
        pooled = (events_1 + events_0) / (n1 + n0)
        each = 1 / n1 + 1 / n0
        size = np.abs(difference)
        if continuity:
            size = np.maximum(size - each / 2, 0.0)
        z = np.sign(difference) * size / np.sqrt(pooled * (1 - pooled) * each)
    return normal_p_value(z, rule)


def fisher_p_value(
    events_1: FloatArray, n1: FloatArray, events_0: FloatArray, n0: FloatArray, rule: Rule
) -> FloatArray:
    """Fisher's exact test (k, r): tables with the same margins and no greater probability, or for
    one side those with as many events or more on the side that favours the arm."""
    largest = int(max(np.max(n1 + n0, initial=0), 1))
    log_factorial = special.gammaln(np.arange(largest + 1) + 1.0)
    p = np.empty(events_1.shape)
    for k in range(len(events_1)):  # a size at a time keeps the tables within cache
        a, m1, b, m0 = (x[k].astype(np.intp)[:, None] for x in (events_1, n1, events_0, n0))
        p[k] = _fisher(a, m1, b, m0, log_factorial, rule)
    return p


def _fisher(
    a: np.ndarray, n1: np.ndarray, b: np.ndarray, n0: np.ndarray, lf: FloatArray, rule: Rule
) -> FloatArray:
    """p values (r,) from columns (r, 1) and the logarithms of factorials."""
    m, n = a + b, n1 + n0
    x = np.arange(int(np.max(np.minimum(n1, m), initial=0)) + 1)  # events in the arm (x,)
    possible = (x <= n1) & (x <= m) & (m - x <= n0)
    fixed = lf[n1] + lf[n0] + lf[m] + lf[n - m] - lf[n]
    c, d, e = (np.clip(cell, 0, len(lf) - 1) for cell in (n1 - x, m - x, n0 - m + x))
    chance = np.where(possible, np.exp(fixed - lf[x] - lf[c] - lf[d] - lf[e]), 0.0)
    if rule.sides == 1:
        extreme = x >= a if rule.sign > 0 else x <= a
    else:
        extreme = chance <= np.take_along_axis(chance, a, axis=1) * (1 + _TIE)
    # The order of summing must not decide whether a p value of 1 is a hair above it.
    total: FloatArray = np.minimum(np.einsum("rx,rx->r", chance, extreme.astype(np.float64)), 1.0)
    return total
