"""Patients who are lost because of how they fare, in one arm more than in the other, or otherwise.

Bell and others 2013, doi 10.1136/bmj.e8668: equal shares lost do not make a comparison safe.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from trialsim.core.registry import build, register
from trialsim.core.stages import LossBias, ObservationMethod
from trialsim.core.stages.distorting import Domain

Share = Annotated[float, Field(ge=0, lt=1)]
Strength = Annotated[float, Field(ge=-10, le=10)]


@register("outcome_driven_loss")
class OutcomeDrivenLoss(LossBias):
    """Scores are not seen because of what they would have been: a logistic rule in each arm.

    The rule is set so that each arm loses the share stated, whatever the truth.
    """

    domain: ClassVar[Domain] = "missing outcome data"

    outcome: str
    """Outcome whose unseen score decides."""
    rate: Annotated[dict[str, Share], Field(min_length=1)]
    """Arm: share of its scores that are lost at every visit after baseline; none where an arm is
    left out."""
    strength: dict[str, Strength] = {}
    """Arm: log odds ratio of loss for a score one SD worse; negative where those who fare well
    are lost. 1 where an arm is left out."""

    def reason(self) -> ObservationMethod:
        """Missing not at random, arm by arm."""
        spec = {
            "method": "mnar",
            "outcome": self.outcome,
            "rate": 0.0,
            "by_arm": self.rate,
            "strength_by_arm": self.strength,
            "pattern": "intermittent",
        }
        reason = build("observation", spec)
        assert isinstance(reason, ObservationMethod)
        return reason
