"""Pooling of trials: inverse variance, random effects, Hartung-Knapp and prediction intervals.

Inverse variance with a between-trial variance tau2 added to that of each trial. Random effects by
DerSimonian and Laird 1986, doi 10.1016/0197-2456(86)90046-2; the interval by Hartung and Knapp
2001, doi 10.1002/sim.1009; the prediction interval by Higgins, Thompson and Spiegelhalter 2009,
doi 10.1111/j.1467-985X.2008.00552.x, with k - 1 degrees of freedom as in the R package metafor.

Trials are the last axis, and whatever comes before it (replicates first) is carried along. A mask
`counted` says which trials are pooled: those that were published, those up to a year, all but one.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from scipy import special

from trialsim.core.axes import BoolArray, FloatArray

Interval = Literal["normal", "hartung_knapp", "hartung_knapp_at_least_1"]
"""normal: the standard error of the weights and a normal quantile. hartung_knapp: the spread of
the estimates and a t quantile, k - 1 degrees of freedom. hartung_knapp_at_least_1: the same where
that is the wider standard error, else that of the weights (the "ad hoc" correction)."""


class Pooled(NamedTuple):
    """What trials say together; each entry (...)."""

    estimate: FloatArray
    se: FloatArray
    """Of the weights: 1 / sqrt(sum w)."""
    n: FloatArray
    """Trials that were pooled."""
    ratio: FloatArray
    """sum w (y - estimate)^2 / (n - 1): the variance by Hartung and Knapp over that of the
    weights. NaN for fewer than two trials."""


class Heterogeneity(NamedTuple):
    """How far trials disagree beyond chance; each entry (...)."""

    q: FloatArray
    """Cochran's Q."""
    p_value: FloatArray
    """Of Q, chi-square with n - 1 degrees of freedom; NaN for fewer than two trials."""
    i2: FloatArray
    """(Q - df) / Q, at least 0: a share, not a percentage."""


def pool(
    y: FloatArray, v: FloatArray, counted: BoolArray, tau2: FloatArray | float = 0.0
) -> Pooled:
    """Pool estimates `y` with variances `v` (..., t), weights 1 / (v + tau2), `tau2` (...)."""
    y = np.where(counted, y, 0.0)
    w = weights(v, counted, tau2)  # (..., t)
    total, n = w.sum(axis=-1), counted.sum(axis=-1).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (w * y).sum(axis=-1) / total
        spread = (w * (y - estimate[..., None]) ** 2).sum(axis=-1)
        ratio = np.where(n > 1, spread / (n - 1), np.nan)
        se = np.where(n > 0, 1 / np.sqrt(total), np.nan)
    return Pooled(estimate, se, n, ratio)


def weights(v: FloatArray, counted: BoolArray, tau2: FloatArray | float = 0.0) -> FloatArray:
    """Weight of every trial (..., t): 0 of those that are not counted."""
    variance = np.where(counted, v, 1.0) + np.asarray(tau2, dtype=float)[..., None]
    return np.where(counted, 1 / variance, 0.0)


def heterogeneity(y: FloatArray, v: FloatArray, counted: BoolArray) -> Heterogeneity:
    """Q, its p value and I2 of trials (..., t)."""
    fixed = pool(y, v, counted)
    df = np.where(fixed.n > 1, fixed.n - 1, np.nan)
    q = fixed.ratio * df
    with np.errstate(divide="ignore", invalid="ignore"):
        i2 = np.where(q > df, (q - df) / q, 0 * q)
    return Heterogeneity(q, special.chdtrc(df, q), i2)


def typical_variance(v: FloatArray, counted: BoolArray) -> FloatArray:
    """The variance within trials (...) that turns tau2 into I2: tau2 / (tau2 + typical).

    Higgins and Thompson 2002, doi 10.1002/sim.1186, equation 9.
    """
    w = weights(v, counted)
    total, df = w.sum(axis=-1), counted.sum(axis=-1) - 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        typical = df * total / (total**2 - (w**2).sum(axis=-1))
    return np.where(df > 0, typical, np.nan)


def dersimonian_laird(y: FloatArray, v: FloatArray, counted: BoolArray) -> FloatArray:
    """Between-trial variance (...) by moments, at least 0; 0 for a single trial."""
    fixed, w = pool(y, v, counted), weights(v, counted)
    total = w.sum(axis=-1)
    df = fixed.n - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (fixed.ratio - 1) * df / (total - (w**2).sum(axis=-1) / total)
    return np.where(df > 0, np.maximum(found, 0.0), 0.0)


def standard_error(pooled: Pooled, kind: Interval) -> FloatArray:
    """The standard error (...) that an interval of this kind is built on."""
    if kind == "normal":
        return pooled.se
    least = 1.0 if kind == "hartung_knapp_at_least_1" else 0.0
    return pooled.se * np.sqrt(np.maximum(pooled.ratio, least))


def confidence_interval(
    pooled: Pooled, kind: Interval, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Ends (...) of the interval of a pooled estimate; NaN where it takes more trials."""
    half = _quantile(pooled.n, kind, level) * standard_error(pooled, kind)
    return pooled.estimate - half, pooled.estimate + half


def prediction_interval(
    pooled: Pooled, tau2: FloatArray, kind: Interval, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Ends (...) between which the true effect of a new trial lies, sqrt(tau2 + SE^2) wide."""
    spread = np.sqrt(tau2 + standard_error(pooled, kind) ** 2)
    half = _quantile(pooled.n, kind, level) * spread
    return pooled.estimate - half, pooled.estimate + half


def two_sided_p(pooled: Pooled, kind: Interval) -> FloatArray:
    """p value (...) of no effect, by the test that belongs to the interval."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.abs(pooled.estimate) / standard_error(pooled, kind)
    if kind == "normal":
        return 2 * special.ndtr(-size)
    return 2 * special.stdtr(_df(pooled.n), -size)


def up_to_each(counted: BoolArray) -> BoolArray:
    """Masks (..., t, t) of cumulative meta-analysis: in row i the trials up to the i-th."""
    n = counted.shape[-1]
    return counted[..., None, :] & np.tri(n, dtype=bool)


def _df(n: FloatArray) -> FloatArray:
    return np.where(n > 1, n - 1, np.nan)


def _quantile(n: FloatArray, kind: Interval, level: float) -> FloatArray:
    """Two-sided quantile (...); each number of trials is solved once."""
    tail = (1 + level) / 2
    if kind == "normal":
        return np.where(n > 0, special.ndtri(tail), np.nan)
    distinct, place = np.unique(n, return_inverse=True)
    return special.stdtrit(_df(distinct), tail)[place].reshape(np.shape(n))
