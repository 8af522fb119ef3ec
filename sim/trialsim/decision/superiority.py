"""Superiority: is there a difference at all?"""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.records import Decisions
from trialsim.core.registry import register
from trialsim.core.stages import DecisionMethod, Rule


@register("superiority")
class Superiority(DecisionMethod):
    """The null hypothesis of no difference is rejected when p is below alpha."""

    def decide(self, estimate: FloatArray, p_value: FloatArray, rule: Rule) -> Decisions:
        """Rejected where p < alpha; favourable where the estimate is also in the good direction.

        A failed analysis (NaN) rejects nothing; it is counted as failed elsewhere.
        """
        with np.errstate(invalid="ignore"):
            rejected = p_value < rule.alpha
            return Decisions(rejected, rejected & (estimate * rule.sign > 0))
