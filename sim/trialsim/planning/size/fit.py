"""A curve through simulated values at several sizes that share their replicates.

The linear predictor is a parabola in the coordinate of the dial (for sizes the square root of n,
in which the power of a z test is exactly linear on the probit scale). It is fitted by weighted
maximum likelihood of the counts as if the sizes were independent; what the replicates share is
then put back into the covariance of the coefficients by the sandwich of Liang and Zeger 1986
(doi 10.1093/biomet/73.1.13), a replicate being a cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from trialsim.core.axes import BoolArray, FloatArray

LEVEL = 0.95
"""Level of every interval of a search."""

_Z = float(special.ndtri(1 - (1 - LEVEL) / 2))
_STEPS = 4_000
"""Places between the smallest and the largest size at which the curve is compared."""


class Link(Protocol):
    """The scale on which a simulated mean is close to a straight line."""

    def to(self, mean: FloatArray) -> FloatArray:
        """The linear predictor that gives a mean."""

    def back(self, eta: FloatArray) -> FloatArray:
        """The mean that a linear predictor gives."""

    def slope(self, eta: FloatArray) -> FloatArray:
        """Change of the mean with the linear predictor."""

    def variance(self, mean: FloatArray) -> FloatArray:
        """Variance of one replicate's value, as far as the weights of a fit need it."""

    def pulled_in(self, mean: FloatArray, n: FloatArray) -> FloatArray:
        """The mean moved off the ends of its range, where the predictor would be infinite."""

    @property
    def half_window(self) -> float:
        """How far from the target a parabola is still good, on either side, in the predictor."""


class Probit:
    """For shares."""

    def to(self, mean: FloatArray) -> FloatArray:
        """The standard normal quantile."""
        return np.asarray(special.ndtri(mean))

    def back(self, eta: FloatArray) -> FloatArray:
        """The standard normal distribution function."""
        return np.asarray(special.ndtr(eta))

    def slope(self, eta: FloatArray) -> FloatArray:
        """The standard normal density."""
        return np.asarray(np.exp(-(eta**2) / 2) / np.sqrt(2 * np.pi))

    def variance(self, mean: FloatArray) -> FloatArray:
        """Of a count of one."""
        return mean * (1 - mean)

    def pulled_in(self, mean: FloatArray, n: FloatArray) -> FloatArray:
        """As after half a success and half a failure more."""
        return np.asarray((mean * n + 0.5) / (n + 1))

    @property
    def half_window(self) -> float:
        """For power near 0.9, sizes up to an eighth smaller and larger."""
        return 0.2


class Log:
    """For widths, which halve where the size is four times as large."""

    def to(self, mean: FloatArray) -> FloatArray:
        """The natural logarithm."""
        return np.log(mean)

    def back(self, eta: FloatArray) -> FloatArray:
        """The exponential."""
        return np.exp(eta)

    def slope(self, eta: FloatArray) -> FloatArray:
        """The mean itself."""
        return np.exp(eta)

    def variance(self, mean: FloatArray) -> FloatArray:
        """Proportional to the square."""
        return mean**2

    def pulled_in(self, mean: FloatArray, n: FloatArray) -> FloatArray:
        """As it is: a width is never 0 nor infinite here."""
        return mean

    @property
    def half_window(self) -> float:
        """Sizes up to a twenty-fifth smaller and larger."""
        return 0.02


@dataclass(frozen=True)
class Sample:
    """Means at several sizes (k), the same replicates at each."""

    x: FloatArray
    """Where the dial stood (k), ascending."""
    mean: FloatArray
    """Mean over the replicates that converged (k)."""
    n_used: FloatArray
    """Replicates that converged (k)."""
    covariance: FloatArray
    """Of the means (k, k): neighbours are alike, because their trials share patients."""


def sample(x: Sequence[float], values: FloatArray) -> Sample:
    """The means of values (k, r), NaN where a replicate gave none."""
    used: BoolArray = np.isfinite(values)
    n = used.sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(used, values, 0.0).sum(axis=1) / n
        part = np.where(used, values - mean[:, None], 0.0) / n[:, None]
    # r / (r - 1) in all but name: 256 replicates or more.
    return Sample(np.asarray(x, dtype=np.float64), mean, n, part @ part.T)


@dataclass(frozen=True)
class Crossing:
    """Where a curve passes a target, in the coordinate u of the dial."""

    at: float
    lower: float
    upper: float
    """Between them the curve cannot be told from the target at `LEVEL`."""
    is_closed: tuple[bool, bool]
    """Whether the lower and the upper limit lie within the sizes that were simulated."""
    slope: float
    """Change of the linear predictor with u."""


