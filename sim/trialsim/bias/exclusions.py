"""Patients who are left out after randomisation.

Schulz and Grimes 2002, doi 10.1016/S0140-6736(02)07750-4.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from trialsim.core.registry import build, register
from trialsim.core.stages import LossBias, ObservationMethod
from trialsim.core.stages.distorting import Domain, Setting


@register("exclusions")
class Exclusions(LossBias):
    """The worst, or best, of an arm are left out at each visit, once their scores are known."""

    domain: ClassVar[Domain] = "missing outcome data"

    outcome: str
    """Outcome that decides."""
    share: dict[str, Annotated[float, Field(ge=0, lt=1)]]
    """Arm: share of it that is left out."""
    side: Literal["worst", "best"] = "worst"
    """Which end is left out."""

    def problems(self, trial: Setting) -> list[str]:
        """Nobody to leave out."""
        return [] if any(self.share.values()) else ["leaves out nobody: state a share above 0."]

    def reason(self) -> ObservationMethod:
        """Everybody beyond a percentile of the arm's own scores."""
        spec = {"method": "tail", "outcome": self.outcome, "side": self.side, "by_arm": self.share}
        reason = build("observation", spec)
        assert isinstance(reason, ObservationMethod)
        return reason
