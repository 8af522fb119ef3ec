"""Loss without exceptions: everybody beyond a percentile of the score is lost.

The sharpest case of loss that depends on the unseen score (Rubin 1976,
doi 10.1093/biomet/63.3.581), whose bias has a closed form for normal scores: the mean of a normal
cut off at a quantile (Johnson, Kotz and Balakrishnan 1994, section 13.10).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from trialsim.core.axes import ArmPlane, FloatArray, Mask
from trialsim.core.draws import Draws
from trialsim.core.registry import register
from trialsim.core.stages import ObservationMethod, Seen

Share = Annotated[float, Field(ge=0, lt=1)]


@register("tail")
class Tail(ObservationMethod):
    """Everybody in the worst, or best, tail of the score is lost at that visit.

    The percentile is that of the arm's own true scores, so that each arm loses its share under
    every assumption. Patients whose score is exactly there are lost by lot, as many as the share
    needs.
    """

    outcome: str
    """Outcome whose score decides."""
    side: Literal["worst", "best"] = "worst"
    """Which end of the scale is lost."""
    rate: Share | None = None
    """Share lost in every arm that `by_arm` does not name; nobody when left out."""
    by_arm: dict[str, Share] = {}
    """Arm: share lost there."""
    at: tuple[str, ...] | None = None
    """Visits at which it is so; every one after baseline when left out."""

    def visits(self, visits: Sequence[str], baseline: str | None) -> Sequence[str]:
        """The visits named, or all after baseline."""
        if self.at is None:
            return super().visits(visits, baseline)
        return [visit for visit in visits if visit in self.at]

    def reads(
        self, outcomes: Sequence[str], visits: Sequence[str], baseline: str | None
    ) -> Sequence[tuple[str, str]]:
        """The score of every visit at which somebody may be lost."""
        return [(self.outcome, visit) for visit in self.visits(visits, baseline)]

    @property
    def is_by_lot(self) -> bool:
        """Among different scores nothing is left to chance."""
        return False

    def problems(self, visits: Sequence[str], baseline: str | None) -> list[str]:
        """Unknown visits, and no loss at all."""
        unknown = [visit for visit in self.at or () if visit not in visits]
        if unknown:
            return [f"no visit is called {', '.join(unknown)}; the visits are {', '.join(visits)}."]
        if not self.rate and not any(self.by_arm.values()):
            return ["needs a rate, or an arm with a rate of its own, above 0."]
        return []

    def missing(
        self,
        draws: Draws,
        purpose: str,
        visits: Sequence[str],
        arm: ArmPlane,
        seen: Seen | None = None,
    ) -> Mapping[str, Mask]:
        """Lost beyond the limit of the arm, and by lot at the limit itself."""
        if seen is None:
            raise ValueError("loss that depends on a score must be shown the scores")
        known: Seen = seen
        hidden = {}
        for visit in visits:
            key = ("tail", purpose, visit)
            limit, lot = known.once(key, partial(self._limits, visit, known))
            extreme = self._extremity(known.badness(self.outcome, visit))
            own, at_limit = limit[arm], draws.uniform(f"{purpose}.{visit}", arm.shape[1])
            tie = np.abs(extreme - own) <= _SAME
            hidden[visit] = np.where(tie, at_limit < lot[arm], extreme > own)
        return hidden

    def _extremity(self, badness: FloatArray) -> FloatArray:
        return badness if self.side == "worst" else -badness

    def _limits(self, visit: str, seen: Seen) -> tuple[FloatArray, FloatArray]:
        """By arm: the score at which the tail begins, and the share lost of those who have it."""
        limits, lots = [], []
        for a, name in enumerate(seen.arms):
            share = self.by_arm.get(name, self.rate or 0.0)
            scores = self._extremity(seen.pilot(self.outcome, visit, a))
            limit = float(np.quantile(scores, 1 - share)) if share else np.inf
            beyond = float(np.mean(scores > limit + _SAME))
            there = float(np.mean(np.abs(scores - limit) <= _SAME))
            limits.append(limit)
            lots.append((share - beyond) / there if there else 0.0)
        return np.array(limits), np.array(lots)


_SAME = 1e-9
"""Standardised scores nearer to one another are the same score, but for rounding."""
