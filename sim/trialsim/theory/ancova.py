"""Analysis of covariance with normal covariates: power averaged over their chance imbalance.

The adjusted difference has variance s^2 (1 - R^2) / ((1 - q) n1 n2 / n), where q is the share of
the arm indicator that the covariates explain. Under randomisation 1 - q is Beta((n-1-p)/2, p/2) for
p normal covariates (Shieh 2020, Psychometrika 85:101).
"""

import numpy as np
from numpy.typing import ArrayLike

from trialsim.theory import _quadrature, _validate, noncentral_t
from trialsim.theory._validate import Floats


def _fixed_parts(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    difference: ArrayLike,
    sd: ArrayLike,
    multiple_r: ArrayLike,
    covariates: ArrayLike,
) -> tuple[Floats, Floats]:
    """Noncentrality with balanced covariates, and residual degrees of freedom n - 2 - p."""
    control = _validate.at_least("n_control", _validate.positive("n_control", n_control), 1)
    treatment = _validate.at_least("n_treatment", _validate.positive("n_treatment", n_treatment), 1)
    df = control + treatment - 2 - _validate.at_least("covariates", covariates, 1)
    if np.any(df < 1):
        raise ValueError("an ANCOVA needs at least 3 participants more than covariates")
    r = _validate.correlation("multiple_r", multiple_r)
    residual_sd = _validate.positive("sd", sd) * np.sqrt((1 - r) * (1 + r))
    error = residual_sd * np.sqrt(1 / control + 1 / treatment)
    return _validate.finite("difference", difference) / error, df


def ancova_power(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    difference: ArrayLike,
    sd: ArrayLike,
    multiple_r: ArrayLike,
    covariates: ArrayLike = 1,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """Power of outcome ~ arm + covariates when the covariates are drawn anew in each trial; exact.

    Parameters
    ----------
    n_control, n_treatment : participants analysed in each arm
    difference : true difference in the units of `sd` (one-sided tests expect it positive)
    sd : of the outcome within an arm
    multiple_r : multiple correlation of the outcome with the covariates within an arm; with one
        covariate, the baseline, simply their correlation
    covariates : number p of jointly normal covariates, at least 1

    Arguments broadcast. Raises ValueError for |multiple_r| >= 1 or a residual df n - 2 - p below 1.
    """
    ncp, df = _fixed_parts(n_control, n_treatment, difference, sd, multiple_r, covariates)
    # sin^2 of the angle is q, the share of the arm indicator that the covariates explain.
    angle, weight = _quadrature.beta_angles(covariates, df + 1)
    rejects = noncentral_t.rejection_probability(
        ncp[..., None] * np.cos(angle), df[..., None], np.asarray(alpha)[..., None], sides
    )
    return np.asarray((rejects * weight).sum(axis=-1))[()]


def ancova_power_balanced(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    difference: ArrayLike,
    sd: ArrayLike,
    multiple_r: ArrayLike,
    covariates: ArrayLike = 1,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """Power when the arms have the same covariate means: slightly above that of `ancova_power`.

    It is what covariate-adaptive allocation approaches and what most sample size formulas assume
    (Borm, Fransen and Lemmens 2007, Journal of Clinical Epidemiology 60:1234).
    """
    ncp, df = _fixed_parts(n_control, n_treatment, difference, sd, multiple_r, covariates)
    return noncentral_t.rejection_probability(ncp, df, alpha, sides)
