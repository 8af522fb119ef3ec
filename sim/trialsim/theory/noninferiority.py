"""Non-inferiority of a mean: power of the one-sided t test against the margin."""

import numpy as np
from numpy.typing import ArrayLike

from trialsim.theory import _validate, two_means
from trialsim.theory._validate import Floats


def noninferiority_power(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    true_difference: ArrayLike,
    margin: ArrayLike,
    sd: ArrayLike = 1.0,
    alpha: ArrayLike = 0.025,
) -> Floats:
    """Power to show that treatment minus control is on the acceptable side of `margin`; exact.

    The sign of `margin` says which direction is worse: -0.3 is the largest loss allowed where
    higher scores are better, +0.3 where lower are. `alpha` is one-sided. All differences are in the
    units of `sd`; arguments broadcast. Raises ValueError for a margin of 0, whose direction is not
    known (use `t_test_power` with `sides=1`), and as `t_test_power` does. Equals rpact's
    getPowerMeans(thetaH0 = margin).
    """
    limit = _validate.finite("margin", margin)
    if np.any(limit == 0):
        raise ValueError("margin is 0: its sign must say which direction is worse")
    distance = (np.asarray(true_difference, dtype=float) - limit) * -np.sign(limit)
    return two_means.t_test_power(n_control, n_treatment, distance, sd, alpha, sides=1)
