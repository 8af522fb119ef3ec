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
from trialsim.core.stages import ObservationMethod, Seen
from trialsim.observation.rates import one_of_them, shares_of

Share = Annotated[float, Field(ge=0, lt=1)]


@register("mcar")
class MissingCompletelyAtRandom(ObservationMethod):
    """Scores are lost by pure chance, the same for every arm and whatever the score.

    All the outcomes of a visit are lost together, as when a patient does not come.
    """

    rate: Share | dict[str, Share] | None = None
    """Share of scores missing: one number for every visit after baseline, or visit: share."""
    overall: Share | None = None
    """Instead of `rate`: the share lost by the last visit, when every visit loses the same share
    of those still there."""
    pattern: Literal["monotone", "intermittent"] = "monotone"
    """monotone: who is lost stays lost, so the rates may not fall from visit to visit;
    intermittent: each visit is missed independently."""

    def visits(self, visits: Sequence[str], baseline: str | None) -> Sequence[str]:
        """The visits named, or all after baseline."""
        if isinstance(self.rate, dict):
            return [visit for visit in visits if visit in self.rate]
        return super().visits(visits, baseline)

    def problems(self, visits: Sequence[str], baseline: str | None) -> list[str]:
        """Neither or both rates, unknown visits, and monotone loss with a rate that falls."""
        problems = one_of_them(self.rate, self.overall)
        if problems or not isinstance(self.rate, dict):
            return problems
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
        self,
        draws: Draws,
        purpose: str,
        visits: Sequence[str],
        arm: ArmPlane,
        seen: Seen | None = None,
    ) -> Mapping[str, Mask]:
        """A patient is missing where a uniform falls below the visit's rate."""
        n = arm.shape[1]
        everywhere = visits if seen is None else self.visits(seen.visits, seen.baseline)
        shares = dict(zip(everywhere, shares_of(self.rate, self.overall, everywhere), strict=True))
        hidden = {}
        for visit in visits:
            own = purpose if self.pattern == "monotone" else f"{purpose}.{visit}"
            hidden[visit] = draws.uniform(own, n) < shares[visit]
        return hidden
