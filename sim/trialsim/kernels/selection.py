"""Standard normals of those who may enter: between limits, one number for one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray, Plane
from trialsim.core.program import Batch


def between(z: FloatArray, low: float, high: float) -> FloatArray:
    """Standard normals cut off at two limits, at the ranks of standard normals of any shape.

    Worked out in the tail on the side of zero where digits are kept.
    """
    if low > 0:  # the upper tail is all that is left: its probabilities are near 1 from below
        return -between(-z, -high, -low)
    first, last = special.ndtr(low), special.ndtr(high)
    found = special.ndtri(first + (last - first) * special.ndtr(z))
    return np.asarray(np.clip(found, low, high), dtype=np.float64)  # rounding at the ends only


def eligible(
    batch: Batch, selected: Mapping[str, tuple[float, float]]
) -> Callable[[str, int], Plane]:
    """The standard normals (r, p) of those who may enter, by purpose and number of patients."""

    def normal(purpose: str, n: int) -> Plane:
        if purpose not in selected:
            return batch.draws.normal(purpose, n)
        limits = selected[purpose]
        key = ("selected", purpose, limits)
        return batch.at_least(key, n, lambda: between(batch.draws.normal(purpose, n), *limits))

    return normal
