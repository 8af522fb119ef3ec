"""Comparing two normal means: power of the pooled and the Welch t test, and sample sizes.

Power of the pooled test is a noncentral t tail. With unequal SDs both tests are exact integrals:
given the share U of the residual sum of squares (in units of each arm's variance) that comes from
arm 1, which is Beta((n1-1)/2, (n2-1)/2), each statistic is a noncentral t times a known factor.
"""

import math

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _quadrature, _validate, noncentral_t
from trialsim.theory._validate import Floats

# The smallest arm a search for a sample size may return: one participant has no SD.
_SMALLEST_ARM = 2
# Welch's df, and with it the critical value, moves fast with U when one arm has two or three.
_SHARE_NODES = 96


def _pooled_df(n_control: ArrayLike, n_treatment: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Sizes of both arms as floats, and n_control + n_treatment - 2."""
    control = _validate.at_least("n_control", _validate.positive("n_control", n_control), 1)
    treatment = _validate.at_least("n_treatment", _validate.positive("n_treatment", n_treatment), 1)
    df = control + treatment - 2
    if np.any(df < 1):
        raise ValueError("a pooled t test needs at least 3 participants")
    return control, treatment, df


def t_test_power(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    difference: ArrayLike,
    sd: ArrayLike = 1.0,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """Power of the pooled two-sample t test; exact for normal outcomes with one SD.

    `difference` is treatment minus control in the units of `sd`; one-sided tests expect it
    positive. Arguments broadcast. Raises ValueError for arms below 1, fewer than 3 in all, or `sd`
    not above 0. Cohen 1988, section 2; equals `pwr::pwr.t2n.test`, which also counts both tails.
    """
    control, treatment, df = _pooled_df(n_control, n_treatment)
    error = _validate.positive("sd", sd) * np.sqrt(1 / control + 1 / treatment)
    return noncentral_t.rejection_probability(np.asarray(difference) / error, df, alpha, sides)


def critical_difference(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    sd: ArrayLike = 1.0,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """Smallest observed difference that is significant when the observed pooled SD is `sd`."""
    control, treatment, df = _pooled_df(n_control, n_treatment)
    error = _validate.positive("sd", sd) * np.sqrt(1 / control + 1 / treatment)
    return noncentral_t.critical_t(df, alpha, sides) * error


def _arm_shares(
    n1: ArrayLike, n2: ArrayLike, sd1: ArrayLike, sd2: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """Sizes, U-scaled variances of both arms, weights of U and true standard error (nodes last).

    The scaled variances are s1^2 and s2^2 divided by Q, the chi-square on n1 + n2 - 2 degrees of
    freedom that is independent of U.
    """
    first = _validate.at_least("n1", n1, 2)[..., None]
    second = _validate.at_least("n2", n2, 2)[..., None]
    variance1 = _validate.positive("sd1", sd1)[..., None] ** 2
    variance2 = _validate.positive("sd2", sd2)[..., None] ** 2
    angle, weight = _quadrature.beta_angles(first[..., 0] - 1, second[..., 0] - 1, _SHARE_NODES)
    scaled1 = variance1 * np.sin(angle) ** 2 / (first - 1)
    scaled2 = variance2 * np.cos(angle) ** 2 / (second - 1)
    error = np.sqrt(variance1 / first + variance2 / second)
    return first, second, scaled1, scaled2, weight, error


def _averaged(ncp: Floats, df: Floats, critical: Floats, weight: Floats, sides: int) -> Floats:
    """Rejection probability given U, averaged over U (the last axis)."""
    upper, lower = noncentral_t.tail_probabilities(ncp, df, critical)
    rejects = upper if sides == 1 else upper + lower
    return np.asarray((rejects * weight).sum(axis=-1))[()]


def welch_power(
    n1: ArrayLike,
    n2: ArrayLike,
    difference: ArrayLike,
    sd1: ArrayLike = 1.0,
    sd2: ArrayLike = 1.0,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """Power of Welch's t test, exact for normal outcomes with any two SDs; the type I error at 0.

    `difference` is in the units of the SDs; arguments broadcast; each arm needs 2 or more
    (ValueError). Welch 1938, Biometrika 29:350 for the test; the conditional law as in the module's
    heading.
    """
    first, second, scaled1, scaled2, weight, error = _arm_shares(n1, n2, sd1, sd2)
    part1, part2 = scaled1 / first, scaled2 / second
    welch_df = (part1 + part2) ** 2 / (part1**2 / (first - 1) + part2**2 / (second - 1))
    # welch_df >= min(n1, n2) - 1; rounding may leave it an epsilon under 1.
    critical = noncentral_t.critical_t(np.maximum(welch_df, 1), np.asarray(alpha)[..., None], sides)
    df = first + second - 2
    # Welch's error is sqrt(Q (part1 + part2)), the noncentral t's is error * sqrt(Q / df).
    threshold = critical * np.sqrt(df * (part1 + part2)) / error
    return _averaged(np.asarray(difference)[..., None] / error, df, threshold, weight, sides)


def pooled_power_unequal_variance(
    n1: ArrayLike,
    n2: ArrayLike,
    difference: ArrayLike,
    sd1: ArrayLike = 1.0,
    sd2: ArrayLike = 1.0,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """Power of the pooled t test where its assumption of one SD fails; exact, see `welch_power`."""
    first, second, scaled1, scaled2, weight, error = _arm_shares(n1, n2, sd1, sd2)
    df = first + second - 2
    critical = noncentral_t.critical_t(df, np.asarray(alpha)[..., None], sides)
    # Q times this is the squared standard error that the pooled test reports, times df.
    pooled = (scaled1 * (first - 1) + scaled2 * (second - 1)) * (1 / first + 1 / second)
    threshold = critical * np.sqrt(pooled) / error
    return _averaged(np.asarray(difference)[..., None] / error, df, threshold, weight, sides)


def z_total(
    difference: float,
    sd: float = 1.0,
    power: float = 0.8,
    alpha: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
) -> float:
    """Total sample size, not rounded, by the normal approximation.

    `ratio` is n_treatment / n_control. Counts the tail in the direction of the effect only, as
    textbooks do.
    """
    _check_target(difference, power, alpha)
    _validate.positive("ratio", ratio)
    _validate.positive("sd", sd)
    quantiles = special.ndtri(power) - special.ndtri(_validate.tail_alpha(alpha, sides))
    return float((quantiles * sd / difference) ** 2 * (1 + ratio) ** 2 / ratio)


def t_test_sample_size_fractional(
    difference: float,
    sd: float = 1.0,
    power: float = 0.8,
    alpha: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
) -> tuple[float, float]:
    """Sizes (n_control, n_treatment), not rounded, at which the pooled t test has exactly `power`.

    Two-sided counts both tails, as `pwr::pwr.t.test` does; rpact counts one, which is `sides=1` at
    alpha / 2. The sign of `difference` does not matter. The smaller arm is never below 2: if that
    suffices, it is what comes back. Raises ValueError for no difference or a power not above alpha.
    """
    from scipy.optimize import brentq

    _check_target(difference, power, alpha)
    least = _SMALLEST_ARM / min(1.0, float(_validate.positive("ratio", ratio)))

    def shortfall(n_control: float) -> float:
        reached = t_test_power(n_control, ratio * n_control, abs(difference), sd, alpha, sides)
        return float(reached) - power

    if shortfall(least) >= 0:
        return least, ratio * least
    most = max(2 * least, z_total(difference, sd, power, alpha, sides, ratio))
    while shortfall(most) < 0:  # only when the t test needs over twice what z says
        most *= 2
    n_control = float(brentq(shortfall, least, most, xtol=1e-9, rtol=1e-14))
    return n_control, ratio * n_control


def t_test_sample_size(
    difference: float,
    sd: float = 1.0,
    power: float = 0.8,
    alpha: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
) -> tuple[int, int]:
    """Smallest whole sizes (n_control, n_treatment) with at least `power`; arguments as above.

    The treatment arm is `ratio` times the control arm, rounded up; n_control is the smallest that
    works.
    """
    fractional, _ = t_test_sample_size_fractional(difference, sd, power, alpha, sides, ratio)

    def treatment(n_control: int) -> int:
        # A ratio of 1/3 times 3 must give 1 and not, after rounding, 2.
        return max(_SMALLEST_ARM, math.ceil(ratio * n_control - 1e-9))

    # The treatment arm is rounded up by less than 1, which can spare up to 1 / ratio of the control
    # arm: nothing below this start has the power. Where the smallest arm binds, try all.
    start = math.floor(fractional - 1 / ratio)
    n_control = max(start, _SMALLEST_ARM) if start * ratio > 1 else _SMALLEST_ARM
    while t_test_power(n_control, treatment(n_control), abs(difference), sd, alpha, sides) < power:
        n_control += 1
    return n_control, treatment(n_control)


def _check_target(difference: float, power: float, alpha: float) -> None:
    """Refuse what no sample size can reach."""
    _validate.share("power", power)
    if not math.isfinite(difference) or difference == 0:
        raise ValueError(f"difference is {difference!r}: a sample size needs an effect to detect")
    if power <= alpha:
        raise ValueError(f"power is {power!r}: it must be above alpha, {alpha!r}")
