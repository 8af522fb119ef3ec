"""What is known of a trial from being one: signal-to-noise ratios of trials in general.

A mixture of normal laws around 0, fitted to z values of the primary results of trials in the
Cochrane database: van Zwet, Schwab and Senn 2021, doi 10.1002/sim.9173; van Zwet and others 2023,
doi 10.1056/EVIDoa2300003, for 23,551 trials. The ratio is the true difference in units of its
standard error; z is the estimate in the same units.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.special as special

from trialsim.theory import _validate
from trialsim.theory._validate import Floats

WEIGHTS = (0.32, 0.31, 0.30, 0.07)
SDS = (0.61, 1.42, 2.16, 5.64)


@dataclass(frozen=True)
class Mixture:
    """A mixture of normal laws for the signal-to-noise ratio."""

    weights: Floats
    means: Floats
    sds: Floats

    @property
    def mean(self) -> float:
        """Its mean."""
        return float(self.weights @ self.means)

    def cdf(self, value: float) -> float:
        """Probability of less."""
        return float(self.weights @ special.ndtr((value - self.means) / self.sds))

    def quantile(self, level: float) -> float:
        """The value that has `level` of the probability below it."""
        _validate.share("level", level)
        return self._root(lambda x: self.cdf(x) - level, -self._reach())

    @property
    def median_size(self) -> float:
        """Median of the size, whatever the sign."""
        return self._root(lambda x: self.cdf(x) - self.cdf(-x) - 0.5, 0.0)

    def _reach(self) -> float:
        return float((np.abs(self.means) + 12 * self.sds).max())

    def _root(self, shortfall: Callable[[float], float], low: float) -> float:
        from scipy.optimize import brentq  # slow to import

        return float(brentq(shortfall, low, self._reach(), xtol=1e-12))


def before_a_trial() -> Mixture:
    """Trials in general, before anything is known of this one."""
    return Mixture(np.array(WEIGHTS), np.zeros(len(SDS)), np.array(SDS))


def after_a_trial(z: float) -> Mixture:
    """The ratio behind an estimate of z standard errors: each part is shrunk by its own factor and
    has the weight with which it foresaw z."""
    value, variance = float(_validate.finite("z", z)), np.array(SDS) ** 2
    log = np.log(WEIGHTS) - 0.5 * value**2 / (variance + 1) - 0.5 * np.log(variance + 1)
    weights = np.exp(log - log.max())
    kept = variance / (variance + 1)
    return Mixture(weights / weights.sum(), value * kept, np.sqrt(kept))


def median_power(alpha: float = 0.05) -> float:
    """Power of the trial in the middle, two-sided: 0.13."""
    ratio, critical = before_a_trial().median_size, _critical(alpha)
    return float(special.ndtr(ratio - critical) + special.ndtr(-ratio - critical))


def shrinkage(z: float) -> float:
    """Mean of the ratio as a part of z: what is left of the estimate. ValueError at z 0."""
    if z == 0:
        raise ValueError("z is 0: nothing can be shrunk")
    return after_a_trial(z).mean / z


def exaggeration(z: float) -> float:
    """Median of the estimate's size over the true one's: 1.67 at z 1.96."""
    return abs(z) / after_a_trial(z).median_size


def repeat_significant(z: float, alpha: float = 0.05) -> float:
    """Chance that an exact repeat of a trial in general is significant in the same direction."""
    known, critical = after_a_trial(abs(z)), _critical(alpha)
    wide = np.sqrt(known.sds**2 + 1)
    return float(known.weights @ special.ndtr((known.means - critical) / wide))


def repeat_significant_flat(z: float, alpha: float = 0.05) -> float:
    """The same for somebody to whom every true difference was as likely (flat prior): the next z is
    normal around this one with variance 2."""
    return float(special.ndtr((abs(z) - _critical(alpha)) / np.sqrt(2)))


def _critical(alpha: float) -> float:
    return -float(special.ndtri(float(_validate.tail_alpha(alpha, 2))))
