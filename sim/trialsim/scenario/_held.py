"""Which value holds at a varied path of a scenario, whether or not anybody wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from trialsim.core.registry import STAGES, Method
from trialsim.scenario._total import N_TOTAL
from trialsim.scenario.keys.vary import Vary
from trialsim.scenario.load import Document
from trialsim.scenario.overrides import split_path
from trialsim.scenario.schema import Scenario

Varied = tuple[tuple[str, Any], ...]
"""Varied paths and the values that they have at a design point."""


def varied_values(
    scenario: Scenario,
    document: Document,
    vary: Vary,
    changed: Mapping[str, Any] | None = None,
) -> Varied:
    """What every path of `vary` is in a scenario, of which `changed` was set by `vary` itself.

    A path that only lists vary is None where nothing is written: it always was, and the values
    are part of every digest.
    """
    own, of_points = changed or {}, set(vary.paths_of_points)

    def value(path: str) -> Any:
        if path in own:
            return own[path]
        written = value_at(document, path)
        return _default(scenario, path) if written is None and path in of_points else written

    return tuple((path, value(path)) for path in vary.paths)


def value_at(document: Document, path: str) -> Any:
    """The value written at a path, or None where a default holds."""
    parts = split_path(path)
    if parts == N_TOTAL:
        return sum(arm["n"] for arm in document.data["design"]["arms"].values())
    value: Any = document.data
    for part in parts:
        if isinstance(value, dict):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _default(scenario: Scenario, path: str) -> Any:
    """The number, text or truth value at a path of the models; None for anything larger."""
    value: Any = scenario
    for part in split_path(path):
        if isinstance(value, Method) and part == STAGES[value.stage]:
            value = value.name
        elif isinstance(value, BaseModel):
            value = getattr(value, str(part), None)
        elif isinstance(value, Mapping):
            value = value.get(str(part))
        elif isinstance(value, tuple) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value if isinstance(value, bool | int | float | str) else None
