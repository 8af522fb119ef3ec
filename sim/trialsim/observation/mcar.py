"""Missing completely at random: loss that has nothing to do with arm or score.

Rubin 1976, doi 10.1093/biomet/63.3.581.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from trialsim.core.axes import ArmPlane, Mask
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages import ObservationMethod

Share = Annotated[float, Field(ge=0, lt=1)]


@register("mcar")
class MissingCompletelyAtRandom(ObservationMethod):
    """Scores are lost by pure chance, the same for every arm and whatever the score.

    All the outcomes of a visit are lost together, as when a patient does not come.
    """

    rate: Share | dict[str, Share]
    """Share of scores missing: one number for every visit after baseline, or visit: share."""
    pattern: Literal["monotone", "intermittent"] = "monotone"
    """monotone: who is lost stays lost, so the rates may not fall from visit to visit;
    intermittent: each visit is missed independently."""

    def visits(self, visits: Sequence[str], baseline: str | None) -> Sequence[str]:
        """The visits named, or all after baseline."""
        if isinstance(self.rate, dict):
            return [visit for visit in visits if visit in self.rate]
        return super().visits(visits, baseline)

    def problems(self, visits: Sequence[str], baseline: str | None) -> list[str]:
        """Unknown visits, and monotone loss with a rate that falls."""
        if not isinstance(self.rate, dict):
            return []
        unknown = [visit for visit in self.rate if visit not in visits]
        if unknown:
            known = ", ".join(visits)
            return [f"no visit is called {', '.join(unknown)}; the visits are {known}."]
        rates = [self.rate[visit] for visit in self.visits(visits, baseline)]
        falls = any(later < earlier for earlier, later in zip(rates, rates[1:], strict=False))
        if self.pattern == "monotone" and falls:
            text = ", ".join(f"{rate:g}" for rate in rates)
            return [
                f"monotone loss cannot fall from visit to visit, found {text}; "
                "write the share missing at each visit, or pattern: intermittent."
            ]
        return []

    def missing(
        self, draws: Draws, purpose: str, visits: Sequence[str], arm: ArmPlane
    ) -> Mapping[str, Mask]:
        """A patient is missing where a uniform falls below the visit's rate."""
        n = arm.shape[1]
        hidden = {}
        for visit in visits:
            rate = self.rate[visit] if isinstance(self.rate, dict) else self.rate
            own = purpose if self.pattern == "monotone" else f"{purpose}.{visit}"
            hidden[visit] = draws.uniform(own, n) < rate
        return hidden
