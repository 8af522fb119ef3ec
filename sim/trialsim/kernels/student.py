"""p values and intervals from an estimate, its standard error and a t distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.records import Estimates
from trialsim.core.stages import Rule


def critical_t(df: FloatArray, tail: float) -> FloatArray:
    """The value that t exceeds with probability `tail`; NaN where df is not positive.

    Degrees of freedom mostly repeat, and the quantile costs ten times the rest of a test, so
    each distinct value is solved once.
    """
    distinct, place = np.unique(df, return_inverse=True)
    with np.errstate(invalid="ignore"):
        return special.stdtrit(distinct, 1 - tail)[place].reshape(df.shape)


def t_inference(
    estimate: FloatArray,
    se: FloatArray,
    df: FloatArray,
    n_analysed: FloatArray,
    failure: NDArray[np.int8],
    rule: Rule,
) -> Estimates:
    """Complete an estimate and its error (any shape) to a test and an interval.

    The interval is two-sided at level 1 - alpha for a two-sided test, and at 1 - 2 alpha for a
    one-sided one, so that it excludes 0 on the good side exactly when the test rejects. Where
    `failure` is not 0 every number but `n_analysed` becomes NaN.
    """
    good = failure == 0
    if not good.all():
        estimate, se, df = (np.where(good, x, np.nan) for x in (estimate, se, df))
    t = estimate / se
    if rule.sides == 2:
        p_value = 2 * special.stdtr(df, -np.abs(t))
        tail = rule.alpha / 2
    else:
        p_value = special.stdtr(df, -rule.sign * t)
        tail = rule.alpha
    half = critical_t(df, tail) * se
    return Estimates(
        estimate, se, df, p_value, estimate - half, estimate + half, n_analysed, failure
    )
