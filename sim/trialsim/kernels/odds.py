"""Chances whose odds go with a score."""

from __future__ import annotations

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray


def moved(share: float, by: FloatArray | float) -> FloatArray | float:
    """The chance with the odds of `share` times exp(by); a share of 0 or 1 stays what it is."""
    if share in (0, 1):
        return share
    return np.asarray(special.expit(special.logit(share) + by))
