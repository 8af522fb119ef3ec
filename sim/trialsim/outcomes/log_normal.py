"""A skewed score above 0: the exponential of a normal one."""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import ArmPlane, FloatArray, Plane
from trialsim.core.registry import register
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.kernels.gather import taken


@register("log_normal")
class LogNormal(OutcomeMethod):
    """Log-normal scores with the stated mean and SD of the scores themselves.

    An arm keeps the comparator's coefficient of variation, unless the assumption states an SD of
    its own.
    """

    @property
    def limits(self) -> tuple[float, float]:
        """From 0 upwards."""
        return 0.0, np.inf

    def problems(self, visit: int) -> list[str]:
        """A mean or SD that is not positive."""
        return _positive(self.at(self.mean, visit), self.at(self.sd, visit))

    def arm_problems(self, visit: int, difference: float, sd: float | None) -> list[str]:
        """The same of an arm."""
        return _positive(self.at(self.mean, visit) + difference, 1.0 if sd is None else sd)

    def arm_sd(self, visit: int, difference: float) -> float:
        """The comparator's coefficient of variation times the arm's mean."""
        mean = self.at(self.mean, visit)
        return self.at(self.sd, visit) * (mean + difference) / mean

    def _law(self, visit: int, difference: float, sd: float | None) -> tuple[float, float]:
        """Mean and SD of the logarithm."""
        mean = self.at(self.mean, visit) + difference
        own = self.arm_sd(visit, difference) if sd is None else sd
        variance = np.log1p((own / mean) ** 2)
        return float(np.log(mean) - variance / 2), float(np.sqrt(variance))

    def hermite(
        self, visit: int, terms: int, difference: float = 0.0, sd: float | None = None
    ) -> FloatArray:
        """mean * sigma^k / sqrt(k!)."""
        _, sigma = self._law(visit, difference, sd)
        steps = sigma / np.sqrt(np.arange(1, terms + 1))
        powers = np.asarray(np.cumprod(steps), dtype=np.float64)
        return (self.at(self.mean, visit) + difference) * powers

    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        """exp(location + scale * z) of the arm received."""
        laws = [
            self._law(visit, differences[visit], sds[visit])
            for differences, sds in zip(effect.difference, effect.sd, strict=True)
        ]
        location, scale = (np.array(values) for values in zip(*laws, strict=True))
        if len(set(laws)) == 1:
            return np.exp(location[0] + scale[0] * z)
        return np.exp(taken(location, arm) + taken(scale, arm) * z)


def _positive(mean: float, sd: float) -> list[str]:
    if mean <= 0:
        return [f"a mean of {mean:g} is impossible: these scores are above 0."]
    return [] if sd > 0 else [f"the SD must be above 0, found {sd:g}."]
