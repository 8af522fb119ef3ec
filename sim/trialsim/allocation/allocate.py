"""The allocation stage: who gets what."""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import ArmPlane
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation


def allocate(group: Group, batch: Batch) -> Allocation:
    """Arms of the group's patients, the same under every assumption."""
    sizes = tuple(group.design.arms.values())

    def make() -> ArmPlane:
        arm = group.design.allocation.allocate(batch.draws, sizes)
        return np.asfortranarray(arm)  # as all planes are kept

    return Allocation(batch.once(("arm", group.keys["allocation"], sizes), make))
