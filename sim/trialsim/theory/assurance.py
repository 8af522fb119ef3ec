"""Assurance: the power of a test averaged over a normal prior on the true difference.

O'Hagan, Stevens and Campbell 2005, Pharmaceutical Statistics 4:187. Given the prior, the estimate
is normal with variance error^2 + prior_sd^2, so that the average is again a tail of a
(noncentral) t law, at a critical value and a noncentrality divided by the same factor.
"""

import numpy as np
from numpy.typing import ArrayLike

from trialsim.theory import _validate, noncentral_t
from trialsim.theory._validate import Floats


def assurance(
    difference: ArrayLike,
    prior_sd: ArrayLike,
    error: ArrayLike,
    df: ArrayLike = np.inf,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """Probability of significance when the true difference is normal around `difference`; exact.

    Parameters
    ----------
    difference : mean of the prior, in natural units (one-sided tests expect it positive)
    prior_sd : SD of the prior, in the same units; 0 gives the power itself
    error : standard error that the estimate would have if the SD were known
    df : of the t test; infinite for a normal test

    Two-sided counts both tails. Arguments broadcast; ValueError as `rejection_probability`.
    """
    upper, lower = _tails(difference, prior_sd, error, df, alpha, sides)
    return upper if sides == 1 else upper + lower


def favourable_assurance(
    difference: ArrayLike,
    prior_sd: ArrayLike,
    error: ArrayLike,
    df: ArrayLike = np.inf,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """The part of `assurance` that is significant in the direction of a positive difference."""
    return _tails(difference, prior_sd, error, df, alpha, sides)[0]


def _tails(
    difference: ArrayLike,
    prior_sd: ArrayLike,
    error: ArrayLike,
    df: ArrayLike,
    alpha: ArrayLike,
    sides: int,
) -> tuple[Floats, Floats]:
    se = _validate.positive("error", error)
    spread = _validate.finite("prior_sd", _validate.at_least("prior_sd", prior_sd, 0))
    widened = np.sqrt(1 + (spread / se) ** 2)
    centre = _validate.finite("difference", difference) / se
    critical = noncentral_t.critical_t(df, alpha, sides)
    return noncentral_t.tail_probabilities(centre / widened, df, critical / widened)
