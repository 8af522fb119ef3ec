"""A primary outcome that is changed when it disappoints.

Chan and others 2004, doi 10.1001/jama.291.20.2457.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.bias._pick import picked
from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import OutcomeMethod, ReportBias, Rule
from trialsim.core.stages.distorting import Domain


@register("switched_outcome")
class SwitchedOutcome(ReportBias):
    """Where the primary analysis is not significant, the first of the others that is takes its
    place; where none is, it stays."""

    domain: ClassVar[Domain] = "selection of the reported result"

    analyses: tuple[str, ...] = Field(min_length=1)
    """The others, in the order in which they are looked at."""

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
        """Those that may take its place."""
        return self.analyses

    def report(
        self,
        own: Estimates,
        others: Mapping[str, Estimates],
        again: Callable[[TrialData], Estimates],
        data: TrialData,
        rule: Rule,
    ) -> Estimates:
        """The first that is significant, else the primary."""
        results = [own, *others.values()]
        significant = np.stack([one.p_value < rule.alpha for one in results])
        return picked(results, np.argmax(significant, axis=0))
