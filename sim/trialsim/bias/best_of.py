"""The best of several results, reported as if it had been the only one.

Simmons, Nelson and Simonsohn 2011, doi 10.1177/0956797611417632.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from trialsim.bias._pick import p_or_last, picked
from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import ReportBias, Rule, favours
from trialsim.core.stages.distorting import Analyse, Domain


@register("best_of")
class BestOf(ReportBias):
    """Of several analyses the one with the smallest p value is reported as the primary.

    They may be of other outcomes, other visits, other adjustments. What is reported stands in the
    row of the primary analysis, in the units of whichever was chosen.
    """

    domain: ClassVar[Domain] = "selection of the reported result"
    turn = "which"

    analyses: tuple[str, ...] = Field(min_length=1)
    """The other analyses that are tried, by name."""
    direction: Literal["either", "favourable"] = "either"
    """either: the smallest p value, whatever it says; favourable: that which speaks most for the
    arm."""

    def needs(self) -> Sequence[str]:
        """Those that are tried."""
        return self.analyses

    def report(
        self, analysis: str, data: TrialData, analyse: Analyse, rules: Mapping[str, Rule]
    ) -> Estimates:
        """The first of those with the smallest p value."""
        names = [analysis, *self.analyses]
        results = [analyse(name, data) for name in names]
        if self.direction == "favourable":
            ranks = [favours(one, rules[name]) for name, one in zip(names, results, strict=True)]
        else:
            ranks = [p_or_last(one) for one in results]
        return picked(results, np.argmin(np.stack(ranks), axis=0))
