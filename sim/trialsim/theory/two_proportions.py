"""Power of tests of two proportions: exact, by adding up binomial tables, and approximate.

Approximations and sample sizes as Fleiss, Levin and Paik 2003, chapter 4; arcsine by Cohen 1988.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
import scipy.special as special

from trialsim.theory import _validate
from trialsim.theory._validate import Floats

Test = Literal["chi_square", "yates", "fisher", "wald"]

_SAME = 1e-7
"""Relative difference below which two tables are equally probable, as in R's `fisher.test`."""


def p_values(n1: int, n0: int, sides: int = 2, test: Test = "chi_square") -> Floats:
    """p value of every table (n1 + 1, n0 + 1): rows are events among n1, columns among n0.

    One-sided towards more events among n1. Tables without variation have p 1.
    """
    _validate.tail_alpha(0.05, sides)
    if test == "fisher":
        return _fisher(n1, n0, sides)
    z = _statistic(n1, n0, test)
    tail = special.ndtr(-np.abs(z)) * 2 if sides == 2 else special.ndtr(-z)
    events = np.arange(n1 + 1)[:, None] + np.arange(n0 + 1)
    return np.where((events == 0) | (events == n1 + n0), 1.0, tail)


def _statistic(n1: int, n0: int, test: Test) -> Floats:
    a, b = np.arange(n1 + 1)[:, None], np.arange(n0 + 1)[None, :]
    p1, p0 = a / n1, b / n0
    difference = p1 - p0
    if test == "wald":
        variance = p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0
    else:
        pooled = (a + b) / (n1 + n0)
        variance = pooled * (1 - pooled) * (1 / n1 + 1 / n0)
    size = np.abs(difference)
    if test == "yates":
        size = np.maximum(size - (1 / n1 + 1 / n0) / 2, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.sign(difference) * size / np.sqrt(variance)
    return np.where(np.isnan(z), 0.0, z)


def _fisher(n1: int, n0: int, sides: int) -> Floats:
    p = np.empty((n1 + 1, n0 + 1))
    for events in range(n1 + n0 + 1):
        a = np.arange(max(0, events - n0), min(n1, events) + 1)
        log_chance = _log_choose(n1, a) + _log_choose(n0, events - a)
        chance = np.exp(log_chance - log_chance.max())  # large arms would overflow
        chance /= chance.sum()
        if sides == 1:
            tail = np.cumsum(chance[::-1])[::-1]
        else:
            order = np.argsort(chance, kind="stable")
            heap = np.cumsum(chance[order])
            last = np.searchsorted(chance[order], chance * (1 + _SAME), side="right") - 1
            tail = heap[last]
        p[a, events - a] = np.minimum(tail, 1.0)
    return p


def _log_choose(n: int, k: np.ndarray) -> Floats:
    counted: Floats = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return counted


def binomial(n: int, p: float) -> Floats:
    """Chances of 0 to n events (n + 1,)."""
    k = np.arange(n + 1)
    chance: Floats = np.exp(_log_choose(n, k) + special.xlogy(k, p) + special.xlog1py(n - k, -p))
    return chance


def exact_power(
    p1: float,
    p0: float,
    n1: int,
    n0: int,
    alpha: float = 0.05,
    sides: int = 2,
    test: Test = "chi_square",
) -> float:
    """Chance that a test rejects, added up over all tables; one-sided towards p1 above p0."""
    _validate.tail_alpha(alpha, sides)
    chance = binomial(n1, p1)[:, None] * binomial(n0, p0)
    return float(np.sum(chance, where=p_values(n1, n0, sides, test) < alpha))


def approximate_power(
    p1: float, p0: float, n1: float, n0: float, alpha: float = 0.05, sides: int = 2
) -> float:
    """Normal approximation of the chi-square test's power, upper tail only (rpact, prop.test)."""
    z = special.ndtri(1 - _validate.tail_alpha(alpha, sides))
    pooled = (n1 * p1 + n0 * p0) / (n1 + n0)
    under_null = np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n0))
    error = np.sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
    return float(special.ndtr((abs(p1 - p0) - z * under_null) / error))


def arcsine_power(
    p1: float, p0: float, n1: float, n0: float, alpha: float = 0.05, sides: int = 2
) -> float:
    """Power by Cohen's h, the difference between angles; both tails for a two-sided test."""
    z = special.ndtri(1 - _validate.tail_alpha(alpha, sides))
    h = abs(2 * np.arcsin(np.sqrt(p1)) - 2 * np.arcsin(np.sqrt(p0)))
    away = h * np.sqrt(n1 * n0 / (n1 + n0))
    other = special.ndtr(-away - z) if sides == 2 else 0.0
    return float(special.ndtr(away - z) + other)


def size_per_arm(
    p1: float,
    p0: float,
    power: float = 0.8,
    alpha: float = 0.05,
    sides: int = 2,
    *,
    law: Callable[..., float] = approximate_power,
) -> float:
    """Patients an arm, not rounded, for two arms of one size to reach a power by `law`."""
    from scipy.optimize import brentq  # slow to import, and no power needs it

    def miss(n: float) -> float:
        return law(p1, p0, n, n, alpha, sides) - power

    return float(brentq(miss, 1.0, 1e9, xtol=1e-9))
