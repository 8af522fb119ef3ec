"""Patients who did not do as planned are left out of the analysis.

Hernán and Robins 2017, doi 10.1056/NEJMsm1605385.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import ReportBias, Rule
from trialsim.core.stages.distorting import Analyse, Arms, Domain, Setting


@register("per_protocol")
class PerProtocol(ReportBias):
    """Only those are analysed who attended enough of their sessions by a visit.

    Who attends is not random: where worse patients come more often, or less, the arms that are
    left are no longer those that were randomised.
    """

    domain: ClassVar[Domain] = "deviations from intended interventions"
    turn = "who"

    visit: str
    """The visit by which they must have attended."""
    needed: int = Field(ge=1, le=100)
    """How much: sessions, or hundredths of full attendance on time where sessions take time to
    work."""
    arm: Arms | None = None
    """Arms to which it is applied; every arm but the comparator when left out."""

    def problems(self, trial: Setting) -> list[str]:
        """Nobody to leave out."""
        if trial.misses_sessions:
            return []
        return ["nobody misses a session, so that nobody would be left out (conduct.sessions)."]

    def report(
        self, analysis: str, data: TrialData, analyse: Analyse, rules: Mapping[str, Rule]
    ) -> Estimates:
        """The same analysis of those who are left."""
        attended = data.attended.get(self.visit)
        if attended is None:  # everybody attended all
            return analyse(analysis, data)
        applies = np.array(
            [a > 0 if self.arm is None else arm in self.arm for a, arm in enumerate(data.arms)]
        )
        stays = (attended >= self.needed) | ~applies[data.arm]
        return analyse(analysis, replace(data, enrolled=data.enrolled & stays, memo={}))
