"""The exact law of bounded scores, worked out apart from the simulator.

Margins are scipy's beta-binomial; a pair of scores is a bivariate normal cut into rectangles, by
Gauss-Legendre quadrature. The simulator goes other ways: its margins are its own sums and its
correlations a Hermite expansion.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import optimize, special, stats

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)
_EDGE = 9.0


@dataclass(frozen=True)
class Score:
    """A score from `low` to `high` in steps, with this mean and SD."""

    low: float
    high: float
    mean: float
    sd: float
    step: float = 1.0

    def __str__(self) -> str:
        """For the names of tests."""
        return f"{self.low}..{self.high} by {self.step:g}, mean {self.mean} SD {self.sd}"

    @property
    def n(self) -> int:
        """Steps from the lowest to the highest score."""
        return round((self.high - self.low) / self.step)

    @property
    def overdispersion(self) -> float:
        """Correlation t of two items: variance = n p q (1 + (n - 1) t)."""
        p = (self.mean - self.low) / (self.high - self.low)
        binomial = self.n * p * (1 - p) * self.step**2
        return (self.sd**2 / binomial - 1) / (self.n - 1)

    def moved(self, difference: float) -> Score:
        """The score of an arm whose mean differs, with the same overdispersion."""
        mean = self.mean + difference
        p = (mean - self.low) / (self.high - self.low)
        factor = 1 + (self.n - 1) * self.overdispersion
        sd = self.step * sqrt(self.n * p * (1 - p) * factor)
        return Score(self.low, self.high, mean, sd, self.step)

    @property
    def values(self) -> np.ndarray:
        """Every possible score (s,)."""
        return self.low + self.step * np.arange(self.n + 1)

    @property
    def probabilities(self) -> np.ndarray:
        """Their probabilities (s,)."""
        p, t = (self.mean - self.low) / (self.high - self.low), self.overdispersion
        size = (1 - t) / t
        return stats.betabinom(self.n, p * size, (1 - p) * size).pmf(np.arange(self.n + 1))

    @property
    def cuts(self) -> np.ndarray:
        """Standard normal quantiles between the scores, with the ends of the axis (s + 1,)."""
        below = np.cumsum(self.probabilities)[:-1]
        above = np.cumsum(self.probabilities[::-1])[::-1][1:]
        cuts = np.where(below < 0.5, special.ndtri(below), -special.ndtri(above))
        return np.concatenate([[-_EDGE], np.clip(cuts, -_EDGE, _EDGE), [_EDGE]])

    def moment(self, k: int) -> float:
        """Central moment."""
        mean = self.probabilities @ self.values
        return float(self.probabilities @ (self.values - mean) ** k)

    def mean_error(self, n: int) -> float:
        """Standard error of the mean of n scores."""
        return self.sd / sqrt(n)

    def sd_error(self, n: int) -> float:
        """Standard error of the SD of n scores, by the delta method."""
        return sqrt((self.moment(4) - self.sd**4) / n) / (2 * self.sd)

    def variance_error(self, n: int) -> float:
        """Standard error of the sample variance (divisor n - 1) of n scores; exact."""
        return sqrt((self.moment(4) - self.sd**4 * (n - 3) / (n - 1)) / n)


def joint(first: Score, second: Score, rho: float) -> np.ndarray:
    """Probabilities (s, t) of two scores cut from normals with correlation rho."""
    cuts, limits = first.cuts, second.cuts.copy()
    limits[[0, -1]] = -np.inf, np.inf
    table = np.zeros((first.n + 1, second.n + 1))
    for row, (low, high) in enumerate(zip(cuts, cuts[1:], strict=False)):
        pieces = max(1, int(np.ceil((high - low) / 0.5)))
        edges = np.linspace(low, high, pieces + 1)
        for a, b in zip(edges, edges[1:], strict=False):
            z = (a + b) / 2 + (b - a) / 2 * _NODES
            weight = (b - a) / 2 * _WEIGHTS * np.exp(-(z**2) / 2) / sqrt(2 * np.pi)
            below = special.ndtr((limits - rho * z[:, None]) / sqrt(1 - rho**2))
            table[row] += weight @ np.diff(below, axis=1)
    return table


def score_correlation(first: Score, second: Score, rho: float) -> float:
    """Correlation of two scores cut from normals with correlation rho."""
    x, y = _standardised(first), _standardised(second)
    return float(x @ joint(first, second, rho) @ y)


def latent_correlation(first: Score, second: Score, wanted: float) -> float:
    """The correlation of the normals at which that of the scores is as wanted."""

    def miss(rho: float) -> float:
        return score_correlation(first, second, rho) - wanted

    return float(optimize.brentq(miss, -0.999, 0.999, xtol=1e-10))


def correlation_error(first: Score, second: Score, rho: float, n: int) -> float:
    """Standard error of the sample correlation of n pairs, from its influence function."""
    x, y = _standardised(first)[:, None], _standardised(second)
    r = score_correlation(first, second, rho)
    influence = x * y - r / 2 * (x**2 + y**2)
    return sqrt(float(np.sum(joint(first, second, rho) * influence**2)) / n)


def paired_shift(before: Score, after: Score) -> tuple[float, float]:
    """Mean and SD of after - before for people who keep their rank (one latent value)."""
    cuts = np.sort(np.concatenate([before.cuts, after.cuts]))
    chance = np.diff(special.ndtr(cuts))
    middle = (cuts[1:] + cuts[:-1]) / 2
    place = [np.searchsorted(score.cuts[1:-1], middle) for score in (before, after)]
    shift = after.values[place[1]] - before.values[place[0]]
    mean = float(chance @ shift)
    return mean, sqrt(float(chance @ (shift - mean) ** 2))


def _standardised(score: Score) -> np.ndarray:
    return (score.values - score.mean) / score.sd
