"""Intervals for one proportion: Wilson and Clopper-Pearson."""

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _validate
from trialsim.theory._validate import Floats


def _counts(successes: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    """Both as floats of one shape, with 0 <= successes <= n and n above 0."""
    total = _validate.positive("n", n)
    count = _validate.at_least("successes", successes, 0)
    if np.any(count > total):
        raise ValueError(f"successes is {successes!r}: it must not exceed n, {n!r}")
    count, total = np.broadcast_arrays(count, total)
    return count, total


def wilson_interval(
    successes: ArrayLike, n: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Lower and upper limit of Wilson's score interval, without continuity correction.

    Arguments broadcast. Raises ValueError unless 0 <= successes <= n and 0 < level < 1.
    Wilson 1927, Journal of the American Statistical Association 22:209.
    """
    count, total = _counts(successes, n)
    z = special.ndtri((1 + _validate.share("level", level)) / 2)
    p = count / total
    centre = (p + z**2 / (2 * total)) / (1 + z**2 / total)
    half = z * np.sqrt(p * (1 - p) / total + z**2 / (4 * total**2)) / (1 + z**2 / total)
    # At 0 and n the limit is exactly 0 or 1; the subtraction would leave a rounding error.
    lower = np.where(count == 0, 0.0, centre - half)
    upper = np.where(count == total, 1.0, centre + half)
    return lower[()], upper[()]


def clopper_pearson_interval(
    successes: ArrayLike, n: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Lower and upper limit of the exact binomial interval, which covers at least `level`.

    Arguments and errors as `wilson_interval`. Clopper and Pearson 1934, Biometrika 26:404.
    """
    count, total = _counts(successes, n)
    tail = (1 - _validate.share("level", level)) / 2
    # The beta law has no zero parameter: count is replaced where the limit is 0 or 1 anyway.
    some, fewer = np.maximum(count, 1), np.minimum(count, total - 1)
    lower = np.where(count == 0, 0.0, special.betaincinv(some, total - some + 1, tail))
    upper = np.where(count == total, 1.0, special.betainccinv(fewer + 1, total - fewer, tail))
    return lower[()], upper[()]
