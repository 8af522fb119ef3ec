"""Exact shares of scores that are rising functions of a standard normal.

Nothing is asked of a score but that it never falls as its latent value rises, which every outcome
promises: the latent value at which something becomes true is found by bisection, and what is left
of the other axis by Gauss-Legendre quadrature between the points at which the score steps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.kernels.cut import above

Score = Callable[[FloatArray], FloatArray]
"""Scores (n,) of latent values (n,)."""

REACH = 9.0
"""Latent values beyond it have a chance below 1e-18."""

_GRID = 2**17
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_PANEL = 0.25


def first_true(statement: Callable[[FloatArray], BoolArray], n: int = 1) -> FloatArray:
    """The latent values (n,) from which a statement is true; infinite where it never or always is.

    The statement is asked of n latent values at a time, and once true stays true as they rise.
    """
    low, high = np.full(n, -REACH), np.full(n, REACH)
    always, ever = statement(low), statement(high)
    for _ in range(60):
        middle = (low + high) / 2
        is_true = statement(middle)
        high = np.where(is_true, middle, high)
        low = np.where(is_true, low, middle)
    return np.where(always, -np.inf, np.where(ever, high, np.inf))


def place_of(score: Score, cut: float, *, inclusive: bool = True) -> float:
    """The latent value from which a score lies above a cut (or, `inclusive`, at it)."""
    return float(first_true(lambda z: above(score(z), cut, inclusive=inclusive))[0])


def share_above(score: Score, cut: float, *, inclusive: bool) -> float:
    """Chance of a score above a cut."""
    return float(special.ndtr(-place_of(score, cut, inclusive=inclusive)))


def share_changed_above(
    before: Score, after: Score, rho: float, cut: float, *, inclusive: bool
) -> float:
    """Chance that after - before lies above a cut, the latent values having correlation rho."""
    z, weight = nodes(before)
    earlier = before(z)
    place = first_true(lambda x: above(after(x) - earlier, cut, inclusive=inclusive), len(z))
    spread = np.sqrt(max(1 - rho**2, 1e-30))
    return float(weight @ special.ndtr((rho * z - place) / spread))


def superiority(first: Score, second: Score) -> float:
    """Chance that a value of the first is above an independent one of the second, ties half."""
    z, weight = nodes(first)
    value = first(z)
    at_least = first_true(lambda x: above(second(x) - value, 0.0, inclusive=True), len(z))
    more = first_true(lambda x: above(second(x) - value, 0.0, inclusive=False), len(z))
    return float(weight @ (special.ndtr(at_least) + special.ndtr(more))) / 2


def nodes(score: Score) -> tuple[FloatArray, FloatArray]:
    """Latent values and their probabilities, by which an integral over a score is a sum.

    No panel holds a step of the score, so that what is summed is smooth inside each.
    """
    edges = np.unique(np.concatenate([np.arange(-REACH, REACH + _PANEL, _PANEL), _steps(score)]))
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    z = (middle[:, None] + half[:, None] * _NODES).ravel()
    weight = (half[:, None] * _WEIGHTS).ravel() * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return z, weight / weight.sum()


def _steps(score: Score) -> FloatArray:
    """Latent values at which a score in steps rises; none for a score without steps."""
    grid = np.linspace(-REACH, REACH, _GRID)
    values = score(grid)
    levels = values[1:][np.diff(values) > 0]
    if len(levels) > _GRID / 8:
        return np.empty(0)
    return first_true(lambda z: np.asarray(score(z) >= levels), len(levels))
