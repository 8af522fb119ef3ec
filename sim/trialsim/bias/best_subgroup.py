"""An effect that is looked for in one part of the patients after another.

Brookes and others 2001, doi 10.3310/hta5330.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.bias._pick import p_or_last, picked
from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import ReportBias, Rule
from trialsim.core.stages.distorting import Analyse, Domain, Setting


@register("best_subgroup")
class BestSubgroup(ReportBias):
    """A result that is not significant is replaced by that of the best subgroup.

    The primary analysis is made in every level of some factors, and the one with the smallest p
    value is reported if that is significant."""

    domain: ClassVar[Domain] = "selection of the reported result"
    turn = "part"

    by: tuple[str, ...] = Field(min_length=1)
    """Covariates with levels, whose every level is tried."""

    def problems(self, trial: Setting) -> list[str]:
        """Factors without levels."""
        bare = [name for name in self.by if trial.levels[name] is None]
        return [f"{name} has no levels; cut it into bands." for name in bare]

    def reads(self, outcomes: Sequence[str], baseline: str | None) -> Sequence[tuple[str, str]]:
        """The factors."""
        return [("", name) for name in self.by]

    def report(
        self, analysis: str, data: TrialData, analyse: Analyse, rules: Mapping[str, Rule]
    ) -> Estimates:
        """The whole trial, or the subgroup with the smallest p value."""
        results = [analyse(analysis, data)]
        for name in self.by:
            for level in range(data.levels[name]):
                inside = data.enrolled & (data.covariates[name] == level)
                results.append(analyse(analysis, replace(data, enrolled=inside, memo={})))
        p, alpha = np.stack([p_or_last(one) for one in results]), rules[analysis].alpha
        best = 1 + np.argmin(p[1:], axis=0)
        is_found = np.take_along_axis(p, best[None], axis=0)[0] < alpha
        return picked(results, np.where(~(p[0] < alpha) & is_found, best, 0))
