"""p values and intervals from an estimate, its standard error and a t distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.records import Estimates
from trialsim.core.stages import Rule
from trialsim.kernels.student_tail import upper_tail


def distinct_df(df: FloatArray) -> tuple[FloatArray, NDArray[np.intp]]:
    """The distinct degrees of freedom of an array (k, r), and the place of each element's.

    Every trial of one size has the same df when nobody is missing, so rows are looked at first.
    """
    first = df[:, :1]
    if (df == first).all():
        known: dict[float, int] = {}
        row = [known.setdefault(value, len(known)) for value in first.ravel().tolist()]
        return np.array(list(known)), np.broadcast_to(np.array(row)[:, None], df.shape)
    distinct, place = np.unique(df, return_inverse=True)
    return distinct, place.reshape(df.shape)


def t_inference(
    estimate: FloatArray,
    se: FloatArray,
    df: FloatArray,
    n_analysed: FloatArray,
    failure: NDArray[np.int8],
    rule: Rule,
) -> Estimates:
    """Complete an estimate and its error (k, r) to a test and an interval.

    The interval is two-sided at level 1 - alpha for a two-sided test, and at 1 - 2 alpha for a
    one-sided one, so that it excludes the tested
    difference on the good side exactly when the test rejects. Where
    `failure` is not 0 every number but `n_analysed` becomes NaN.
    """
    good = failure == 0
    if not good.all():
        estimate, se, df = (np.where(good, x, np.nan) for x in (estimate, se, df))
    distinct, place = distinct_df(df)
    t = (estimate - rule.null if rule.null else estimate) / se
    if rule.sides == 2:
        p_value = 2 * upper_tail(np.abs(t), df)
        tail = rule.alpha / 2
    else:
        p_value = upper_tail(rule.sign * t, df)
        tail = rule.alpha
    # The quantile costs far more than the rest of a test: each distinct df is solved once.
    half = special.stdtrit(distinct, 1 - tail)[place] * se
    return Estimates(
        estimate, se, df, p_value, estimate - half, estimate + half, n_analysed, failure
    )
