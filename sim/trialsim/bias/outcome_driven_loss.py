"""Patients who are lost because of how they fare, in one arm more than in the other, or otherwise.

Bell and others 2013, doi 10.1136/bmj.e8668: equal shares lost do not make a comparison safe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from pydantic import Field

from trialsim.core.registry import build, register
from trialsim.core.stages import LossBias, ObservationMethod, OutcomeMethod
from trialsim.core.stages.distorting import Domain

Share = Annotated[float, Field(ge=0, lt=1)]


@register("outcome_driven_loss")
class OutcomeDrivenLoss(LossBias):
    """Scores are not seen because of what they would have been: a logistic rule in each arm.

    The rule is set so that each arm loses the share stated, whatever the truth.
    """

    domain: ClassVar[Domain] = "missing outcome data"

    outcome: str
    """Outcome whose unseen score decides."""
    rate: dict[str, Share]
    """Arm: share of its scores that are lost at every visit after baseline."""
    strength: dict[str, float] = {}
    """Arm: log odds ratio of loss for a score one SD worse; negative where those who fare well
    are lost. 1 where an arm is left out."""

    def problems(
        self,
        arms: Sequence[str],
        visits: Sequence[str],
        baseline: str | None,
        outcomes: Mapping[str, OutcomeMethod],
        covariates: Mapping[str, int | None],
        analyses: Sequence[str],
    ) -> list[str]:
        """Names that do not exist."""
        found = [] if self.outcome in outcomes else [f"no outcome is called {self.outcome}."]
        named = dict.fromkeys([*self.rate, *self.strength])
        return found + [f"no arm is called {name}." for name in named if name not in arms]

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
