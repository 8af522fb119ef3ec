"""A scenario that has been read and resolved, ready to be simulated."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import Plan
from trialsim.core.registry import load_methods
from trialsim.scenario.load import Document, parse, read
from trialsim.scenario.overrides import (
    OPTION,
    override,
    override_possible,
    parse_assignment,
    split_path,
)
from trialsim.scenario.resolve import resolve
from trialsim.scenario.schema import Scenario


@dataclass(frozen=True)
class LoadedScenario:
    """What was written, its models, and the plan that follows from them."""

    document: Document
    written: Scenario
    plan: Plan
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Values changed after reading, by path."""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.plan.name

    def changed(self, changes: Mapping[str, Any], source: str = "change") -> LoadedScenario:
        """The same scenario with other values, by dotted path. Raises ScenarioError."""
        document = override(self.document, changes, source)
        return _resolved(document, {**self.changes, **changes})


def load(
    path: str | os.PathLike[str], assignments: tuple[str, ...] | list[str] = ()
) -> LoadedScenario:
    """Read, check and resolve a scenario file.

    `assignments` are changes written PATH=VALUE. Raises ScenarioError with all problems.
    """
    changes, problems = _assigned(assignments)
    try:
        document = read(path)
    except ScenarioError as error:
        raise ScenarioError([*problems, *error.problems]) from None
    document, found = override_possible(document, changes, OPTION)
    problems += found
    if not problems:
        return _resolved(document, changes)
    # What else is wrong with the values of other assignments is worth telling; what is wrong in
    # the file may be what the refused assignments were to mend.
    try:
        _resolved(document, changes)
    except ScenarioError as error:
        problems += [problem for problem in error.problems if problem.source == OPTION]
    raise ScenarioError(problems)


def _assigned(assignments: Sequence[str]) -> tuple[dict[str, Any], list[Problem]]:
    changes: dict[str, Any] = {}
    problems: list[Problem] = []
    for assignment in assignments:
        try:
            key, value = parse_assignment(assignment)
        except ScenarioError as error:
            problems += error.problems
            continue
        if key in changes:
            problems.append(Problem(split_path(key), "is set twice.", "Keep one.", source=OPTION))
        changes[key] = value
    return changes, problems


def loads(text: str, name: str = "scenario") -> LoadedScenario:
    """A scenario from YAML text instead of a file. Raises ScenarioError with all problems."""
    return _resolved(parse(text, name), {})


def _resolved(document: Document, changes: Mapping[str, Any]) -> LoadedScenario:
    load_methods()
    written, plan = resolve(document)
    return LoadedScenario(document, written, plan, changes)
