"""vary and what_if: every design point that they ask for, or what is wrong with asking for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from trialsim.core.errors import Path, Problem, dotted
from trialsim.core.plan import Design
from trialsim.scenario._change import POINTS, Change, own_problems, told_where_written
from trialsim.scenario._held import varied_values
from trialsim.scenario.design_point import Effects, design_point
from trialsim.scenario.load import Document
from trialsim.scenario.overrides import override_possible
from trialsim.scenario.schema import Scenario
from trialsim.scenario.validate import read_models
from trialsim.scenario.varied_paths import AS_STATED, NOT_DESIGN, path_problems

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
    scenario: Scenario
    design: Design | None
    effects: Effects
    problems: Sequence[Problem]


def design_points(
    scenario: Scenario, document: Document, readable: Collection[str], is_sound: bool
) -> tuple[list[Point], list[Problem]]:
    """Every combination of varied values under every what_if, or what is wrong with them.

    In a scenario that `is_sound` everything that is wrong with a point comes from its values;
    in another only what lies within a value does.
    """
    attempts = _Attempts(_design_only(document))
    problems = path_problems(scenario, readable)
    refused = {problem.path for problem in problems}
    what_ifs, points, lists = _changes(scenario, readable, refused)
    wrong: set[Path] = set()
    for alike in [*([one] for one in (*what_ifs, *points)), *lists]:
        told = [own_problems(change, attempts((change,)).problems, is_sound) for change in alike]
        wrong |= {change.place for change, its in zip(alike, told, strict=True) if its}
        problems += told_where_written(alike, told)
    if not is_sound:
        return [], problems
    factors = [points, *lists] if points else lists
    possible = [[c for c in values if c.place not in wrong] for values in factors]
    right = [what_if for what_if in what_ifs if what_if.place not in wrong]
    combinations = [
        (*what_if, *values)
        for what_if in [(), *((one,) for one in right)]
        for values in ([(), *product(*possible)] if factors else [()])
        if what_if or values
    ]
    problems += _together(attempts, combinations)
    if problems:
        return [], problems
    return [_point(changes, attempts(changes), scenario) for changes in combinations], []


def _changes(
    scenario: Scenario, readable: Collection[str], refused: Collection[Path]
) -> tuple[list[Change], list[Change], list[list[Change]]]:
    """Every what_if, every point, and for every other varied path its values, but for places that
    are refused."""

    def named(place: Path, sets: Mapping[str, Mapping[str, Any]]) -> list[Change]:
        return [
            Change(
                (*place, name),
                {path: v for path, v in values.items() if (*place, name, path) not in refused},
            )
            for name, values in sets.items()
            if place[0] in readable and (*place, name) not in refused
        ]

    lists = [
        [Change(("vary", path, i), {path: value}) for i, value in enumerate(values)]
        for path, values in scenario.vary.lists.items()
        if "vary" in readable and ("vary", path) not in refused
    ]
    return named(("what_if",), scenario.what_if), named(POINTS, scenario.vary.points), lists


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
        return _Attempt(document, reading.scenario, None if problems else design, effects, problems)


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
    if attempt.design is None:
        raise ValueError("a design point with problems has no design")
    by_vary = [change.values for change in (first, *others) if change.place[0] == "vary"]
    own = {path: value for values in by_vary for path, value in values.items()}
    values = varied_values(attempt.scenario, attempt.document, scenario.vary, own)
    return Point(name, values, attempt.design, attempt.effects)


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
