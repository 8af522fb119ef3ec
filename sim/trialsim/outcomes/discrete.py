"""Scores that are whole numbers, whatever their distribution: cut-points on a latent normal."""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache

import numpy as np
from scipy import special

from trialsim.core.axes import ArmPlane, FloatArray, Plane
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.kernels.guide_table import GuideTable, guide_table
from trialsim.kernels.latent_normal import step_coefficients


class Discrete(OutcomeMethod):
    """What `binary`, `ordinal` and `count` share: a score counts the cut-points below z."""

    @abstractmethod
    def cuts(self, visit: int, difference: float, sd: float | None) -> FloatArray:
        """The cut-points of an arm, ascending: where the score becomes 1, 2, ..."""

    def hermite(
        self, visit: int, terms: int, difference: float = 0.0, sd: float | None = None
    ) -> FloatArray:
        """A step at each cut-point of the arm's margin."""
        return step_coefficients(self.cuts(visit, difference, sd), 1.0, terms)

    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        """The number of the arm's cut-points below the latent value."""
        margins = tuple(
            self.cuts(visit, differences[visit], sds[visit]).tobytes()
            for differences, sds in zip(effect.difference, effect.sd, strict=True)
        )
        if len(set(margins)) == 1:
            return _table(margins[:1]).scores(z, None)
        return _table(margins).scores(z, arm)


@lru_cache(maxsize=1024)
def _table(margins: tuple[bytes, ...]) -> GuideTable:
    """The table of these cut-points; made once, read in every batch."""
    return guide_table([np.frombuffer(cuts) for cuts in margins], 0.0, 1.0)


def normal_quantile(below: FloatArray, above: FloatArray) -> FloatArray:
    """Cut-points from the chances on both sides; the smaller one keeps its digits."""
    return np.where(below < above, special.ndtri(below), -special.ndtri(above))
