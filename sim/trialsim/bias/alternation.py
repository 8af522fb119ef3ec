"""Patients who get the arms in turn: everybody knows what comes next.

Altman and Bland 1999, doi 10.1136/bmj.318.7192.1209.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from trialsim.bias._steered import Steered, steered
from trialsim.core.axes import ArmPlane, Plane
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages.distorting import Domain, Setting


@register("alternation")
class Alternation(Steered):
    """Instead of chance the two arms take turns, and whoever recruits knows it.

    Which arm begins is by lot; of an odd number the arm that begins gets one more. Of two patients
    at hand the better one comes to the favoured arm.
    """

    domain: ClassVar[Domain] = "randomisation process"

    def problems(self, trial: Setting) -> list[str]:
        """More than two arms, or arms that turns cannot make."""
        sizes = list(trial.arms.values())
        found = super().problems(trial)
        if len(sizes) > 2:
            found.append("two arms can take turns; there are more.")
        elif max(sizes) - min(sizes) > 1:
            found.append(f"arms that take turns are alike in size, not {sizes[0]} and {sizes[1]}.")
        return found

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
        belief = np.where(turn, 1, -1).astype(np.int8)
        return steered(in_turn, badness, belief, self._acts(draws, purpose, n))
