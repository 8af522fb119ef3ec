"""The random allocation rule: exact arm sizes, every such allocation equally likely.

Rosenberger and Lachin 2016, Randomization in Clinical Trials, section 3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from trialsim.core.axes import ArmPlane
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages import AllocationMethod


@register("random_allocation_rule")
class RandomAllocationRule(AllocationMethod):
    """Arm sizes exactly as planned, otherwise all orders equally likely.

    A larger trial gives nearly, not exactly, the same arms to its first patients.
    """

    prefix_stable: ClassVar[bool] = False

    def allocate(self, draws: Draws, sizes: Sequence[int]) -> ArmPlane:
        """The comparator gets the patients with the smallest uniforms, the next arm the next."""
        u = draws.uniform("allocation", sum(sizes))
        last = np.cumsum(sizes)[:-1] - 1  # rank of the last patient of each arm but the final one
        ranked = np.array(u, order="C")  # a replicate's patients in a row, to be put in order
        ranked.partition(last, axis=1)
        limits = ranked[:, last]  # (r, a - 1)
        arm = np.zeros_like(u, dtype=np.int8)
        for a in range(len(sizes) - 1):
            arm += u > limits[:, a, None]
        return arm

    def size_law(self, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], float]] | None:
        """The planned sizes, always."""
        return [(tuple(sizes), 1.0)]
