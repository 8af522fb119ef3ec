"""Which paths vary and what_if may name, and which never, whatever the values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from trialsim.core.errors import Path, Problem, ScenarioError
from trialsim.scenario._change import POINTS
from trialsim.scenario._words import clipped, listed, nearest
from trialsim.scenario.keys.vary import Vary
from trialsim.scenario.overrides import split_path
from trialsim.scenario.schema import NOT_YET, Scenario

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
    "strengths",
    "risk_of_bias",
    "evidence",
    "estimands",
    "uncertain",
    "literature",
)
"""Sections that speak about the trial or the run; a design point is the same whatever they say."""


def path_problems(scenario: Scenario, readable: Iterable[str]) -> list[Problem]:
    """Paths that can never be varied, whatever the values."""
    places: list[tuple[Path, str]] = []
    problems: list[Problem] = []
    if "vary" in readable:
        problems += vary_problems(scenario.vary)
        places += [(("vary", path), path) for path in scenario.vary.lists]
        for name, changes in scenario.vary.points.items():
            places += [((*POINTS, name, path), path) for path in changes]
    for name, changes in scenario.what_if.items() if "what_if" in readable else ():
        if name == AS_STATED:
            problems.append(_always_exists(("what_if", name)))
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
            hint = nearest(head, _varying())
            if head == POINTS[-1]:
                hint = "Set vary.points as a whole, to {name: {path: value, ...}, ...}."
            problems.append(Problem(place, text, hint, at_key=True))
    return problems


def vary_problems(vary: Vary) -> Iterable[Problem]:
    """Lists and points that are empty, misnamed, or overwrite one another."""
    for path, values in vary.lists.items():
        if not values:
            yield Problem(("vary", path), "is an empty list.", "List the values to try.")
    if "points" in vary.model_fields_set and not vary.points:
        hint = "Name the points: {small: {design.n_total: 60}, ...}; or remove the key."
        yield Problem(POINTS, "is an empty mapping.", hint)
    lists = {split: path for path in vary.lists if (split := _split_or_nothing(path))}
    for name, changes in vary.points.items():
        if name == AS_STATED:
            yield _always_exists((*POINTS, name))
        for path in changes:
            own = _split_or_nothing(path)
            for other, written in lists.items():
                n = min(len(own), len(other))
                if n and own[:n] == other[:n]:
                    text = f"varies in the list '{written}' too, and one overwrites the other."
                    hint = "Write it in the points only, or in a list only."
                    yield Problem((*POINTS, name, path), text, hint, at_key=True)


def _always_exists(place: Path) -> Problem:
    text = "always exists: it is the scenario as it stands."
    return Problem(place, text, "Choose another name.", at_key=True)


def _split_or_nothing(path: str) -> Path:
    """The parts of a path; none of what is not a path, which is told elsewhere."""
    try:
        return split_path(path)
    except ScenarioError:
        return ()


def _varying() -> list[str]:
    return [key for key in Scenario.model_fields if key not in NOT_DESIGN]
