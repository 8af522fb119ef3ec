"""A recruiter who knows what the next patient will get.

Schulz and others 1995, doi 10.1001/jama.1995.03520290060030.
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


@register("broken_concealment")
class BrokenConcealment(Steered):
    """The next allocation is known, and the better of two patients gets the favoured arm."""

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
        """What comes next is known for certain."""
        belief = np.where(arm == self._favoured(arms), 1, -1).astype(np.int8)
        return steered(arm, badness, belief, self._acts(draws, purpose, arm.shape[1]))
