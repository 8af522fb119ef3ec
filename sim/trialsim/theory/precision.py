"""How wide a confidence interval is expected to be, before anything is observed.

The mean width is 2 t E[se]: se varies because the SD is estimated and, with a covariate, because
the arms differ by chance in it. Half of it is the mean of the smallest significant difference.
"""

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _validate, noncentral_t
from trialsim.theory._validate import Floats


def mean_sd_factor(df: ArrayLike) -> Floats:
    """Mean of an estimated SD as a multiple of the true one (c4 of quality control); below 1."""
    half = np.asarray(_validate.at_least("df", df, 1)) / 2
    finite = np.where(np.isinf(half), 1.0, half)
    factor = np.exp(special.gammaln(finite + 0.5) - special.gammaln(finite)) / np.sqrt(finite)
    return np.asarray(np.where(np.isinf(half), 1.0, factor))[()]


def width_from(se: ArrayLike, df: ArrayLike, level: float = 0.95) -> Floats:
    """Mean width of a t interval whose error has the true value `se` and is estimated on `df`."""
    critical = noncentral_t.critical_t(df, 1 - _validate.share("level", level))
    return np.asarray(2 * critical * mean_sd_factor(df) * _validate.positive("se", se))[()]


def t_test_width(
    n_control: ArrayLike, n_treatment: ArrayLike, sd: ArrayLike = 1.0, level: float = 0.95
) -> Floats:
    """Mean width of the pooled t interval of a difference, in the units of `sd`; exact."""
    control, treatment = _sizes(n_control, n_treatment)
    error = _validate.positive("sd", sd) * np.sqrt(1 / control + 1 / treatment)
    return width_from(error, control + treatment - 2, level)


def welch_width(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    sd_control: ArrayLike = 1.0,
    sd_treatment: ArrayLike = 1.0,
    level: float = 0.95,
) -> Floats:
    """Mean width of Welch's interval, with Satterthwaite's df at the true variances; near exact.

    The df are estimated too, which widens the intervals of arms of a few patients further.
    """
    control, treatment = _sizes(n_control, n_treatment)
    part1 = _validate.positive("sd_control", sd_control) ** 2 / control
    part2 = _validate.positive("sd_treatment", sd_treatment) ** 2 / treatment
    df = (part1 + part2) ** 2 / (part1**2 / (control - 1) + part2**2 / (treatment - 1))
    return width_from(np.sqrt(part1 + part2), np.maximum(df, 1), level)


def ancova_width(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    sd: ArrayLike,
    multiple_r: ArrayLike,
    covariates: ArrayLike = 1,
    level: float = 0.95,
) -> Floats:
    """Mean width of the adjusted interval over normal covariates drawn anew in each trial; exact.

    1 - q, what the covariates leave of the arm indicator, is Beta((n - 1 - p) / 2, p / 2) and
    independent of the residual SD (see `ancova_power`).
    """
    control, treatment = _sizes(n_control, n_treatment)
    p = _validate.at_least("covariates", covariates, 1)
    df = control + treatment - 2 - p
    if np.any(df < 1):
        raise ValueError("an ANCOVA needs at least 3 participants more than covariates")
    r = _validate.correlation("multiple_r", multiple_r)
    residual_sd = _validate.positive("sd", sd) * np.sqrt((1 - r) * (1 + r))
    first, second = (df + 1) / 2, p / 2
    # E[(1 - q)^(-1/2)], finite from 1 residual df upwards.
    chance_imbalance = np.exp(
        special.gammaln(first - 0.5)
        - special.gammaln(first)
        + special.gammaln(first + second)
        - special.gammaln(first + second - 0.5)
    )
    error = residual_sd * np.sqrt(1 / control + 1 / treatment)
    return np.asarray(width_from(error * chance_imbalance, df, level))


def _sizes(n_control: ArrayLike, n_treatment: ArrayLike) -> tuple[Floats, Floats]:
    """Both sizes as floats; an arm of one has no SD."""
    return (
        _validate.at_least("n_control", n_control, 2),
        _validate.at_least("n_treatment", n_treatment, 2),
    )
