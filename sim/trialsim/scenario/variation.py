"""vary and what_if: every design point that they ask for, or what is wrong with asking for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from trialsim.core.errors import Path, Problem, ScenarioError, dotted
from trialsim.core.plan import Design
from trialsim.scenario._change import Change, own_problems, told_where_written
from trialsim.scenario._total import N_TOTAL
from trialsim.scenario._words import clipped, listed, nearest
from trialsim.scenario.design_point import Effects, design_point
from trialsim.scenario.load import Document
from trialsim.scenario.overrides import override_possible, split_path
from trialsim.scenario.schema import NOT_YET, Scenario
from trialsim.scenario.validate import read_models

AS_STATED = "as_stated"
"""The what_if that changes nothing; it always exists."""

NOT_DESIGN = (
    "format",
    "title",
    "source",
    "simulation",
    "vary",
    "what_if",
    "published",
    "evidence",
    "estimands",
)
"""Sections that speak about the trial or the run; a design point is the same whatever they say."""

MAX_WRONG_POINTS = 10
"""Combinations that are told, when each of their values alone is possible."""


@dataclass(frozen=True)
class Point:
    """One combination of varied values under one what_if, resolved."""

    what_if: str
    varied: tuple[tuple[str, Any], ...]
    """Varied paths and the values that they have here."""
    design: Design
    effects: Effects


@dataclass(frozen=True)
class _Attempt:
    """What became of a design point."""

    document: Document
    design: Design | None
    effects: Effects
    problems: Sequence[Problem]


def path_problems(scenario: Scenario, readable: Iterable[str]) -> list[Problem]:
    """Paths that can never be varied, whatever the values."""
    places: list[tuple[Path, str]] = []
    problems = []
    if "vary" in readable:
        places += [(("vary", path), path) for path in scenario.vary]
        for path, values in scenario.vary.items():
            if not values:
                text, hint = "is an empty list.", "List the values to try."
                problems.append(Problem(("vary", path), text, hint))
    for name, changes in scenario.what_if.items() if "what_if" in readable else ():
        if name == AS_STATED:
            text = "always exists: it is the scenario as it stands."
            hint = "Choose another name."
            problems.append(Problem(("what_if", name), text, hint, at_key=True))
        places += [(("what_if", name, path), path) for path in changes]
    for place, path in places:
        try:
            head = str(split_path(path)[0])
        except ScenarioError as error:
            problems += [replace(problem, path=place, at_key=True) for problem in error.problems]
            continue
        if head in NOT_DESIGN:
            text = f"{head} is no part of the design: it cannot vary."
            hint = f"What can vary: {listed(_varying())}."
            problems.append(Problem(place, text, hint, at_key=True))
        elif head in NOT_YET:
            text = f"this version does not simulate {NOT_YET[head]}."
            problems.append(Problem(place, text, "Remove the key.", at_key=True))
        elif head not in Scenario.model_fields:
            text = f"leads nowhere: there is no '{clipped(head)}'."
            problems.append(Problem(place, text, nearest(head, _varying()), at_key=True))
    return problems


def design_points(
    scenario: Scenario, document: Document, readable: Collection[str], is_sound: bool
) -> tuple[list[Point], list[Problem]]:
    """Every combination of varied values under every what_if, or what is wrong with them.

    In a scenario that `is_sound` everything that is wrong with a point comes from its values;
    in another only what lies within a value does.
    """
    attempts = _Attempts(_design_only(document))
    problems = path_problems(scenario, readable)
    what_ifs, lists = _changes(scenario, readable, {problem.path for problem in problems})
    wrong: set[Path] = set()
    for alike in [*([what_if] for what_if in what_ifs), *lists]:
        told = [own_problems(change, attempts((change,)).problems, is_sound) for change in alike]
        wrong |= {change.place for change, its in zip(alike, told, strict=True) if its}
        problems += told_where_written(alike, told)
    if not is_sound:
        return [], problems
    possible = [[c for c in values if c.place not in wrong] for values in lists]
    right = [what_if for what_if in what_ifs if what_if.place not in wrong]
    combinations = [
        (*what_if, *values)
        for what_if in [(), *((one,) for one in right)]
        for values in ([(), *product(*possible)] if lists else [()])
        if what_if or values
    ]
    problems += _together(attempts, combinations)
    if problems:
        return [], problems
    return [_point(changes, attempts(changes), scenario) for changes in combinations], []


def _changes(
    scenario: Scenario, readable: Collection[str], refused: Collection[Path]
) -> tuple[list[Change], list[list[Change]]]:
    """Every what_if, and for every varied path its values, but for places that are refused."""
    what_ifs = [
        Change(
            ("what_if", name),
            {path: v for path, v in values.items() if ("what_if", name, path) not in refused},
        )
        for name, values in scenario.what_if.items()
        if "what_if" in readable and ("what_if", name) not in refused
    ]
    lists = [
        [Change(("vary", path, i), {path: value}) for i, value in enumerate(values)]
        for path, values in scenario.vary.items()
        if "vary" in readable and ("vary", path) not in refused
    ]
    return what_ifs, lists


class _Attempts:
    """Design points by the changes that make them, each resolved once."""

    def __init__(self, base: Document) -> None:
        self._base = base
        self._done: dict[tuple[Path, ...], _Attempt] = {}

    def __call__(self, changes: Sequence[Change]) -> _Attempt:
        key = tuple(change.place for change in changes)
        if key not in self._done:
            self._done[key] = self._attempt(changes)
        return self._done[key]

    def _attempt(self, changes: Sequence[Change]) -> _Attempt:
        document, problems = self._base, []
        for section in ("what_if", "vary"):
            of_section = [change.values for change in changes if change.place[0] == section]
            values = {path: value for one in of_section for path, value in one.items()}
            document, found = override_possible(document, values, section)
            problems += found
        reading = read_models(document)
        design, effects, found = design_point(reading.scenario, reading.readable)
        problems += [*reading.problems, *found]
        return _Attempt(document, None if problems else design, effects, problems)


def _together(attempts: _Attempts, combinations: Sequence[Sequence[Change]]) -> Iterable[Problem]:
    """What is wrong with combinations of changes of which each is possible alone."""
    problems: dict[tuple[Path, str], Problem] = {}
    for changes in combinations:
        for problem in attempts(changes).problems:
            if (problem.path, problem.message) in problems:
                continue
            least = _least(attempts, changes, problem)
            cause = " and ".join(str(change) for change in least)
            text = f"{cause} together make {dotted(problem.path)} wrong: {problem.message}"
            told = Problem(least[-1].place, text, problem.hint)
            problems[problem.path, problem.message] = told
        if len(problems) >= MAX_WRONG_POINTS:
            break
    return problems.values()


def _least(attempts: _Attempts, changes: Sequence[Change], problem: Problem) -> Sequence[Change]:
    """The changes without those that a problem does not need."""
    for change in changes:
        fewer = [other for other in changes if other is not change]
        if fewer and problem in attempts(fewer).problems:
            return _least(attempts, fewer, problem)
    return changes


def _point(changes: Sequence[Change], attempt: _Attempt, scenario: Scenario) -> Point:
    first, *others = changes
    name = str(first.place[1]) if first.place[0] == "what_if" else AS_STATED
    varied = {path: v for change in (first, *others) for path, v in change.values.items()}
    if attempt.design is None:
        raise ValueError("a design point with problems has no design")
    values = tuple(
        (path, varied[path] if changes[-1].place[0] == "vary" else value_at(attempt.document, path))
        for path in scenario.vary
    )
    return Point(name, values, attempt.design, attempt.effects)


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


def _design_only(document: Document) -> Document:
    """The document without what no design point needs: some lists of values are long."""
    dropped = set(NOT_DESIGN) - {"format"}

    def kept(places: Mapping[Path, Any]) -> dict[Path, Any]:
        return {path: place for path, place in places.items() if not path or path[0] not in dropped}

    return replace(
        document,
        data={key: value for key, value in document.data.items() if key not in dropped},
        places=kept(document.places),
        key_places=kept(document.key_places),
    )


def _varying() -> list[str]:
    return [key for key in Scenario.model_fields if key not in NOT_DESIGN]
