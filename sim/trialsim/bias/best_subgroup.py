"""An effect that is looked for in one part of the patients after another.

Brookes and others 2001, doi 10.3310/hta5330.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.bias._pick import picked
from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import OutcomeMethod, ReportBias, Rule
from trialsim.core.stages.distorting import Domain


@register("best_subgroup")
class BestSubgroup(ReportBias):
    """Where the primary analysis is not significant, it is made in every level of some factors,
    and the one with the smallest p value is reported if that is significant."""

    domain: ClassVar[Domain] = "selection of the reported result"

    by: tuple[str, ...] = Field(min_length=1)
    """Covariates with levels, whose every level is tried."""

    def problems(
        self,
        arms: Sequence[str],
        visits: Sequence[str],
        baseline: str | None,
        outcomes: Mapping[str, OutcomeMethod],
        covariates: Mapping[str, int | None],
        analyses: Sequence[str],
    ) -> list[str]:
        """Factors that do not exist, or have no levels."""
        return [
            f"{name} is no covariate with levels."
            for name in self.by
            if covariates.get(name) is None
        ]

    def reads(self, outcomes: Sequence[str], baseline: str | None) -> Sequence[tuple[str, str]]:
        """The factors."""
        return [("", name) for name in self.by]

    def report(
        self,
        own: Estimates,
        others: Mapping[str, Estimates],
        again: Callable[[TrialData], Estimates],
        data: TrialData,
        rule: Rule,
    ) -> Estimates:
        """The whole trial, or the subgroup with the smallest p value."""
        results = [own]
        for name in self.by:
            for level in range(data.levels[name]):
                inside = data.enrolled & (data.covariates[name] == level)
                results.append(again(replace(data, enrolled=inside, memo={})))
        p = np.stack([np.where(np.isnan(one.p_value), np.inf, one.p_value) for one in results])
        best = 1 + np.argmin(p[1:], axis=0)
        found = np.take_along_axis(p, best[None], axis=0)[0] < rule.alpha
        return picked(results, np.where(~(p[0] < rule.alpha) & found, best, 0))
