"""Which values of a scenario somebody had to know or assume, and where each of them comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trialsim.core.errors import Path
from trialsim.core.plan import Marked
from trialsim.scenario.keys.published import Evidence
from trialsim.scenario.overrides import split_path
from trialsim.scenario.schema import Scenario

FACTUAL = (
    "assumptions",
    "outcomes",
    "cohort",
    "conduct",
    "bias",
    "observation",
    "allocation",
    "design",
)
"""Sections whose values say how things are. The others say what somebody chose to do."""

_NAMES = ("label", "unit", "better", "contrasts")
"""Keys that only name or turn a value."""


@dataclass(frozen=True)
class Assumed:
    """A value of the scenario, and its source where it has one."""

    path: Path
    value: Any
    origin: str
    """given or default."""
    evidence: Evidence | None

    @property
    def is_sourced(self) -> bool:
        """Whether the scenario says where the value comes from."""
        return self.evidence is not None


def assumed_values(scenario: Scenario, marks: Mapping[str, Marked]) -> list[Assumed]:
    """The values that could be wrong about the world, in the order of `FACTUAL`."""
    evidence = {split_path(text): entry for text, entry in scenario.evidence.items()}
    found = [
        one
        for text, mark in marks.items()
        if mark.status != "derived"
        for one in _split(split_path(text), mark, evidence)
    ]
    return sorted(found, key=lambda one: FACTUAL.index(str(one.path[0])))


def _split(path: Path, mark: Marked, evidence: Mapping[Path, Evidence]) -> Iterator[Assumed]:
    """The value, or its items where they have sources of their own."""
    is_named = any(part in _NAMES for part in path[1:])
    if path[0] not in FACTUAL or is_named or mark.value in (None, {}, (), []):
        return
    if any(known[: len(path)] == path and len(known) > len(path) for known in evidence):
        for index, item in enumerate(mark.value if isinstance(mark.value, list) else ()):
            place = (*path, index)
            yield Assumed(place, item, mark.status, _source(place, evidence))
        return
    yield Assumed(path, mark.value, mark.status, _source(path, evidence))


def _source(path: Path, evidence: Mapping[Path, Evidence]) -> Evidence | None:
    """The entry that stands nearest to a value: for it, or for what it is part of."""
    for length in range(len(path), 0, -1):
        if path[:length] in evidence:
            return evidence[path[:length]]
    return None
