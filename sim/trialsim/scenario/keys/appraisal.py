"""strengths, risk_of_bias: what a reader says of the published trial. They move no number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from trialsim.core.stages.distorting import Domain
from trialsim.scenario.written import Name, Written

Judgement = Literal["low", "some_concerns", "high"]

DOMAINS: Mapping[str, Domain] = {
    "randomisation": "randomisation process",
    "deviations": "deviations from intended interventions",
    "missing": "missing outcome data",
    "measurement": "measurement of the outcome",
    "selection": "selection of the reported result",
}
"""Domains of RoB 2 (Sterne and others 2019, doi 10.1136/bmj.l4898), by key."""


class JudgedDomain(Written):
    """A judgement of one domain of RoB 2, and what would show its price."""

    judgement: Judgement
    """low, some_concerns or high."""
    why: str = ""
    """What in the report of the trial speaks for it."""
    mechanism: Name | tuple[Name, ...] | None = None
    """Entry of `bias:`, or a list of them, that shows what such a flaw does to this trial."""

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """The entries named, none, one or several."""
        named = self.mechanism
        return () if named is None else (named,) if isinstance(named, str) else named


class RiskOfBias(Written):
    """Judgements by domain of RoB 2; what is left out is not judged."""

    randomisation: JudgedDomain | None = None
    """The randomisation process: sequence, concealment, arms that differ at baseline."""
    deviations: JudgedDomain | None = None
    """Deviations from intended interventions: other care, change of treatment, who is analysed."""
    missing: JudgedDomain | None = None
    """Missing outcome data."""
    measurement: JudgedDomain | None = None
    """Measurement of the outcome: who measures it, and what they know."""
    selection: JudgedDomain | None = None
    """Selection of the reported result: of several outcomes, visits, analyses, subgroups."""

    @property
    def judged(self) -> dict[str, JudgedDomain]:
        """Domains that are judged, in their order."""
        found = {key: getattr(self, key) for key in DOMAINS}
        return {key: one for key, one in found.items() if one is not None}
