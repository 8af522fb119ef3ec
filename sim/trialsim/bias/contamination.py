"""Patients of one arm who get the treatment of the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.core.axes import ArmPlane, Mask
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages import OutcomeMethod, TreatmentBias
from trialsim.core.stages.distorting import Domain


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

    def problems(
        self,
        arms: Sequence[str],
        visits: Sequence[str],
        baseline: str | None,
        outcomes: Mapping[str, OutcomeMethod],
        covariates: Mapping[str, int | None],
        analyses: Sequence[str],
    ) -> list[str]:
        """Arms that do not exist, or are the same."""
        found = [f"no arm is called {name}." for name in (self.arm, self.to) if name not in arms]
        return found or (["arm and to are the same arm."] if self.arm == self.to else [])

    def instead(
        self, draws: Draws, purpose: str, arm: ArmPlane, arms: Sequence[str]
    ) -> tuple[Mask, str]:
        """A share of the arm, by lot."""
        lot = draws.uniform(f"{purpose}.contaminated", arm.shape[1]) < self.share
        return np.asarray(lot & (arm == list(arms).index(self.arm))), self.to
