"""What significance does to an estimate: wrong sign (type S) and exaggeration (type M).

Gelman and Carlin 2014, Perspectives on Psychological Science 9:641. The estimate is normal around
the truth; it is significant when it exceeds the critical t times its own standard error. (Their
own R code draws the estimate from a shifted t instead, which agrees with ours for a z test only.)
Both are functions of the noncentrality `ncp`, the truth in units of the true standard error, alone.
"""

import numpy as np
from numpy.typing import ArrayLike

from trialsim.theory import _quadrature, _validate, noncentral_t
from trialsim.theory._validate import Floats

_DENSITY_NODES = 60


def _mean_density(shift: Floats, df: Floats, critical: Floats) -> Floats:
    """E[phi(critical s - shift)] over s = sqrt(chi^2_df / df), where s is 1 for an infinite df.

    The integrand s^(df-1) exp(-(df s^2 + (c s - shift)^2) / 2) has a log with second derivative at
    most -(df + c^2), so that its mode +- 9 / sqrt(df + c^2) holds all but exp(-40) of it.
    """
    density = np.empty(np.shape(shift))
    limit = np.isinf(df)
    density[limit] = np.exp(-((critical[limit] - shift[limit]) ** 2) / 2)
    m, v, c = shift[~limit], df[~limit], critical[~limit]
    precision = v + c**2
    centre = c * m / precision
    mode = (centre + np.sqrt(centre**2 + 4 * (v - 1) / precision)) / 2
    spread = 9 / np.sqrt(precision)
    s, weight = _quadrature.on_interval(np.maximum(mode - spread, 0), mode + spread, _DENSITY_NODES)
    exponent = _quadrature.log_chi_density(s, v[..., None])
    exponent = exponent - (c[..., None] * s - m[..., None]) ** 2 / 2
    density[~limit] = (weight * np.exp(exponent)).sum(axis=-1)
    return np.asarray(density / np.sqrt(2 * np.pi))


def type_s(ncp: ArrayLike, df: ArrayLike = np.inf, alpha: ArrayLike = 0.05) -> Floats:
    """Probability that a two-sided significant estimate has the wrong sign; 0.5 at `ncp` 0.

    `df` is that of the t test, infinite for a z test. Arguments broadcast; ValueError as
    `rejection_probability`.
    """
    size = np.abs(_validate.finite("ncp", ncp))
    right, wrong = noncentral_t.tail_probabilities(size, df, noncentral_t.critical_t(df, alpha))
    return np.asarray(wrong / (right + wrong))[()]


def type_m(ncp: ArrayLike, df: ArrayLike = np.inf, alpha: ArrayLike = 0.05) -> Floats:
    """Mean |estimate| among two-sided significant ones, divided by |truth|; infinite at `ncp` 0.

    Closed for a z test: with m = ncp, c the critical value and P the power,
    (m (Phi(m - c) - Phi(-m - c)) + phi(c - m) + phi(c + m)) / (m P); averaged over s for a t test.
    Arguments as `type_s`.
    """
    critical = noncentral_t.critical_t(df, alpha)
    size = np.abs(_validate.finite("ncp", ncp))
    right, wrong = noncentral_t.tail_probabilities(size, df, critical)
    parts = np.broadcast_arrays(np.atleast_1d(size), np.asarray(df, dtype=float), critical)
    shift, freedom, threshold = (np.array(part) for part in parts)
    density = _mean_density(shift, freedom, threshold) + _mean_density(-shift, freedom, threshold)
    mean = shift * (right - wrong) + density
    with np.errstate(divide="ignore"):
        ratio = mean / (right + wrong) / shift
    return np.asarray(ratio.reshape(np.shape(right)))[()]


def ncp_at_power(power: float, df: float = np.inf, alpha: float = 0.05) -> float:
    """The noncentrality at which a two-sided test has `power`: `type_m(ncp_at_power(0.8))` is 1.12.

    Raises ValueError unless alpha < power < 1.
    """
    from scipy.optimize import brentq

    _validate.share("power", power)
    if power <= alpha:
        raise ValueError(f"power is {power!r}: it must be above alpha, {alpha!r}")

    def shortfall(ncp: float) -> float:
        return float(noncentral_t.rejection_probability(ncp, df, alpha)) - power

    most = 10.0
    while shortfall(most) < 0:  # a few degrees of freedom have far critical values
        most *= 2
    return float(brentq(shortfall, 0.0, most, xtol=1e-12))
