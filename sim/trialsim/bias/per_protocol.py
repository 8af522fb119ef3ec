"""Patients who did not do as planned are left out of the analysis.

Hernán and Robins 2017, doi 10.1056/NEJMsm1605385.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import OutcomeMethod, ReportBias, Rule
from trialsim.core.stages.distorting import Domain


@register("per_protocol")
class PerProtocol(ReportBias):
    """Only those are analysed who attended enough of the sessions that were due by a visit.

    Who attends is not random: where worse patients come more often, or less, the arms that are
    left are no longer those that were randomised.
    """

    domain: ClassVar[Domain] = "deviations from intended interventions"

    visit: str
    """The visit by which they must have attended."""
    needed: int = Field(ge=1, le=100)
    """How much: sessions, or hundredths of full attendance on time where sessions take time to
    work."""
    arm: tuple[str, ...] | None = None
    """Arms to which it is applied; every arm but the comparator when left out."""

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
        found = [] if self.visit in visits else [f"no visit is called {self.visit}."]
        return found + [f"no arm is called {name}." for name in self.arm or () if name not in arms]

    def report(
        self,
        own: Estimates,
        others: Mapping[str, Estimates],
        again: Callable[[TrialData], Estimates],
        data: TrialData,
        rule: Rule,
    ) -> Estimates:
        """The same analysis of those who are left."""
        attended = data.attended.get(self.visit)
        if attended is None:  # everybody attended all
            return own
        applies = np.array(
            [arm in self.arm if self.arm is not None else a > 0 for a, arm in enumerate(data.arms)]
        )
        stays = (attended >= self.needed) | ~applies[data.arm]
        return again(replace(data, enrolled=data.enrolled & stays, memo={}))
