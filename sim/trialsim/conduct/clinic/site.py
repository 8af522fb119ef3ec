"""Where one trial happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialsim.conduct.clinic.calendar import Calendar
from trialsim.conduct.clinic.pages import Pages
from trialsim.conduct.clinic.team import TeamAtWork
from trialsim.core.clock import Clock


@dataclass(frozen=True)
class Site:
    """One trial: its calendar, its rules, its people, and what chance has in store."""

    calendar: Calendar
    clock: Clock
    visits: Mapping[str, float]
    """Day of every visit after enrolment."""
    pages: Pages
    teams: Mapping[str, TeamAtWork]
