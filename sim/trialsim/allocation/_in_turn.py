"""Allocation of one patient after another, for all replicates at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import ArmPlane, FloatArray, Plane

Counts = NDArray[np.int64]
"""Patients in each arm so far (a, r)."""

LONGEST_CHAIN = 5_000
"""Patients up to which arm sizes are followed exactly: the work grows with their square."""


def arm_of(u: FloatArray, chance: FloatArray) -> NDArray[np.int8]:
    """The arm (r,) whose part of [0, 1) holds the uniform (r,), from each arm's chance (a, r)."""
    arm = np.zeros(u.shape, dtype=np.int8)
    limit = chance[0].copy()
    for further in chance[1:]:
        arm += u >= limit
        limit += further
    return arm


def by_arm_sizes(u: Plane, n_arms: int, chance: Callable[[Counts, int], FloatArray]) -> ArmPlane:
    """Arms (r, p) where `chance` gives each arm's (a, r) from the arm sizes and their sum."""
    replicates, n = u.shape
    arm = np.empty((replicates, n), dtype=np.int8, order="F")
    counts = np.zeros((n_arms, replicates), dtype=np.int64)
    rows = np.arange(replicates)
    for p in range(n):
        arm[:, p] = arm_of(u[:, p], chance(counts, p))
        counts[arm[:, p], rows] += 1
    return arm
