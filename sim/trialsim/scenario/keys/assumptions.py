"""assumptions: named truths, as mean differences from the comparator."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trialsim.scenario.written import MaybeEmpty, Name, Written

PerVisit = tuple[float, ...] | float


class ArmTruth(Written):
    """What is true of one outcome in one arm, when more than the mean differs."""

    difference: PerVisit = 0.0
    """Mean difference from the comparator in natural units: one value a visit, or one for every
    visit after baseline."""
    responders: float | None = Field(default=None, gt=0, le=1)
    """Share of patients who gain at all, by pure chance: they gain difference / responders, the
    others nothing, so that `difference` stays the mean over all. The same patients respond to
    every treatment and in every outcome."""
    modifier: str | None = None
    """Covariate or trait with levels that decides how much a patient gains."""
    by_level: tuple[PerVisit, ...] | None = None
    """With `modifier`, instead of `difference`: one difference for each of its levels, in their
    order; each one value a visit, or one for every visit after baseline."""
    stated_as: Literal["full_dose", "treatment_policy"] = Field(default="full_dose", alias="as")
    """full_dose: the difference is that of attending every session on time; treatment_policy: it
    is the mean over all who were allocated, whatever they attended, and the full dose is worked
    out from it."""
    sd: tuple[float | None, ...] | float | None = None
    """SD of the arm's own: one value a visit (null keeps the comparator's), or one for every
    visit after baseline. When left out, the comparator's spread carries over."""


Assumption = Annotated[
    dict[Name, Annotated[dict[Name, ArmTruth | PerVisit], MaybeEmpty]], MaybeEmpty
]
"""Outcome: arm: difference. What is not mentioned does not differ."""
