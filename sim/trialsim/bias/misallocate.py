"""What misleads about who gets what."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trialsim.core.axes import ArmPlane, Plane
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Cohort
from trialsim.core.stages import AllocationBias


def misallocate(
    group: Group,
    batch: Batch,
    cohort: Cohort,
    allocation: Allocation,
    baseline: Callable[[str], Plane],
) -> Allocation:
    """The arms in which patients end up. `baseline` gives the scores (r, p) of an outcome."""
    design = group.design
    arms, sizes = list(design.arms), tuple(design.arms.values())
    for name, one in design.bias.items():
        if not isinstance(one, AllocationBias):
            continue
        honest, chosen = allocation.arm, one

        def make(
            honest: ArmPlane = honest, one: AllocationBias = chosen, name: str = name
        ) -> ArmPlane:
            if one.prognosis is not None:
                centre = design.covariates[one.prognosis].centre
                bad = cohort.covariates[one.prognosis] - centre
            else:
                outcome = str(one.outcome)
                bad = design.outcomes[outcome].badness(0, baseline(outcome))
            moved = one.reallocate(batch.draws, f"bias.{name}", honest, bad, sizes, arms)
            return np.asfortranarray(moved)

        key = ("misallocated", name, group.keys["allocation"], sizes)
        allocation = Allocation(batch.once(key, make))
    return allocation
