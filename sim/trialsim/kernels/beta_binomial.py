"""Beta-binomial margins: scores 0..n with any mean and any SD from the binomial one upwards.

The SD is stated through the overdispersion t, the correlation of two items of the scale:
variance = n p q (1 + (n - 1) t), p = mean/n (Johnson, Kemp and Kotz 2005, section 6.9.2).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray


def sd_limits(n: int, mean: float) -> tuple[float, float]:
    """The smallest and the largest SD that a margin with this mean can have."""
    variance = mean * (n - mean) / n
    return float(np.sqrt(variance)), float(np.sqrt(variance * n))


def overdispersion(n: int, mean: float, sd: float) -> float:
    """The correlation of items that gives this SD; 0 for a binomial margin."""
    if n == 1:
        return 0.0
    ratio = sd**2 * n / (mean * (n - mean))
    return float(np.clip((ratio - 1) / (n - 1), 0.0, 1.0))


def sd_from_overdispersion(n: int, mean: float, t: float) -> float:
    """The SD of a margin with this mean and overdispersion."""
    return float(np.sqrt(mean * (n - mean) / n * (1 + (n - 1) * t)))


def cut_points(n: int, mean: float, t: float) -> FloatArray:
    """The n standard normal cut-points at which the score rises by one, ascending.

    Cut k is the normal quantile of P(score <= k), taken from the smaller tail so that neither
    end loses digits.
    """
    k = np.arange(n + 1)
    p = mean / n
    choose = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    if t < 1e-9:  # a binomial margin: the beta law has shrunk to a point
        log_mass = choose + special.xlogy(k, p) + special.xlog1py(n - k, -p)
    else:
        alpha, beta = p * (1 - t) / t, (1 - p) * (1 - t) / t
        log_mass = choose + special.betaln(k + alpha, n - k + beta) - special.betaln(alpha, beta)
    mass = np.exp(log_mass)
    mass /= mass.sum()
    below = np.cumsum(mass)[:-1]
    above = np.cumsum(mass[::-1])[::-1][1:]
    return np.where(below < above, special.ndtri(below), -special.ndtri(above))
