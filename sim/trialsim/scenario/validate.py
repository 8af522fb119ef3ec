"""From plain data to the models of what people write, with every problem told in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from trialsim.core.errors import Problem, ScenarioError, dotted
from trialsim.core.registry import as_tuples
from trialsim.scenario._type_errors import is_out_of_scale, type_problems
from trialsim.scenario._words import nearest, shown
from trialsim.scenario.load import Document
from trialsim.scenario.schema import NOT_YET, Scenario

MAX_PROBLEMS = 50
"""Problems that are told at once; a file with more is another kind of file."""

SECTIONS = frozenset(Scenario.model_fields)

_MEASURED = (
    "cohort",
    "allocation",
    "conduct",
    "outcomes",
    "assumptions",
    "observation",
    "bias",
    "published",
)
"""Sections whose numbers are measurements: numbers of any other size are mistakes."""

_NOT_TRUTH_VALUES = ("format", "decision.sides")
"""Choices among whole numbers, for which Python takes `true` to be 1."""

_STAND_INS: dict[str, Any] = {
    "format": 1,
    "design": {"arms": {"a": {"n": 1}, "b": {"n": 1}}, "visits_weeks": {"v": 1}},
    "outcomes": {"o": {"method": "repeated_normal", "mean": 0, "sd": 1}},
    "analyses": {"t": {"method": "t_test", "outcome": "o", "visit": "v"}},
}
"""Stand in for required sections that cannot be read. Nothing is checked against them."""


@dataclass(frozen=True)
class Reading:
    """A scenario as far as it can be read."""

    scenario: Scenario
    """Meaningless outside the sections that are readable."""
    readable: frozenset[str]
    """The sections in which nothing is wrong by itself."""
    problems: list[Problem]
    """What is wrong in the others."""


def validate(document: Document) -> Scenario:
    """The scenario as strict models. Raises ScenarioError with all problems and places."""
    reading = read_models(document)
    if reading.problems:
        raise ScenarioError(located(reading.problems, document))
    return reading.scenario


def read_models(document: Document) -> Reading:
    """The scenario as strict models, as far as it can be read."""
    readers: dict[int, type[BaseModel]] = {}
    data: dict[str, Any] = as_tuples(document.data)
    problems = [*_not_yet(data), *_truths(data)]
    for key in NOT_YET:
        data.pop(key, None)
    for key in set(_MEASURED) & set(data):
        data[key] = _in_scale(data[key])
    scenario = None
    try:
        # Impossible numbers overflow on their way to being refused.
        with np.errstate(all="ignore"):
            scenario = Scenario.model_validate(data, context=readers)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems += type_problems(found, data, document.data, readers)
    readable = SECTIONS - {str(problem.path[0]) for problem in problems}
    if scenario is None:
        known = {key: value for key, value in data.items() if key in readable}
        scenario = Scenario.model_validate({**_STAND_INS, **known})
    return Reading(scenario, readable, problems)


def _not_yet(data: dict[str, Any]) -> Iterable[Problem]:
    for key, what in NOT_YET.items():
        if key in data:
            yield Problem(
                (key,),
                f"this version does not simulate {what}.",
                "Remove the key: nothing written there would have an effect.",
                at_key=True,
            )


def _in_scale(value: Any) -> Any:
    """The value with NaN, which no model takes, for numbers that measure nothing."""
    if isinstance(value, dict):
        return {key: _in_scale(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return tuple(_in_scale(inner) for inner in value)
    return math.nan if is_out_of_scale(value) else value


def _truths(data: dict[str, Any]) -> Iterable[Problem]:
    for text in _NOT_TRUTH_VALUES:
        *parents, key = text.split(".")
        here: Any = data
        for part in parents:
            here = here.get(part) if isinstance(here, dict) else None
        if isinstance(here, dict) and here.get(key) is True:
            yield Problem((*parents, key), "found true, allowed: a number such as 1.")


def located(problems: Iterable[Problem], document: Document) -> list[Problem]:
    """The problems with file, line and column, in the order of the file, none twice."""
    placed = {}
    for problem in problems:
        place = document.place(problem.path, problem.at_key)
        if place is not None and problem.line is None and not problem.source:
            problem = replace(problem, source=place.source, line=place.line, column=place.column)
        placed[str(problem)] = problem
    ordered = sorted(placed.values(), key=lambda found: (found.line or 0, found.column or 0))
    if len(ordered) > MAX_PROBLEMS:
        more = len(ordered) - MAX_PROBLEMS
        last = Problem((), f"{more:,} more problems are not shown.", "Mend these first.")
        ordered = [*ordered[:MAX_PROBLEMS], replace(last, source=document.source)]
    return ordered


__all__ = ["Reading", "dotted", "located", "nearest", "read_models", "shown", "validate"]
