"""Upper tail of the t distribution, by interpolation where the degrees of freedom are whole.

The logarithm of the tail is smooth, and its first two derivatives follow from the tail and the
density, so quintic Hermite interpolation between exact values is accurate to 1e-12 relative to
the tail, however small it is, at a fraction of the cost of the incomplete beta function. Which
way an element takes depends on its own df and t only, never on its neighbours.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from trialsim.core.axes import FloatArray

_STEP = 1 / 32
_REACH = 20.0
_INTERVALS = int(_REACH / _STEP)
_LARGEST = 1023
"""Above it the function itself is used: trials of that size take their time elsewhere."""


def upper_tail(t: FloatArray, df: FloatArray) -> FloatArray:
    """P(T > t) for each element; NaN where either is NaN."""
    size = np.abs(t)
    tabled = (df == np.floor(df)) & (df >= 1) & (df <= _LARGEST) & (size < _REACH)
    if tabled.all():
        return _reflected(t, _interpolated(size, df.astype(np.intp)))
    tail = special.stdtr(df, -size)
    if tabled.any():
        tail[tabled] = _interpolated(size[tabled], df[tabled].astype(np.intp))
    return _reflected(t, tail)


def _reflected(t: FloatArray, tail: FloatArray) -> FloatArray:
    return np.where(t < 0, 1 - tail, tail)


def _interpolated(size: FloatArray, df: NDArray[np.intp]) -> FloatArray:
    coefficients = _tables(df)
    scaled = size * (1 / _STEP)
    interval = scaled.astype(np.intp)
    scaled -= interval  # place within the interval, 0 to 1
    interval += df * _INTERVALS
    log_tail = np.take(coefficients[5], interval)
    for power in (4, 3, 2, 1, 0):
        log_tail *= scaled
        log_tail += np.take(coefficients[power], interval)
    return np.exp(log_tail, out=log_tail)


def _tables(df: NDArray[np.intp]) -> FloatArray:
    """Coefficients (power, df, interval), those of the `df` asked for filled in."""
    coefficients, filled = _room()
    missing = ~filled[df]
    if missing.any():
        for new in np.unique(df[missing]):
            coefficients[:, new] = _coefficients(float(new))
            filled[new] = True
    return coefficients


@lru_cache(maxsize=1)
def _room() -> tuple[FloatArray, NDArray[np.bool_]]:
    """One table for all degrees of freedom; pages that nobody fills take no memory."""
    shape = (6, _LARGEST + 1, _INTERVALS)
    return np.empty(shape), np.zeros(_LARGEST + 1, dtype=bool)


def _coefficients(df: float) -> FloatArray:
    """Quintics (6, intervals) in the place within each interval, from its two ends."""
    t = np.arange(_INTERVALS + 1) * _STEP
    tail = special.stdtr(df, -t)
    log_constant = np.log(special.poch(df / 2, 0.5))
    log_density = log_constant - 0.5 * np.log(df * np.pi) - (df + 1) / 2 * np.log1p(t * t / df)
    value = np.log(tail)
    hazard = np.exp(log_density - value)
    slope = -hazard * _STEP
    # d hazard/dt = hazard (hazard + d log density/dt)
    bend = -hazard * (hazard - (df + 1) * t / (df + t * t)) * _STEP**2
    (f0, f1), (d0, d1), (s0, s1) = ((x[:-1], x[1:]) for x in (value, slope, bend))
    rise = f1 - f0
    return np.stack(
        [
            f0,
            d0,
            0.5 * s0,
            10 * rise - 6 * d0 - 4 * d1 - 1.5 * s0 + 0.5 * s1,
            -15 * rise + 8 * d0 + 7 * d1 + 1.5 * s0 - s1,
            6 * rise - 3 * d0 - 3 * d1 - 0.5 * s0 + 0.5 * s1,
        ]
    )
