"""observation: what is not seen."""

from __future__ import annotations

from typing import Annotated, Any

from trialsim.scenario.written import MaybeEmpty, MethodOf, Name, Written


class Observation(Written):
    """How scores come to be missing."""

    missing: Annotated[dict[Name, Annotated[Any, MethodOf("observation")]], MaybeEmpty] = {}
    """Reasons by name; a score is missing when any of them hides it."""
