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

_SWITCHES = ("on", "source")
"""Keys of a bias mechanism that say nothing about the world."""


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
    evidence = _by_path(scenario)
    found = [
        one
        for text, mark in marks.items()
        if mark.status != "derived"
        for one in _split(split_path(text), mark, evidence)
    ]
    return sorted(found, key=lambda one: FACTUAL.index(str(one.path[0])))


def evidence_of(scenario: Scenario, path: Path) -> Evidence | None:
    """The source that stands nearest to a place of the scenario."""
    return _source(path, _by_path(scenario))


def _by_path(scenario: Scenario) -> dict[Path, Evidence]:
    """Sources by place: those of `evidence`, and what a bias mechanism says of itself."""
    own = {
        ("bias", name): Evidence.model_validate({"status": "assumed", "from": one.source})
        for name, one in scenario.bias.items()
        if one.source
    }
    return own | {split_path(text): entry for text, entry in scenario.evidence.items()}


def _split(path: Path, mark: Marked, evidence: Mapping[Path, Evidence]) -> Iterator[Assumed]:
    """The value, or its items where they have sources of their own."""
    is_named = any(part in _NAMES for part in path[1:])
    is_named |= path[0] == "bias" and path[-1] in _SWITCHES
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
