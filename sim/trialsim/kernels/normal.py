"""p values of statistics that are standard normal when nothing differs."""

from __future__ import annotations

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.stages import Rule


def normal_p_value(z: FloatArray, rule: Rule) -> FloatArray:
    """One- or two-sided, as the rule asks; NaN stays NaN."""
    two_sided, z = rule.sides == 2, np.asarray(z)
    tail: FloatArray = special.ndtr(-np.abs(z) if two_sided else -rule.sign * z)
    return 2 * tail if two_sided else tail


def critical_normal(rule: Rule) -> float:
    """The normal quantile of the interval: level 1 - alpha, or 1 - 2 alpha for one side."""
    return float(special.ndtri(1 - rule.alpha / rule.sides))
