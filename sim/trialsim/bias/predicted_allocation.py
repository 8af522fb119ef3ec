"""A recruiter who guesses what the next patient will get.

Blackwell and Hodges 1957, doi 10.1214/aoms/1177706973: the best guess is the arm that has fewer
patients so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from trialsim.bias._steered import Steered, steered
from trialsim.core.axes import ArmPlane, Plane
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages.distorting import Domain

_BEHIND = 0.4
"""Patients that an arm must be behind its share before anybody takes it to be next: arms of 64
and 65 are then as good as alike."""


@register("predicted_allocation")
class PredictedAllocation(Steered):
    """The next allocation is guessed from those before, as open labels allow.

    The favoured arm is expected where it has fewer patients, for its share, than the others; with
    as many nothing is guessed. The smaller the blocks, the more often the guess is right.
    """

    domain: ClassVar[Domain] = "randomisation process"

    def reallocate(
        self,
        draws: Draws,
        purpose: str,
        arm: ArmPlane,
        badness: Plane,
        sizes: Sequence[int],
        arms: Sequence[str],
    ) -> ArmPlane:
        """Every place of which something can be guessed, rightly or not."""
        n, favoured = arm.shape[1], self._favoured(arms)
        ahead = np.zeros(arm.shape, order="F")
        share = sizes[favoured] / sum(sizes)
        ahead[:, 1:] = np.cumsum(arm == favoured, axis=1)[:, :-1] - share * np.arange(1, n)
        belief = np.where(np.abs(ahead) > _BEHIND, -np.sign(ahead), 0).astype(np.int8)
        return steered(arm, badness, belief, self._acts(draws, purpose, n))
