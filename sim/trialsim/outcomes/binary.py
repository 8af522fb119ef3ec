"""An event that happens or not, at every visit: 1 or 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pydantic import model_validator
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.registry import register
from trialsim.outcomes.discrete import Discrete


@register("binary")
class Binary(Discrete):
    """An event, scored 1, or none, scored 0. The mean is the share of patients with the event,
    and a difference is a difference of shares."""

    unit: str = "share with the event"
    """What a mean is; shown on axes."""
    sd: tuple[float, ...] | float = 0.0
    """Follows from the mean; leave it out."""

    @model_validator(mode="before")
    @classmethod
    def _spread_follows(cls, written: Any) -> Any:
        if not isinstance(written, dict) or "sd" in written:
            return written
        mean = written.get("mean")
        if isinstance(mean, tuple) and all(isinstance(m, int | float) for m in mean):
            return {**written, "sd": tuple(_sd(m) for m in mean)}
        return {**written, "sd": _sd(mean)} if isinstance(mean, int | float) else written

    @property
    def limits(self) -> tuple[float, float]:
        """0 and 1."""
        return 0.0, 1.0

    def problems(self, visit: int) -> list[str]:
        """A share outside 0 to 1, or an SD that contradicts it."""
        mean, sd = self.at(self.mean, visit), self.at(self.sd, visit)
        if not 0 < mean < 1:
            return [f"a mean of {mean:g} is no share: it must lie between 0 and 1, both excluded."]
        if abs(sd - _sd(mean)) > 0.005:
            return [f"the SD follows from the mean and is {_sd(mean):.3f}, found {sd:g}; drop it."]
        return []

    def arm_problems(self, visit: int, difference: float, sd: float | None) -> list[str]:
        """A share of the arm outside 0 to 1, or an SD of its own."""
        share = self.at(self.mean, visit) + difference
        if sd is not None:
            return ["an SD of the arm's own is impossible: it follows from the share."]
        if not 0 < share < 1:
            return [f"a mean of {share:g} is no share: it must lie between 0 and 1, both excluded."]
        return []

    def arm_sd(self, visit: int, difference: float) -> float:
        """sqrt(p (1 - p)) of the arm's share."""
        return _sd(self.at(self.mean, visit) + difference)

    def cuts(self, visit: int, difference: float, sd: float | None) -> FloatArray:
        """One: the event happens to those above it."""
        return np.array([-special.ndtri(self.at(self.mean, visit) + difference)])


def _sd(share: float) -> float:
    return math.sqrt(max(0.0, share * (1 - share)))
