"""Power of a t test from the noncentral t law (Johnson, Kotz and Balakrishnan 1995, chapter 31).

T = (Z + ncp) / s with Z standard normal and s^2 = chi^2_df / df independent of it, so that
P(T > c) = E[Phi(ncp - c s)] and P(T < -c) = E[Phi(-ncp - c s)].
"""

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _quadrature, _validate
from trialsim.theory._validate import Floats

# Phi(-8.5) = 9.5e-18: a tail below it cannot change a power in double precision.
_NEGLIGIBLE_Z = 8.5
_TAIL_NODES = 48


def critical_t(df: ArrayLike, alpha: ArrayLike = 0.05, sides: int = 2) -> Floats:
    """The value that |T| (or T, one-sided) must exceed; `df` may be infinite, for a z test."""
    tail = _validate.tail_alpha(alpha, sides)
    freedom = _validate.at_least("df", df, 1)
    # An infinite df is replaced before stdtrit sees it, and its result then discarded.
    finite = np.where(np.isinf(freedom), 1.0, freedom)
    value = np.where(np.isinf(freedom), special.ndtri(tail), special.stdtrit(finite, tail))
    return np.asarray(np.maximum(-value, 0.0))[()]


def _far_tail(size: Floats, df: Floats, critical: Floats) -> Floats:
    """P(T < -critical) for ncp = `size` >= 0, by Gauss quadrature of E[Phi(-size - critical s)].

    `scipy.special.nctdtr` is NaN here for ncp from about 3.4 upwards (scipy 1.17.1), and the tail
    need not be negligible there: hence a sum of positive terms. Two bounds make it finite in work.
    Phi(-size - c s) <= Phi(-size), so the tail is 0 for size >= 8.5; and the s beyond
    (8.5 - size) / c contribute less than Phi(-8.5) together.
    """
    lower, upper = _quadrature.chi_range(df)
    upper = np.minimum(upper, (_NEGLIGIBLE_Z - size) / np.maximum(critical, 1e-300))
    # In the fourth root of s the density is smooth at 0 also when df is small and not whole.
    root, weight = _quadrature.on_interval(
        lower**0.25, np.maximum(upper, lower) ** 0.25, _TAIL_NODES
    )
    s = root**4
    density = np.exp(_quadrature.log_chi_density(s, df[..., None])) * 4 * root**3
    inside = special.ndtr(-size[..., None] - critical[..., None] * s)
    return np.asarray((weight * density * inside).sum(axis=-1))


def _near_tail(size: Floats, df: Floats, critical: Floats) -> Floats:
    """P(T > critical) for ncp = `size` >= 0, where `nctdtr` has no number (scipy 1.17.1: an ncp of
    some 1e9, or a critical value of 60 and more).

    E[Phi(size - critical s)]: Phi is 1 below the s at which it begins to fall, which leaves a
    chi-square probability, and 0 beyond the s at which it has fallen.
    """
    lower, upper = _quadrature.chi_range(df)
    slope = np.maximum(critical, 1e-300)
    falls = np.clip((size - _NEGLIGIBLE_Z) / slope, 0, upper)
    fallen = np.clip((size + _NEGLIGIBLE_Z) / slope, lower, upper)
    certain = special.gammainc(df / 2, df / 2 * falls**2)
    start = np.maximum(falls, lower)
    s, weight = _quadrature.on_interval(start, np.maximum(fallen, start), _TAIL_NODES)
    density = np.exp(_quadrature.log_chi_density(s, df[..., None]))
    inside = special.ndtr(size[..., None] - critical[..., None] * s)
    return np.asarray(np.minimum(certain + (weight * density * inside).sum(axis=-1), 1.0))


def tail_probabilities(ncp: ArrayLike, df: ArrayLike, critical: ArrayLike) -> tuple[Floats, Floats]:
    """P(T > critical) and P(T < -critical) for T noncentral t; arguments broadcast together.

    Parameters
    ----------
    ncp : true difference divided by the standard error it would have if the SD were known
    df : residual degrees of freedom, at least 1; infinite for a z test
    critical : at least 0, on the scale of T

    Raises ValueError for a missing or infinite `ncp`, a `df` below 1 or a negative `critical`.
    """
    shift = _validate.finite("ncp", ncp)
    freedom = _validate.at_least("df", df, 1)
    threshold = _validate.at_least("critical", critical, 0)
    shift, freedom, threshold = np.broadcast_arrays(shift, freedom, threshold)
    size = np.abs(shift)
    near = special.ndtr(size - threshold)
    far = special.ndtr(-size - threshold)
    is_t = np.isfinite(freedom)
    if np.any(is_t):
        near, far = np.array(near), np.array(far)
        # Reflected, so that nctdtr returns the wanted tail itself and not 1 minus the other one.
        near[is_t] = special.nctdtr(freedom[is_t], -size[is_t], -threshold[is_t])
        lost = is_t & np.isnan(near)
        if np.any(lost):
            near[lost] = _near_tail(size[lost], freedom[lost], threshold[lost])
        far[is_t] = 0.0
        visible = is_t & (size < _NEGLIGIBLE_Z)
        if np.any(visible):
            far[visible] = _far_tail(size[visible], freedom[visible], threshold[visible])
    upward = shift >= 0
    return np.where(upward, near, far)[()], np.where(upward, far, near)[()]


def rejection_probability(
    ncp: ArrayLike, df: ArrayLike, alpha: ArrayLike = 0.05, sides: int = 2
) -> Floats:
    """Probability that a t test rejects: its power, or its type I error at `ncp` 0.

    Two-sided (`sides=2`) counts both tails at alpha / 2 each, also the significant result in the
    wrong direction; one-sided (`sides=1`) counts the upper tail at alpha. Arguments broadcast; a
    float comes back for floats. Raises ValueError for an `alpha` outside (0, 1), or above 0.5 when
    one-sided, `df` below 1 or `sides` other than 1 and 2.
    """
    upper, lower = tail_probabilities(ncp, df, critical_t(df, alpha, sides))
    return upper if sides == 1 else upper + lower
