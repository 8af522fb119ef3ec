"""assumptions: named truths, as mean differences from the comparator."""

from __future__ import annotations

from typing import Annotated

from trialsim.scenario.written import MaybeEmpty, Name, Written

PerVisit = tuple[float, ...] | float


class ArmTruth(Written):
    """What is true of one outcome in one arm, when more than the mean differs."""

    difference: PerVisit = 0.0
    """Mean difference from the comparator in natural units: one value a visit, or one for every
    visit after baseline."""
    sd: tuple[float | None, ...] | float | None = None
    """SD of the arm's own: one value a visit (null keeps the comparator's), or one for every
    visit after baseline. When left out, the comparator's spread carries over."""


Assumption = Annotated[
    dict[Name, Annotated[dict[Name, ArmTruth | PerVisit], MaybeEmpty]], MaybeEmpty
]
"""Outcome: arm: difference. What is not mentioned does not differ."""
