"""A primary outcome that is changed when it disappoints.

Chan and others 2004, doi 10.1001/jama.291.20.2457.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.bias._pick import picked
from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import ReportBias, Rule
from trialsim.core.stages.distorting import Analyse, Domain


@register("switched_outcome")
class SwitchedOutcome(ReportBias):
    """A result that is not significant gives way to the first of others that is.

    Where none is, it stays."""

    domain: ClassVar[Domain] = "selection of the reported result"
    turn = "which"

    analyses: tuple[str, ...] = Field(min_length=1)
    """The others, in the order in which they are looked at."""

    def needs(self) -> Sequence[str]:
        """Those that may take its place."""
        return self.analyses

    def report(
        self, analysis: str, data: TrialData, analyse: Analyse, rules: Mapping[str, Rule]
    ) -> Estimates:
        """The first that is significant, else the primary."""
        names = [analysis, *self.analyses]
        results = [analyse(name, data) for name in names]
        significant = [
            one.p_value < rules[name].alpha for name, one in zip(names, results, strict=True)
        ]
        return picked(results, np.argmax(np.stack(significant), axis=0))
