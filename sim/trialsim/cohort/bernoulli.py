"""A baseline characteristic that somebody has or has not."""

from __future__ import annotations

import numpy as np
from pydantic import Field
from scipy import special

from trialsim.core.axes import Plane
from trialsim.core.registry import register
from trialsim.core.stages import CovariateMethod


@register("bernoulli")
class Bernoulli(CovariateMethod):
    """1 for a share of the people who enter, 0 for the others; can be a factor of allocation."""

    share: float = Field(gt=0, lt=1)
    """Share of the people who enter that have it, between 0 and 1."""

    @property
    def centre(self) -> float:
        """The share, which is the mean."""
        return self.share

    @property
    def n_levels(self) -> int:
        """Two: 0 and 1."""
        return 2

    def values(self, z: Plane) -> Plane:
        """1 where z is among the highest `share` of standard normals."""
        return (z >= -special.ndtri(self.share)).astype(np.float64)
