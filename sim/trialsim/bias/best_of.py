"""The best of several results, reported as if it had been the only one.

Simmons, Nelson and Simonsohn 2011, doi 10.1177/0956797611417632.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from trialsim.bias._pick import picked
from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import OutcomeMethod, ReportBias, Rule, favours
from trialsim.core.stages.distorting import Domain


@register("best_of")
class BestOf(ReportBias):
    """Of the primary analysis and others the one with the smallest p value is reported: other
    outcomes, other visits, other adjustments.

    What is reported stands in the row of the primary analysis, in the units of whichever was
    chosen.
    """

    domain: ClassVar[Domain] = "selection of the reported result"

    analyses: tuple[str, ...] = Field(min_length=1)
    """The other analyses that are tried, by name."""
    direction: Literal["either", "favourable"] = "either"
    """either: the smallest p value, whatever it says; favourable: that which speaks most for the
    arm."""

    def problems(
        self,
        arms: Sequence[str],
        visits: Sequence[str],
        baseline: str | None,
        outcomes: Mapping[str, OutcomeMethod],
        covariates: Mapping[str, int | None],
        analyses: Sequence[str],
    ) -> list[str]:
        """Analyses that do not exist."""
        return [f"no analysis is called {name}." for name in self.analyses if name not in analyses]

    def needs(self) -> Sequence[str]:
        """Those that are tried."""
        return self.analyses

    def report(
        self,
        own: Estimates,
        others: Mapping[str, Estimates],
        again: Callable[[TrialData], Estimates],
        data: TrialData,
        rule: Rule,
    ) -> Estimates:
        """The first of those with the smallest p value."""
        results = [own, *others.values()]
        if self.direction == "favourable":
            ranks = [favours(one.estimate, one.p_value, rule) for one in results]
        else:
            ranks = [np.where(np.isnan(one.p_value), np.inf, one.p_value) for one in results]
        return picked(results, np.argmin(np.stack(ranks), axis=0))
