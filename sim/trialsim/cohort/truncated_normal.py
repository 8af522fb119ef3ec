"""A normal baseline characteristic cut off at eligibility limits, such as age."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from pydantic import Field, model_validator
from scipy import special

from trialsim.core.axes import Plane
from trialsim.core.registry import register
from trialsim.core.stages import CovariateMethod


@register("truncated_normal")
class TruncatedNormal(CovariateMethod):
    """Normal between two limits; `mean` and `sd` are those of the people inside the limits."""

    mean: float
    """Mean of the people who enter, as a baseline table reports it."""
    sd: float = Field(gt=0)
    """Standard deviation of the people who enter."""
    min: float
    """Lowest value that may enter."""
    max: float
    """Highest value that may enter."""

    @model_validator(mode="after")
    def _possible(self) -> TruncatedNormal:
        if not self.min < self.mean < self.max:
            raise ValueError(
                f"the mean {self.mean:g} must lie between min {self.min:g} and max {self.max:g}"
            )
        location, scale = _parent(self.mean, self.sd, self.min, self.max)
        mean, sd = _moments(location, scale, self.min, self.max)
        if abs(mean - self.mean) > 1e-6 * self.sd or abs(sd - self.sd) > 1e-6 * self.sd:
            raise ValueError(
                f"no normal cut off at {self.min:g} and {self.max:g} has mean {self.mean:g} and "
                f"SD {self.sd:g}; the nearest found has {mean:.6g} and {sd:.6g}"
            )
        return self

    @property
    def centre(self) -> float:
        """The mean."""
        return self.mean

    def values(self, z: Plane) -> Plane:
        """The parent normal's quantiles between the limits, at the rank of z."""
        location, scale = _parent(self.mean, self.sd, self.min, self.max)
        low, high = special.ndtr((np.array([self.min, self.max]) - location) / scale)
        inside = special.ndtri(low + (high - low) * special.ndtr(z))
        return np.clip(location + scale * inside, self.min, self.max)  # rounding at the ends only


def _moments(location: float, scale: float, low: float, high: float) -> tuple[float, float]:
    """Mean and SD of a normal cut off at two limits (Johnson, Kotz and Balakrishnan 13.10)."""
    a, b = (low - location) / scale, (high - location) / scale
    mass = special.ndtr(b) - special.ndtr(a)
    density_a, density_b = np.exp(-0.5 * np.array([a, b]) ** 2) / np.sqrt(2 * np.pi)
    shift = (density_a - density_b) / mass
    variance = 1 + (a * density_a - b * density_b) / mass - shift**2
    return float(location + scale * shift), float(scale * np.sqrt(max(variance, 0.0)))


@lru_cache(maxsize=256)
def _parent(mean: float, sd: float, low: float, high: float) -> tuple[float, float]:
    """Mean and SD of the normal that has this mean and SD once cut off."""
    from scipy import optimize  # slow to import, and only needed while a plan is made

    def miss(x: np.ndarray) -> list[float]:
        with np.errstate(all="ignore"):
            found_mean, found_sd = _moments(x[0], float(np.exp(x[1])), low, high)
        return [(found_mean - mean) / sd, (found_sd - sd) / sd]

    solution = optimize.root(miss, np.array([mean, np.log(sd)]), method="hybr", tol=1e-12)
    return float(solution.x[0]), float(np.exp(solution.x[1]))
