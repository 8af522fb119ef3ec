"""What a repeat of the same trial will find, for somebody who knows only the first result.

Cumming 2008, doi 10.1111/j.1745-6924.2008.00079.x; Cumming and Maillardet 2006,
doi 10.1037/1082-989X.11.3.217. Two trials of one design measure the same true difference: their
estimates differ by a normal variable with twice the variance of one. See `trials_in_general` for
the chance that a repeat is significant, also when trials in general are known.
"""

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _validate, noncentral_t
from trialsim.theory._validate import Floats


def repeat_p_value(p_value: ArrayLike, quantile: ArrayLike) -> Floats:
    """Quantile of the p value of a repeat, one-sided in the direction of the first trial.

    `p_value` is that of the first trial, two-sided, its error known (a z test), and every true
    difference was as likely before it. After 0.05 the quantiles 0.1 and 0.9 are 0.00008 and 0.44.
    Arguments broadcast.
    """
    first = -special.ndtri(_validate.share("p_value", p_value) / 2)
    beyond = special.ndtri(_validate.share("quantile", quantile))
    # A small p value is a large z: the law of z is read from its other end.
    return np.asarray(special.ndtr(np.sqrt(2) * beyond - first))[()]


def interval_catches_repeat(df: ArrayLike = np.inf, level: ArrayLike = 0.95) -> Floats:
    """Chance that a confidence interval holds the estimate of an exact repeat: 0.834 at 95%.

    The two estimates differ by sqrt(2) standard errors: 2 T(t / sqrt 2) - 1, T the t law with the
    `df` of the interval, the normal law when infinite. Arguments broadcast.
    """
    freedom = _validate.at_least("df", df, 1)
    reach = noncentral_t.critical_t(freedom, 1 - _validate.share("level", level)) / np.sqrt(2)
    finite = np.where(np.isinf(freedom), 1.0, freedom)
    tail = np.where(np.isinf(freedom), special.ndtr(-reach), special.stdtr(finite, -reach))
    return np.asarray(1 - 2 * tail)[()]
