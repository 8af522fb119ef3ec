"""The random allocation rule: exact arm sizes, every such allocation equally likely.

Rosenberger and Lachin 2016, Randomization in Clinical Trials, section 3.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import ArmPlane, Levels
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages import NO_FACTORS, AllocationMethod


@register("random_allocation_rule")
class RandomAllocationRule(AllocationMethod):
    """Arm sizes exactly as planned, otherwise all orders equally likely.

    A larger trial gives nearly, not exactly, the same arms to its first patients.
    """

    prefix_stable: ClassVar[bool] = False

    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        """The comparator gets the patients with the smallest uniforms, the next arm the next."""
        n, last = sum(sizes), np.cumsum(sizes)[:-1] - 1  # rank of each arm's last patient
        u, rows = draws.uniform("allocation", n), draws.uniform_rows("allocation", n)
        # Single precision halves the time. It never reverses two patients but can tie them,
        # and a tie at a limit shows in the arm sizes: those replicates are put in order exactly.
        arm = _by_rank(u.astype(np.float32), rows.astype(np.float32), last)
        tied = np.zeros(len(arm), dtype=bool)
        for a, rank in enumerate(last):
            tied |= np.count_nonzero(arm <= a, axis=1) != rank + 1
        if tied.any():
            arm[tied] = _by_rank(u[tied], rows[tied], last)
        return arm

    def size_law(self, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], float]] | None:
        """The planned sizes, always."""
        return [(tuple(sizes), 1.0)]


def _by_rank(u: NDArray[Any], rows: NDArray[Any], last: NDArray[np.intp]) -> ArmPlane:
    """Arm a for the patients whose uniform ranks between last[a - 1] and last[a]."""
    limits = np.partition(rows, last, axis=1)[:, last]  # (r, a - 1)
    arm = np.zeros_like(u, dtype=np.int8)
    for a in range(len(last)):
        arm += u > limits[:, a, None]
    return arm
