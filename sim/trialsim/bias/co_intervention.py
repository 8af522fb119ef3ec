"""Treatments from elsewhere, taken more often in one arm than in the other."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.core.axes import Mask
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages import ScoreBias
from trialsim.core.stages.distorting import Domain


@register("co_intervention")
class CoInterventionBias(ScoreBias):
    """A share of an arm takes something else that works, and the trial does not want it to.

    Under `conduct: cointerventions:` the same is part of what a treatment policy means; here it is
    not.
    """

    domain: ClassVar[Domain] = "deviations from intended interventions"

    share: float = Field(gt=0, le=1)
    """Share of the patients of its arms who take it."""

    def takers(self, draws: Draws, purpose: str, n: int) -> Mask | None:
        """A share of everybody, by lot."""
        return np.asarray(draws.uniform(f"{purpose}.takes", n) < self.share)
