"""A baseline characteristic with a few values, such as centre or stage of disease."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator
from scipy import special

from trialsim.core.axes import Plane
from trialsim.core.registry import register
from trialsim.core.stages import CovariateMethod

MOST_LEVELS = 127
"""Levels are kept as int8."""

Share = Annotated[float, Field(gt=0, lt=1)]


@register("categorical")
class Categorical(CovariateMethod):
    """One of several levels, numbered 0, 1, 2, ... as written; can be a factor of allocation."""

    levels: dict[str, Share] | tuple[Share, ...] = Field(
        examples=[{"mild": 0.5, "moderate": 0.3, "severe": 0.2}]
    )
    """Share of each level among the people who enter, which sum to 1: by name, or as a list."""

    @model_validator(mode="after")
    def _complete(self) -> Categorical:
        if not 2 <= len(self.shares) <= MOST_LEVELS:
            raise ValueError(f"found {len(self.shares)} levels, allowed: 2 to {MOST_LEVELS}")
        total = math.fsum(self.shares)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of the levels sum to {total:g}, they must sum to 1")
        return self

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of each level, in order."""
        return tuple(self.levels.values()) if isinstance(self.levels, dict) else self.levels

    @property
    def centre(self) -> float:
        """The mean of the level's number."""
        return math.fsum(level * share for level, share in enumerate(self.shares))

    @property
    def n_levels(self) -> int:
        """As many as there are shares."""
        return len(self.shares)

    def values(self, z: Plane) -> Plane:
        """How many of the limits between neighbouring levels z has reached."""
        level = np.zeros_like(z)
        for limit in special.ndtri(np.cumsum(self.shares)[:-1]):
            level += z >= limit
        return level
