"""conduct: what happens between allocation and visits."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trialsim.scenario.written import MaybeEmpty, Name, Written

Icc = Annotated[float, Field(ge=0, lt=1)]


class Therapists(Written):
    """Those who treat an arm."""

    n: int = Field(ge=1, le=1000)
    """How many they are. Patients go to them in turn, so that caseloads are as equal as can be."""
    icc: Icc | dict[Name, Icc] = 0.0
    """Intraclass correlation: the share of the variance of the score at every visit after
    baseline, within the arm, that lies between therapists; one for all outcomes, or outcome:
    share. The total variance and the stated correlations stay as they are."""
    also: tuple[Name, ...] = ()
    """Other arms that the same people treat."""


class Conduct(Written):
    """What happens to patients between allocation and visits."""

    therapists: Annotated[dict[Name, Therapists], MaybeEmpty] = {}
    """Arm: its therapists. Arms without any, such as usual care, are treated by nobody, or by so
    many that patients share none."""
