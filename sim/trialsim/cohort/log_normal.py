"""A positive, skewed baseline characteristic, such as the duration of the complaint."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from trialsim.core.axes import Plane
from trialsim.core.registry import register
from trialsim.core.stages import CovariateMethod


@register("log_normal")
class LogNormal(CovariateMethod):
    """Its logarithm is normal; `mean` and `sd` are those of the values themselves."""

    mean: float = Field(gt=0)
    """Mean of the people who enter, as a baseline table reports it."""
    sd: float = Field(gt=0)
    """Standard deviation of the people who enter."""

    @property
    def centre(self) -> float:
        """The mean."""
        return self.mean

    def values(self, z: Plane) -> Plane:
        """exp(mu + sigma z) with sigma^2 = log(1 + (sd / mean)^2), mu = log(mean) - sigma^2 / 2."""
        variance = math.log1p((self.sd / self.mean) ** 2)
        return np.exp(math.log(self.mean) - variance / 2 + math.sqrt(variance) * z)
