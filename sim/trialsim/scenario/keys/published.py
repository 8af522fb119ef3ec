"""published: what the paper reports, for placing it among simulated trials."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trialsim.scenario.written import Name, Written

Status = Literal["reported", "derived", "recalled", "assumed"]


class Published(Written):
    """One published result: an estimate placed by an analysis, or counts of events."""

    analysis: str | None = None
    """The analysis of this scenario that the paper used for it."""
    contrast: str | None = None
    """Name of the contrast; the first of the analysis when left out."""
    estimate: float | None = None
    """Estimate, arm minus comparator, natural units."""
    interval: tuple[float, float] | None = None
    """Confidence interval: [lower, upper]."""
    level: float = Field(default=0.95, gt=0, lt=1)
    """Confidence level of the interval."""
    p_value: float | None = Field(default=None, gt=0, le=1)
    """Two-sided p value, where one is reported beside the interval or in its place."""
    p_below: float | None = Field(default=None, gt=0, le=1)
    """The same, where only its limit is reported: 0.001 for P < 0.001."""
    events: dict[Name, tuple[int, int]] | None = None
    """By arm: [patients with the event, patients]. Kept for the reader; not placed."""
    event: Literal["bad", "good"] | None = None
    """Whether the event is bad for a patient, or good; without it no number needed to treat is
    called benefit or harm."""
    needed_to_treat: float | None = Field(default=None, ge=1)
    """The number needed to treat that the paper gives for these events."""
    status: Status = "reported"
    """reported (read in the paper or an account of it), derived (worked out from reported
    numbers), recalled (from memory) or assumed."""
    note: str = ""
    """Where it stands, or how it was derived."""


class Evidence(Written):
    """Where an assumed number comes from."""

    status: Status
    """reported, derived, recalled or assumed."""
    source: str = Field(default="", alias="from")
    """Paper, table, or the arithmetic."""
