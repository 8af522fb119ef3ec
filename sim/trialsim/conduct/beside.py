"""What acts on patients beside the treatment that they were allocated: another arm's treatment, to
which they changed over, and whatever else they take."""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import ArmPlane, FloatArray, Levels
from trialsim.core.draws import Draws
from trialsim.core.plan import Design


def beside(design: Design, draws: Draws, arm: ArmPlane, visit: str) -> Levels | None:
    """State (r, p) of each patient at a visit, an index into `Design.states`; None where nothing
    acts on anybody yet."""
    day, arms, n = design.visits[visit], list(design.arms), arm.shape[1]
    state = np.zeros(arm.shape, dtype=np.int8, order="F")
    acting = False
    shares: FloatArray
    for name, switch in design.switches.items():
        if switch.day < day:
            uniform = draws.uniform("conduct.switching", n)
            over = (arm == arms.index(name)) & (uniform < switch.share)
            state[over] = 1 + design.targets.index(switch.to)
            acting = True
    for name, one in design.cointerventions.items():
        state *= 2
        if one.day < day:
            shares = np.array([one.shares.get(each, 0.0) for each in arms])
            state += draws.uniform(f"conduct.cointerventions.{name}", n) < shares[arm]
            acting = True
    return state if acting else None
