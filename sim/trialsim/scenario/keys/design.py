"""design: arms, their sizes, visits and comparisons."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trialsim.scenario.written import Name, Written


class Arm(Written):
    """One arm of the trial."""

    n: int = Field(ge=1, le=100_000)
    """Patients planned for the arm."""
    label: str = ""
    """Name for tables and figures; the arm's name when left out."""


class Design(Written):
    """Arms, visits and comparisons. The first arm is the comparator."""

    arms: dict[Name, Arm] = Field(min_length=2)
    """Arms by name; the first is the comparator of the others."""
    visits_weeks: dict[Name, Annotated[float, Field(ge=0, le=5200)]] = Field(min_length=1)
    """Visits by name, in weeks from allocation, ascending; week 0 is baseline."""
    contrasts: dict[Name, tuple[str, str]] = {}
    """Comparisons by name: [arm, its comparator]. Every arm against the first when left out."""
