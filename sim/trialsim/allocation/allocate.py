"""The allocation stage: who gets what."""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import ArmPlane
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Cohort


def allocate(group: Group, batch: Batch, cohort: Cohort) -> Allocation:
    """Arms of the group's patients, the same under every assumption."""
    method, sizes = group.design.allocation, tuple(group.design.arms.values())

    def make() -> ArmPlane:
        factors = {name: cohort.covariates[name].astype(np.int8) for name in method.factors}
        arm = method.allocate(batch.draws, sizes, factors)
        return np.asfortranarray(arm)  # as all planes are kept

    return Allocation(batch.once(("arm", group.keys["allocation"], sizes), make))
