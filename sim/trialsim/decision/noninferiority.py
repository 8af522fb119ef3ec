"""Non-inferiority: is the arm worse than its comparator by less than a margin?

Piaggio and others 2012, CONSORT for non-inferiority and equivalence trials,
doi 10.1001/jama.2012.87802.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from trialsim.core.axes import FloatArray
from trialsim.core.records import Decisions
from trialsim.core.registry import register
from trialsim.core.stages import DecisionMethod, Rule


@register("noninferiority")
class NonInferiority(DecisionMethod):
    """The null hypothesis, a loss as large as the margin, is rejected one-sided: the confidence
    interval ends on the good side of the margin.

    Rejections are power where the arm is truly less than the margin worse, and false alarms
    where it is worse by the margin or more. Every analysis is judged against the margin, so all
    must be of the outcome that it belongs to.
    """

    alpha: float = Field(default=0.025, gt=0, lt=0.5)
    """One-sided significance level; the interval is two-sided at 1 - 2 alpha."""
    sides: Literal[1] = 1
    """One: only the bad direction is of concern."""
    margin: float = Field(gt=0)
    """Largest acceptable loss against the comparator, in points of the outcome."""

    @property
    def margin_of_loss(self) -> float:
        """The margin."""
        return self.margin

    def decide(self, estimate: FloatArray, p_value: FloatArray, rule: Rule) -> Decisions:
        """Rejected where p < alpha; favourable where the estimate is better than none, too.

        A failed analysis (NaN) rejects nothing; it is counted as failed elsewhere.
        """
        with np.errstate(invalid="ignore"):
            rejected = p_value < rule.alpha
            return Decisions(rejected, rejected & (estimate * rule.sign > 0))
