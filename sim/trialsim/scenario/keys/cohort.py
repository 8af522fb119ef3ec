"""cohort: who enters the trial."""

from __future__ import annotations

from typing import Annotated, Any

from trialsim.scenario.written import MaybeEmpty, MethodOf, Name, Written


class Cohort(Written):
    """The people who enter."""

    covariates: Annotated[dict[Name, Annotated[Any, MethodOf("cohort")]], MaybeEmpty] = {}
    """Baseline characteristics by name, each with its distribution."""
