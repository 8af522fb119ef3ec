"""A normal score at every visit: the setting of textbooks and of most closed forms."""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import ArmPlane, FloatArray, Plane
from trialsim.core.registry import register
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.kernels.gather import taken


@register("repeated_normal")
class RepeatedNormal(OutcomeMethod):
    """Normal scores without limits, correlated between visits.

    An arm's SD is the comparator's unless the assumption states one of its own.
    """

    def problems(self, visit: int) -> list[str]:
        """An SD that is not positive."""
        sd = self.at(self.sd, visit)
        return [] if sd > 0 else [f"the SD must be above 0, found {sd:g}."]

    def hermite(
        self, visit: int, terms: int, difference: float = 0.0, sd: float | None = None
    ) -> FloatArray:
        """A normal score is its latent value times the SD: one term."""
        coefficients = np.zeros(terms)
        coefficients[0] = self.at(self.sd, visit) if sd is None else sd
        return coefficients

    def arm_problems(self, visit: int, difference: float, sd: float | None) -> list[str]:
        """An SD of the arm's own that is not positive."""
        return [] if sd is None or sd > 0 else [f"the SD must be above 0, found {sd:g}."]

    def arm_sd(self, visit: int, difference: float) -> float:
        """The comparator's SD."""
        return self.at(self.sd, visit)

    def shift(self, visit: int, effect: Effect) -> tuple[float, ...] | None:
        """The differences, as long as no arm has an SD of its own."""
        if any(row[visit] is not None for row in effect.sd):
            return None
        return tuple(row[visit] for row in effect.difference)

    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        """mean + difference of the arm + SD of the arm * z."""
        mean, sd = self.at(self.mean, visit), self.at(self.sd, visit)
        difference = np.array([row[visit] for row in effect.difference])
        own_sd = [row[visit] for row in effect.sd]
        if any(own is not None for own in own_sd):
            by_arm = np.array([sd if own is None else own for own in own_sd])
            score = z * taken(by_arm, arm)
        else:
            score = z if sd == 1 else z * sd
        if mean:
            score = score + mean
        if difference.any():
            score = score + taken(difference, arm)
        return score
