"""A skewed score above 0 that may heap near 0: gamma distributed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import special

from trialsim.core.axes import ArmPlane, FloatArray, Plane
from trialsim.core.registry import register
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.kernels.latent_normal import sampled_coefficients

_REACH, _STEPS = 9.0, 256


@register("gamma")
class Gamma(OutcomeMethod):
    """Gamma distributed scores with the stated mean and SD.

    An arm keeps the comparator's coefficient of variation, unless the assumption states an SD of
    its own.
    """

    @property
    def limits(self) -> tuple[float, float]:
        """From 0 upwards."""
        return 0.0, np.inf

    def problems(self, visit: int) -> list[str]:
        """A mean or SD that is not positive, or a shape too extreme to tabulate."""
        return _possible(self.at(self.mean, visit), self.at(self.sd, visit))

    def arm_problems(self, visit: int, difference: float, sd: float | None) -> list[str]:
        """The same of an arm."""
        mean = self.at(self.mean, visit) + difference
        if mean <= 0:
            return _possible(mean, 1.0)
        return _possible(mean, self.arm_sd(visit, difference) if sd is None else sd)

    def arm_sd(self, visit: int, difference: float) -> float:
        """The comparator's coefficient of variation times the arm's mean."""
        mean = self.at(self.mean, visit)
        return self.at(self.sd, visit) * (mean + difference) / mean

    def hermite(
        self, visit: int, terms: int, difference: float = 0.0, sd: float | None = None
    ) -> FloatArray:
        """By integration over the latent value."""
        mean = self.at(self.mean, visit) + difference
        own = self.arm_sd(visit, difference) if sd is None else sd
        return sampled_coefficients(lambda z: _scores(z, mean, own), terms)[0]

    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        """The quantile, in the arm received, of the latent value's rank."""
        score: Plane | None = None
        for a, (differences, sds) in enumerate(zip(effect.difference, effect.sd, strict=True)):
            mean = self.at(self.mean, visit) + differences[visit]
            own = sds[visit]
            here = _scores(z, mean, self.arm_sd(visit, differences[visit]) if own is None else own)
            score = here if score is None else np.where(arm == a, here, score)
            if not any(any(row[visit] for row in rows) for rows in (effect.difference, effect.sd)):
                break  # all arms are alike
        assert score is not None
        return score


def _scores(z: FloatArray, mean: float, sd: float) -> FloatArray:
    shape = (mean / sd) ** 2
    grid, log_quantile = _quantiles(shape)
    return np.exp(np.interp(z, grid, log_quantile)) * (mean / shape)


@lru_cache(maxsize=256)
def _quantiles(shape: float) -> tuple[FloatArray, FloatArray]:
    """Logarithms of the quantiles of a standard gamma, dense enough for a straight line between
    neighbours to be right to 1e-5; each from its own tail."""
    grid = np.linspace(-_REACH, _REACH, int(2 * _REACH * _STEPS) + 1)
    tail = special.ndtr(-np.abs(grid))
    quantile = np.where(
        grid < 0, special.gammaincinv(shape, tail), special.gammainccinv(shape, tail)
    )
    return grid, np.log(np.maximum(quantile, 1e-300))


def _possible(mean: float, sd: float) -> list[str]:
    if mean <= 0:
        return [f"a mean of {mean:g} is impossible: these scores are above 0."]
    if sd <= 0:
        return [f"the SD must be above 0, found {sd:g}."]
    if not 0.05 <= (mean / sd) ** 2 <= 1e6:
        return [f"an SD of {sd:g} with a mean of {mean:g} makes a shape beyond 0.05 to 1,000,000."]
    return []
