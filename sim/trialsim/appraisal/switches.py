"""Sets of bias mechanisms that are on, and the cells of one plan in which they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trialsim.core.errors import Problem, ScenarioError
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.resolve import AS_STATED

ALL_ON = "all_on"

_LEFT_OUT = ("vary", "uncertain", "evidence")
"""What a scenario says of other cells, or of where its numbers come from."""


@dataclass(frozen=True)
class Switches:
    """Which mechanisms there are, and under which name a cell has some of them on."""

    names: tuple[str, ...]
    what_if: Mapping[frozenset[str], str]
    """By the names of those that are on."""

    @property
    def none(self) -> str:
        """The cell in which all are off."""
        return self.what_if[frozenset()]

    @property
    def all(self) -> str:
        """The cell in which all are on."""
        return self.what_if[frozenset(self.names)]

    def only(self, name: str) -> str:
        """The cell in which this one alone is on."""
        return self.what_if[frozenset({name})]

    def without(self, name: str) -> str:
        """The cell in which all the others are on."""
        return self.what_if[frozenset(self.names) - {name}]


def switched(
    scenario: LoadedScenario, analysis: str | None, assumptions: Sequence[str] | None
) -> tuple[LoadedScenario, Switches]:
    """The scenario with every mechanism off, and every set of switches as a what_if.

    Raises ScenarioError where there is nothing to switch, or where a name does not exist.
    """
    names = tuple(scenario.written.bias)
    if not names:
        text = "has no mechanism to switch on."
        raise ScenarioError(Problem(("bias",), text, "trialsim list bias shows what there is."))
    sets = _sets(names)
    written: dict[str, Any] = {key: {} for key in _LEFT_OUT if key in scenario.document.data}
    written |= {f"bias.{name}.on": False for name in names}
    written["what_if"] = {
        what_if: {f"bias.{name}.on": True for name in names if name in on}
        for on, what_if in sets.items()
        if on
    }
    if analysis is not None:
        written["decision.primary"] = analysis
    if assumptions is not None:
        known = scenario.document.data.get("assumptions", {})
        written["assumptions"] = {name: known.get(name) for name in _known(assumptions, known)}
    return scenario.changed(written), Switches(names, sets)


def for_interaction(base: LoadedScenario, switches: Switches) -> LoadedScenario:
    """What `switched` gives, without the cells in which all but one are on."""
    needed = {switches.all, *(switches.only(name) for name in switches.names)}
    sets = base.written.what_if.items()
    return base.changed({"what_if": {name: dict(on) for name, on in sets if name in needed}})


def _sets(names: tuple[str, ...]) -> dict[frozenset[str], str]:
    """None, each alone, all but one, all; a set that is several of these has its first name."""
    found = {frozenset[str](): AS_STATED}
    for name in names:
        found.setdefault(frozenset({name}), f"only_{name}")
    found.setdefault(frozenset(names), ALL_ON)
    for name in names:
        found.setdefault(frozenset(names) - {name}, f"without_{name}")
    return found


def _known(wanted: Sequence[str], known: Mapping[str, Any]) -> Sequence[str]:
    for name in wanted:
        if name not in known:
            text, hint = f"no assumption is called '{name}'.", f"Known: {', '.join(known)}."
            raise ScenarioError(Problem((), text, hint, "--assumption"))
    return wanted
