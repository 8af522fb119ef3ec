"""Comparing changes from baseline: power of the t test on follow-up minus baseline."""

import numpy as np
from numpy.typing import ArrayLike

from trialsim.theory import _validate, two_means
from trialsim.theory._validate import Floats


def change_sd(sd_baseline: ArrayLike, sd_follow_up: ArrayLike, correlation: ArrayLike) -> Floats:
    """SD of follow-up minus baseline, from both SDs and their correlation within an arm."""
    before = _validate.positive("sd_baseline", sd_baseline)
    after = _validate.positive("sd_follow_up", sd_follow_up)
    rho = _validate.correlation("correlation", correlation)
    # As a sum of non-negative terms: no cancellation when rho is near 1.
    return np.sqrt((before - after) ** 2 + 2 * before * after * (1 - rho))


def change_score_power(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    difference: ArrayLike,
    sd: ArrayLike,
    correlation: ArrayLike,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
    *,
    sd_baseline: ArrayLike | None = None,
    sd_follow_up: ArrayLike | None = None,
) -> Floats:
    """Power of the t test that compares changes from baseline; exact for normal scores.

    `difference` is the effect on the follow-up mean (baselines are equal by randomisation), in the
    units of `sd`, which holds at both visits unless `sd_baseline` or `sd_follow_up` says otherwise.
    With one SD the change has SD sd * sqrt(2 (1 - correlation)): worse than the follow-up alone
    below a correlation of 0.5. Arguments broadcast; ValueError as `t_test_power`, or for
    |correlation| >= 1. Frison and Pocock 1992, Statistics in Medicine 11:1685.
    """
    before = sd if sd_baseline is None else sd_baseline
    after = sd if sd_follow_up is None else sd_follow_up
    spread = change_sd(before, after, correlation)
    return two_means.t_test_power(n_control, n_treatment, difference, spread, alpha, sides)
