"""Density of simulated estimates at a published one, with its error.

A normal law fitted to the estimates, times the share of them that really lies near the published
value over the share that the normal law puts there: a density with a parametric start (Hjort and
Glad 1995, Annals of Statistics 23:882). Where too few simulated trials come near, the normal law
is all there is, and says so. Two results of one trial are placed jointly by a normal law of both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray

NEAR = 0.5
"""Half of the width of the neighbourhood of the published value, in SDs of the estimates."""

FEWEST_NEAR = 30
"""With fewer simulated trials in the neighbourhood the normal law stands alone."""

_BLOCKS = 20
"""Parts of the replicates that the jackknife leaves out in turn."""


@dataclass(frozen=True)
class Likelihood:
    """How likely an estimate is, as the logarithm of a density in natural units."""

    log_density: float
    """NaN where there are fewer than three estimates, or they do not vary."""
    error: float
    """Monte Carlo standard error of the logarithm: about that of the density, as a part of it."""
    method: Literal["counted", "normal law", "not defined"]
    """Whether simulated trials near the value were counted, or the normal law continued."""
    near: int
    """Simulated trials in the neighbourhood."""

    def relative_to(self, other: Likelihood) -> tuple[float, float]:
        """Ratio of the densities, and its error, which takes the two for independent."""
        ratio = math.exp(min(self.log_density - other.log_density, 700.0))
        if self is other:
            return 1.0, 0.0
        return ratio, ratio * math.hypot(self.error, other.error)


NOT_DEFINED = Likelihood(math.nan, math.nan, "not defined", 0)


def likelihood(estimates: FloatArray, published: float) -> Likelihood:
    """Density of the estimates (r,) at a published one; failed analyses are left out."""
    found = estimates[np.isfinite(estimates)]
    n = found.size
    if n < 3 or not found.std() > 0:
        return NOT_DEFINED
    mean, sd = float(found.mean()), float(found.std(ddof=1))
    z = (published - mean) / sd
    log = -0.5 * z * z - math.log(sd * math.sqrt(2 * math.pi))
    near = int(np.sum(np.abs(found - published) <= NEAR * sd))
    if near < FEWEST_NEAR:
        # Delta method for the mean (variance sd^2 / n) and the SD (sd^2 / 2n).
        return Likelihood(log, math.sqrt((z**2 + (z**2 - 1) ** 2 / 2) / n), "normal law", near)
    share = near / n
    expected = float(special.ndtr(z + NEAR) - special.ndtr(z - NEAR))
    error = math.sqrt((1 - share) / near)
    return Likelihood(log + math.log(share / expected), error, "counted", near)


def joint_likelihood(estimates: FloatArray, published: FloatArray) -> Likelihood:
    """Density of estimates (r, k) of k results of one trial at their published values (k,), by the
    normal law of all; the error by leaving out a part of the replicates in turn."""
    found = estimates[np.isfinite(estimates).all(axis=1)]
    if found.shape[0] < 2 * _BLOCKS or not (found.std(axis=0) > 0).all():
        return NOT_DEFINED
    whole = _log_normal(found, published)
    # Blocks of neighbours, so that a batch of replicates mostly leaves as one.
    block = np.arange(found.shape[0]) * _BLOCKS // found.shape[0]
    without = np.array([_log_normal(found[block != b], published) for b in range(_BLOCKS)])
    error = math.sqrt((_BLOCKS - 1) / _BLOCKS * float(((without - without.mean()) ** 2).sum()))
    return Likelihood(whole, error, "normal law", 0)


def _log_normal(estimates: FloatArray, at: FloatArray) -> float:
    covariance = np.atleast_2d(np.cov(estimates, rowvar=False))
    away = at - estimates.mean(axis=0)
    sign, log_determinant = np.linalg.slogdet(2 * np.pi * covariance)
    if sign <= 0:
        return math.nan
    return float(-0.5 * (away @ np.linalg.solve(covariance, away) + log_determinant))
