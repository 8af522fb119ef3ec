"""cohort: who enters the trial."""

from __future__ import annotations

from typing import Annotated, Any

from trialsim.scenario.written import MaybeEmpty, MethodOf, Name, Written


class Limits(Written):
    """Between which scores people may enter, both included."""

    min: float | None = None
    """Lowest baseline score; no limit when left out."""
    max: float | None = None
    """Highest baseline score; no limit when left out."""


class Cohort(Written):
    """The people who enter."""

    covariates: Annotated[dict[Name, Annotated[Any, MethodOf("cohort")]], MaybeEmpty] = {}
    """Baseline characteristics by name, each with its distribution. What is stated of them, and
    of the scores, is true of all who come, before `eligibility` turns some away."""
    traits: Annotated[dict[Name, Annotated[Any, MethodOf("cohort")]], MaybeEmpty] = {}
    """What patients are and nobody measures, such as severity or belief: as covariates, but no
    statistician sees them. They may modify effects and go with scores."""
    eligibility: Annotated[dict[Name, Limits], MaybeEmpty] = {}
    """By outcome, for one of them: limits on its baseline score. Whoever is outside is turned
    away, and the arms are filled from the others. `trialsim check` shows what that does to the
    mean, SD and correlations of the score."""
