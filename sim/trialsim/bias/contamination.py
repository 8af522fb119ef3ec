"""Patients of one arm who get the treatment of the other.

Torgerson 2001, doi 10.1136/bmj.322.7282.355.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.core.axes import ArmPlane, Mask
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages import TreatmentBias
from trialsim.core.stages.distorting import Domain, Setting


@register("contamination")
class Contamination(TreatmentBias):
    """A share of an arm gets the treatment of another from the beginning, and keeps its own name.

    It makes arms alike: under a true effect the estimate moves towards none by that share of it.
    """

    domain: ClassVar[Domain] = "deviations from intended interventions"

    arm: str
    """Whose patients get it."""
    to: str
    """The arm whose treatment they get."""
    share: float = Field(gt=0, le=1)
    """Share of them."""

    def problems(self, trial: Setting) -> list[str]:
        """Arms that are the same."""
        return ["arm and to are the same arm."] if self.arm == self.to else []

    def instead(
        self, draws: Draws, purpose: str, arm: ArmPlane, arms: Sequence[str]
    ) -> tuple[Mask, str]:
        """A share of the arm, by lot."""
        lot = draws.uniform(f"{purpose}.contaminated", arm.shape[1]) < self.share
        return np.asarray(lot & (arm == list(arms).index(self.arm))), self.to
