"""A measurement cut into bands: age under 50, a baseline score of 12 or more."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from trialsim.core.axes import Plane
from trialsim.core.registry import register
from trialsim.core.stages import CovariateMethod

MOST_CUTS = 126
"""Levels are kept as int8."""


@register("bands")
class Bands(CovariateMethod):
    """Bands of a covariate, or of the score of an outcome at baseline: 0 below the first cut, 1
    from the first cut on, and so on; can be a factor of allocation.

    Whoever has the measurement has the band: nothing else is drawn.
    """

    of: str
    """The covariate that is cut, or the outcome whose baseline score is."""
    cuts: Annotated[tuple[float, ...], Field(min_length=1, max_length=MOST_CUTS)]
    """Where to cut, ascending, in units of the measurement; a value at a cut is above it."""
    latent_cuts: tuple[float, ...] = ()
    """The cuts in standard normals, worked out from the measurement; leave it out. Without it
    the measurement is taken to be standard normal."""

    @model_validator(mode="after")
    def _ascending(self) -> Bands:
        if any(later <= earlier for earlier, later in pairwise(self.cuts)):
            text = ", ".join(f"{cut:g}" for cut in self.cuts)
            raise ValueError(f"cuts must ascend, found {text}")
        return self

    @property
    def centre(self) -> float:
        """The number of the band in the middle."""
        return len(self.cuts) / 2

    @property
    def n_levels(self) -> int:
        """One more than there are cuts."""
        return len(self.cuts) + 1

    def values(self, z: Plane) -> Plane:
        """How many of the cuts the measurement has reached."""
        band = np.zeros_like(z)
        for cut in self.latent_cuts or self.cuts:
            band += z >= cut
        return band
