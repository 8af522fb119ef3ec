"""Patients who get the arms in turn: everybody knows what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from trialsim.bias._steered import Steered, steered
from trialsim.core.axes import ArmPlane, Plane
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages import OutcomeMethod
from trialsim.core.stages.distorting import Domain


@register("alternation")
class Alternation(Steered):
    """Instead of chance the arms take turns, and whoever recruits knows it.

    The favoured arm gets every second patient, beginning with the first or the second by lot of
    the trial; of two at hand, the better one comes to it.
    """

    domain: ClassVar[Domain] = "randomisation process"

    def problems(
        self,
        arms: Sequence[str],
        visits: Sequence[str],
        baseline: str | None,
        outcomes: Mapping[str, OutcomeMethod],
        covariates: Mapping[str, int | None],
        analyses: Sequence[str],
    ) -> list[str]:
        """More than two arms."""
        found = super().problems(arms, visits, baseline, outcomes, covariates, analyses)
        return found + (["arms take turns in twos; there are more."] if len(arms) > 2 else [])

    def reallocate(
        self,
        draws: Draws,
        purpose: str,
        arm: ArmPlane,
        badness: Plane,
        sizes: Sequence[int],
        arms: Sequence[str],
    ) -> ArmPlane:
        """Arms in turn, and everybody knows which is next."""
        n, favoured = arm.shape[1], self._favoured(arms)
        begins = draws.uniform(f"{purpose}.begins", 1)[:, 0] < 0.5
        turn = (np.arange(n) % 2 == 0) == begins[:, None]
        in_turn = np.where(turn, favoured, 1 - favoured).astype(arm.dtype)
        acts = draws.uniform(f"{purpose}.exploits", n) < self.exploited
        belief = np.where(turn, 1, -1).astype(np.int8)
        return steered(in_turn, badness, belief, np.asarray(acts))
