"""Points that fill a cube evenly: a population that stands still, for calibrating to it.

The additive recurrence of the generalised golden ratio; its integration error falls nearly as
1/n. Deterministic, so that what is calibrated with it is part of a plan and not of chance.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray


def lattice_normals(n: int, dimensions: int) -> FloatArray:
    """Evenly spread standard normals (dimensions, n)."""
    ratio = 2.0
    for _ in range(40):  # the positive root of x**(d + 1) = x + 1
        ratio = (1 + ratio) ** (1 / (dimensions + 1))
    steps = ratio ** -np.arange(1, dimensions + 1)
    points = (0.5 + np.outer(steps, np.arange(1, n + 1))) % 1.0
    return special.ndtri(points)