@dataclass(frozen=True)
class Curve:
    """A parabola on the scale of a link, with the covariance of its coefficients."""

    ends: tuple[float, float]
    """The smallest and the largest u that it was fitted to."""
    coefficients: FloatArray
    covariance: FloatArray
    misfit: float
    """Chance of lying as far from the simulated means as it does, were it the truth; 1 where it
    passes through all of them."""

    def predictor(self, u: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Linear predictor and its standard error (u)."""
        rows = _rows(u, self.ends, len(self.coefficients))
        error = np.sqrt(np.maximum(np.einsum("ui,ij,uj->u", rows, self.covariance, rows), 0))
        return rows @ self.coefficients, error

    def crossing(self, target: float) -> Crossing | None:
        """Where the linear predictor passes `target`, nearest to the middle of the sizes; None
        where it does not between the smallest and the largest."""
        u = np.linspace(*self.ends, _STEPS + 1)
        eta, error = self.predictor(u)
        beyond = eta - target
        passes = np.flatnonzero(np.sign(beyond[:-1]) != np.sign(beyond[1:]))
        if not passes.size:
            return None
        i = int(passes[np.argmin(np.abs(passes - _STEPS / 2))])
        share = beyond[i] / (beyond[i] - beyond[i + 1])
        at = float(u[i] + share * (u[1] - u[0]))
        slope = float((eta[i + 1] - eta[i]) / (u[1] - u[0]))
        apart = np.abs(beyond) > _Z * error
        apart[i : i + 2] = False  # the crossing itself, however small its error
        below, above = np.flatnonzero(apart[:i]), np.flatnonzero(apart[i + 1 :]) + i + 1
        closed = (bool(below.size), bool(above.size))
        # The first place that can be told apart: up to one step of the grid too far out.
        lower = float(u[below[-1]]) if below.size else self.ends[0]
        upper = float(u[above[0]]) if above.size else self.ends[1]
        return Crossing(at, lower, upper, closed, slope)


def fit(u: FloatArray, found: Sample, link: Link) -> Curve:
    """The parabola (a straight line through two or three sizes) in u that fits the means best."""
    ends = (float(u[0]), float(u[-1]))
    rows = _rows(u, ends, 3 if len(u) > 3 else 2)
    n = found.n_used
    eta = link.to(link.pulled_in(found.mean, n))
    for _ in range(30):
        mean, slope = link.back(eta), link.slope(eta)
        weight = n * slope**2 / link.variance(mean)
        working = eta + (found.mean - mean) / slope
        information = (rows.T * weight) @ rows
        coefficients = np.linalg.solve(information, (rows.T * weight) @ working)
        before, eta = eta, rows @ coefficients
        if np.max(np.abs(eta - before)) < 1e-10:
            break
    mean, slope = link.back(eta), link.slope(eta)
    weight = n * slope**2 / link.variance(mean)
    information = (rows.T * weight) @ rows
    # d coefficients / d means: what moves a mean moves the curve by so much.
    influence = np.linalg.solve(information, rows.T * (weight / slope))  # (i, k)
    covariance = np.asarray(influence @ found.covariance @ influence.T, dtype=np.float64)
    misfit = _misfit(found, mean, slope, rows, np.asarray(influence, dtype=np.float64))
    return Curve(ends, np.asarray(coefficients, dtype=np.float64), covariance, misfit)


def _misfit(
    found: Sample, mean: FloatArray, slope: FloatArray, rows: FloatArray, influence: FloatArray
) -> float:
    """Wald test of what is left of the means beside the curve."""
    n_means, n_coefficients = rows.shape
    if n_means <= n_coefficients:
        return 1.0
    left = np.eye(n_means) - (slope[:, None] * rows) @ influence
    spread = left @ found.covariance @ left.T
    residual = found.mean - mean
    distance = float(residual @ np.linalg.pinv(spread, rcond=1e-9, hermitian=True) @ residual)
    return float(special.chdtrc(n_means - n_coefficients, distance))


def _rows(u: FloatArray, ends: tuple[float, float], terms: int) -> FloatArray:
    """Powers of u, from -1 at the smallest size to 1 at the largest (u, term)."""
    low, high = ends
    t = (np.asarray(u) - (low + high) / 2) / ((high - low) / 2)
    return np.vander(t, terms, increasing=True)
