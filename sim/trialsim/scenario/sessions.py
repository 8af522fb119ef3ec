"""Sessions as written, and what their attendance makes of a stated effect."""

from __future__ import annotations

from collections.abc import Iterable

from trialsim.core.errors import Path, Problem
from trialsim.core.sessions import Sessions
from trialsim.scenario.calendar import clock_of, planned_days
from trialsim.scenario.keys.conduct import Sessions as Written
from trialsim.scenario.references import unknown_name
from trialsim.scenario.schema import Scenario
from trialsim.scenario.truth import baseline_of

DAYS_A_WEEK = 7


def sessions_of(scenario: Scenario) -> Sessions | None:
    """The sessions with every value explicit; None where everybody attends all."""
    written = scenario.conduct.sessions
    everybody = written is None or (written.attend == 1 and written.never == 0)
    if written is None or (everybody and clock_of(scenario) is None):
        return None
    severity = written.severity
    return Sessions(
        days=planned_days(scenario),
        attend=written.attend,
        never=written.never,
        outcome="" if severity is None else severity.outcome,
        strength=0.0 if severity is None else severity.strength,
        curve=written.dose,
        needed=written.needed or 0,
        half=written.half or 0.0,
    )


def mean_parts(scenario: Scenario) -> list[float] | None:
    """Mean part of an effect that each visit finds; None where that depends on scores, or on
    when what happens."""
    sessions, weeks = sessions_of(scenario), scenario.design.visits_weeks.values()
    if sessions is None:
        return [1.0 for _ in weeks]
    if sessions.strength or clock_of(scenario) is not None:
        return None
    return [sessions.mean_part(week * DAYS_A_WEEK) for week in weeks]


def session_problems(scenario: Scenario) -> Iterable[Problem]:
    """Curves without their number, or with another's, and a score that is not there."""
    written = scenario.conduct.sessions
    if written is None:
        return
    path: Path = ("conduct", "sessions")
    yield from _curve_problems(path, written)
    if written.severity is not None:
        place: Path = (*path, "severity", "outcome")
        yield from unknown_name(place, "outcome", written.severity.outcome, scenario.outcomes)
        if baseline_of(scenario) is None:
            text = "needs a baseline visit, whose score it goes with."
            yield Problem((*path, "severity"), text, "Add a visit in week 0.")
    if written.needed is not None and written.needed > written.planned:
        text = f"found {written.needed}, of {written.planned} sessions."
        yield Problem((*path, "needed"), text, "Nobody could attend so many.")


def _curve_problems(path: Path, written: Written) -> Iterable[Problem]:
    for curve, key in (("threshold", "needed"), ("saturating", "half")):
        stated = getattr(written, key) is not None
        if written.dose == curve and not stated:
            yield Problem((*path, key), f"is required for dose: {curve}.", "Write a number.")
        if written.dose != curve and stated:
            text = f"belongs to dose: {curve}, and this is {written.dose}."
            yield Problem((*path, key), text, "Delete one of the two.", at_key=True)
