"""A difference of two proportions against a margin: score test, its intervals and Newcombe's.

Farrington and Manning 1990, Statistics in Medicine 9:1447: the variance is that of the most likely
proportions that differ by exactly the margin. Intervals invert that test (Mee 1984; Miettinen and
Nurminen 1985 with n / (n - 1)); Newcombe 1998, Statistics in Medicine 17:873, joins two of Wilson.
"""

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _validate
from trialsim.theory._validate import Floats
from trialsim.theory.proportions import wilson_interval
from trialsim.theory.two_proportions import binomial

_NEGLIGIBLE = 1e-13
"""Chance of the tables at each end that are left out of a sum."""


def restricted_proportions(
    p1: ArrayLike, p0: ArrayLike, n1: ArrayLike, n0: ArrayLike, difference: ArrayLike
) -> tuple[Floats, Floats]:
    """The most likely pair of proportions with p1 - p0 equal to `difference`; arguments broadcast.

    The root of a cubic, in closed form. Observed or expected proportions may be put in.
    """
    first, second = np.asarray(p1, dtype=float), np.asarray(p0, dtype=float)
    theta = np.asarray(n0, dtype=float) / np.asarray(n1, dtype=float)
    delta = np.asarray(difference, dtype=float)
    a = 1 + theta
    b = -(1 + theta + first + theta * second + delta * (theta + 2))
    c = delta**2 + delta * (2 * first + theta + 1) + first + theta * second
    d = -first * delta * (1 + delta)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    size = np.sqrt(np.maximum(b**2 / (3 * a) ** 2 - c / (3 * a), 0))
    u = np.where(v < 0, -size, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = np.clip(np.where(size > 0, v / u**3, 0.0), -1, 1)
    root = 2 * u * np.cos((np.pi + np.arccos(turn)) / 3) - b / (3 * a)
    root = np.clip(root, np.maximum(0, delta), np.minimum(1, 1 + delta))
    return root, root - delta


def score_statistic(
    p1: ArrayLike,
    p0: ArrayLike,
    n1: ArrayLike,
    n0: ArrayLike,
    difference: ArrayLike,
    *,
    correct: bool = False,
) -> Floats:
    """(p1 - p0 - difference) in standard errors under that difference; `correct`: times n/(n-1)."""
    first, second = restricted_proportions(p1, p0, n1, n0, difference)
    size1, size0 = np.asarray(n1, dtype=float), np.asarray(n0, dtype=float)
    variance = first * (1 - first) / size1 + second * (1 - second) / size0
    if correct:
        variance = variance * (size1 + size0) / (size1 + size0 - 1)
    distance = np.asarray(p1, float) - np.asarray(p0, float) - np.asarray(difference, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = distance / np.sqrt(variance)
    return np.asarray(np.where(np.abs(distance) < 1e-15, 0.0, z))[()]


def score_interval(
    events1: int,
    n1: int,
    events0: int,
    n0: int,
    level: float = 0.95,
    *,
    correct: bool = True,
) -> tuple[float, float]:
    """The differences that the score test does not reject: Miettinen-Nurminen, or Mee without
    `correct`."""
    from scipy.optimize import brentq

    z = float(special.ndtri((1 + _validate.share("level", level)) / 2))
    p1, p0 = events1 / n1, events0 / n0

    def excess(difference: float) -> float:
        found = score_statistic(p1, p0, n1, n0, difference, correct=correct)
        return float(np.clip(found, -1e6, 1e6))

    def limit(sign: int) -> float:
        end = -sign * (1 - 1e-12)
        if sign * excess(end) < z:  # even a difference of 1 is not rejected
            return float(-sign)
        return float(brentq(lambda x: excess(x) - sign * z, end, p1 - p0, xtol=1e-12))

    return limit(1), limit(-1)


def newcombe_interval(
    events1: ArrayLike, n1: ArrayLike, events0: ArrayLike, n0: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Newcombe's interval (his method 10) from the Wilson intervals of both arms."""
    p1, p0 = np.asarray(events1) / np.asarray(n1), np.asarray(events0) / np.asarray(n0)
    lower1, upper1 = wilson_interval(events1, n1, level)
    lower0, upper0 = wilson_interval(events0, n0, level)
    lower = p1 - p0 - np.hypot(p1 - lower1, upper0 - p0)
    upper = p1 - p0 + np.hypot(upper1 - p1, p0 - lower0)
    return np.asarray(lower)[()], np.asarray(upper)[()]


def newcombe_width(p1: float, p0: float, n1: int, n0: int, level: float = 0.95) -> float:
    """Mean width of Newcombe's interval over all tables that are at all likely; exact."""
    (events1, chance1), (events0, chance0) = _likely(n1, p1), _likely(n0, p0)
    lower, upper = newcombe_interval(events1[:, None], n1, events0, n0, level)
    return float(chance1 @ (upper - lower) @ chance0)


def margin_power(
    p1: ArrayLike,
    p0: ArrayLike,
    n1: ArrayLike,
    n0: ArrayLike,
    margin: ArrayLike,
    alpha: ArrayLike = 0.025,
) -> Floats:
    """Power to show that p1 - p0 is on the acceptable side of `margin`; normal approximation.

    The sign of `margin` says which direction is worse: -0.1 where more events are better, +0.1
    where fewer are. `alpha` is one-sided. Farrington and Manning's third method. Broadcasts.
    """
    limit = _validate.finite("margin", margin)
    if np.any(limit == 0):
        raise ValueError("margin is 0: its sign must say which direction is worse")
    first, second = _validate.share("p1", p1), _validate.share("p0", p0)
    size1, size0 = _validate.positive("n1", n1), _validate.positive("n0", n0)
    null1, null0 = restricted_proportions(first, second, size1, size0, limit)
    under_null = np.sqrt(null1 * (1 - null1) / size1 + null0 * (1 - null0) / size0)
    error = np.sqrt(first * (1 - first) / size1 + second * (1 - second) / size0)
    distance = (first - second - limit) * -np.sign(limit)
    z = -special.ndtri(_validate.tail_alpha(alpha, 1))
    return np.asarray(special.ndtr((distance - z * under_null) / error))[()]


def exact_margin_power(
    p1: float, p0: float, n1: int, n0: int, margin: float, alpha: float = 0.025
) -> float:
    """The same, added up over all tables that are at all likely, for the score test."""
    if margin == 0:
        raise ValueError("margin is 0: its sign must say which direction is worse")
    (events1, chance1), (events0, chance0) = _likely(n1, p1), _likely(n0, p0)
    z = score_statistic(events1[:, None] / n1, events0 / n0, n1, n0, margin)
    critical = -special.ndtri(float(_validate.tail_alpha(alpha, 1)))
    rejects = -np.sign(margin) * z > critical
    return float(chance1 @ rejects @ chance0)


def likely_exact_power(
    p1: float, p0: float, n1: int, n0: int, alpha: float = 0.05, sides: int = 2
) -> float:
    """`two_proportions.exact_power` of the chi-square test over the likely tables alone: for
    thousands of patients an arm."""
    (events1, chance1), (events0, chance0) = _likely(n1, p1), _likely(n0, p0)
    pooled = (events1[:, None] + events0) / (n1 + n0)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n0)
    distance = events1[:, None] / n1 - events0 / n0
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(variance > 0, distance / np.sqrt(variance), 0.0)
    # By p values, as exact_power does: at a table on the boundary rounding must agree.
    tail = special.ndtr(-np.abs(z)) * 2 if sides == 2 else special.ndtr(-z)
    _validate.tail_alpha(alpha, sides)
    return float(chance1 @ (tail < alpha) @ chance0)


def _likely(n: int, p: float) -> tuple[Floats, Floats]:
    """Counts of events that are not negligible among n, and their chances."""
    chance = binomial(n, p)
    events = np.flatnonzero(chance > _NEGLIGIBLE / (n + 1))
    return events.astype(float), chance[events]
