"""The conduct stage: what happens to patients between allocation and visits."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from trialsim.conduct.attend import attended
from trialsim.conduct.beside import beside
from trialsim.conduct.express.express import express
from trialsim.conduct.had import had_by
from trialsim.conduct.in_turn import in_turn
from trialsim.conduct.tables import Tables
from trialsim.core.axes import Levels, Mask, Plane, Therapists
from trialsim.core.clock import Clock
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Cohort, Conduct, Course
from trialsim.core.team import Team

Badness = Callable[[str, str, Conduct], Plane]
"""Badness (r, p) of an outcome at a visit, of patients to whom this has happened so far."""


def undergo(
    group: Group,
    batch: Batch,
    cohort: Cohort,
    allocation: Allocation,
    baseline: Callable[[str], Plane],
    badness: Badness,
) -> Conduct:
    """Who treats whom, who attends what and when, and what acts beside it.

    `baseline` gives the scores (r, p) of an outcome at baseline. The same under every assumption,
    unless somebody stops or leaves because of a later score.
    """
    design, clock = group.design, group.design.clock
    arms = list(design.arms)
    patients = (group.keys["allocation"], tuple(design.arms.values()), group.capacity)

    def caseloads(team: Team) -> Therapists:
        place = (group.keys["allocation"], tuple(design.arms.values()), team.arms, team.n)
        treated = [arms.index(arm) for arm in team.arms]
        return batch.once(("therapist", place), lambda: in_turn(allocation.arm, treated, team.n))

    diaries = {} if clock is None else clock.diaries
    wanted = {
        name: team
        for name, team in design.teams.items()
        if group.knows_therapists or team.icc or name in diaries
    }
    conduct = Conduct(
        {name: caseloads(team) for name, team in wanted.items()},
        beside=_beside(group, batch, allocation, patients),
        key=(group.keys["course"], *patients),
    )
    if clock is None:
        return replace(conduct, attended=_attendance(group, batch, baseline))
    key: tuple[Hashable, ...] = (*conduct.key, group.keys["cohort"], group.keys["truth"])
    if clock.is_sighted:  # scores after baseline know of effects, and of therapists
        key = (*key, group.keys["effects"], group.keys["conduct"])
    conduct = replace(conduct, key=key)

    def simulated() -> Course:
        return _simulated(
            clock, _tables(group, batch, cohort, allocation, conduct, baseline, badness)
        )

    course = batch.once(("course", key), simulated)
    found = batch.once(("found", key, group.reads), lambda: _found(group, course))
    return replace(conduct, course=course, **found)


def _simulated(clock: Clock, tables: Tables) -> Course:
    """By the vectorised twin wherever it can do what is asked."""
    if clock.by_clinic:
        from trialsim.conduct.clinic.clinic import clinic  # imports simpy

        return clinic(tables)
    return express(tables)


def _tables(
    group: Group,
    batch: Batch,
    cohort: Cohort,
    allocation: Allocation,
    conduct: Conduct,
    baseline: Callable[[str], Plane],
    badness: Badness,
) -> Tables:
    design, clock = group.design, group.design.clock
    assert clock is not None

    def score(outcome: str, visit: str, levels: Levels) -> Plane:
        if visit == design.baseline:
            return _standardised(group, outcome, baseline(outcome))
        had = {} if design.sessions is None else {visit: levels}
        so_far = replace(conduct, attended=had, key=(*conduct.key, object()))
        return badness(outcome, visit, so_far)

    goes_with = "" if design.sessions is None else design.sessions.outcome
    return Tables(
        clock=clock,
        draws=batch.draws,
        arm=allocation.arm,
        enrolled=cohort.enrolled,
        enrolled_on=cohort.enrolled_on,
        teams={name: design.teams[name] for name in clock.diaries},
        therapist={name: conduct.therapist[name] for name in clock.diaries},
        visits=design.visits,
        sessions=design.sessions,
        severity=_standardised(group, goes_with, baseline(goes_with)) if goes_with else None,
        score=score,
    )


def _found(group: Group, course: Course) -> dict[str, Any]:
    """What visits find: whether they are made, and what patients have had by then."""
    design, clock = group.design, group.design.clock
    assert clock is not None
    seen = {visit for outcome, visit in group.reads if outcome}
    levels: dict[str, Levels] = {}
    made: dict[str, Mask] = {}
    for visit, day in design.visits.items():
        if visit not in seen:
            continue
        there = course.made[visit] | ~_among(course)
        if not there.all():
            made[visit] = there
        on_time = [planned for planned in clock.planned if planned < day]
        if on_time:
            had, whole = had_by(course, course.visit_on[visit], on_time, day, clock.to_work)
            if (had != whole).any():
                levels[visit] = had
    return {"attended": levels, "made": made}


def _among(course: Course) -> Mask:
    """Who is in the trial."""
    return np.isfinite(course.started_on)


def _beside(
    group: Group, batch: Batch, allocation: Allocation, patients: tuple[Hashable, ...]
) -> dict[str, Levels]:
    """What acts beside the treatment allocated, at each visit that something reads."""
    design = group.design
    if not design.switches and not design.cointerventions:
        return {}
    seen = [visit for visit in design.visits if any(visit == read for _, read in group.reads)]
    found = {}
    for visit in seen:
        key = ("beside", group.keys["course"], *patients, visit)
        state = batch.once(key, partial(beside, design, batch.draws, allocation.arm, visit))
        if state is not None:
            found[visit] = state
    return found


def _attendance(group: Group, batch: Batch, baseline: Callable[[str], Plane]) -> dict[str, Levels]:
    """Sessions attended before each visit that something reads and that comes after some."""
    design, sessions = group.design, group.design.sessions
    if sessions is None:
        return {}
    read = {visit for outcome, visit in group.reads if outcome}
    due = {visit: sessions.due(day) for visit, day in design.visits.items() if visit in read}
    due = {visit: n for visit, n in due.items() if n}

    def make() -> dict[int, Levels]:
        goes_with = sessions.outcome
        bad = _standardised(group, goes_with, baseline(goes_with)) if goes_with else None
        return attended(batch.draws, sessions, group.capacity, sorted(set(due.values())), bad)

    key = (
        "attended",
        group.keys["conduct"],
        group.keys["truth"],
        group.capacity,
        tuple(due.values()),
    )
    by_number = batch.once(key, make)
    return {visit: by_number[n] for visit, n in due.items()}


def _standardised(group: Group, outcome: str, baseline: Plane) -> Plane:
    """Baseline scores in SDs of all who come from their mean, turned so that higher is worse."""
    return group.design.outcomes[outcome].badness(0, baseline)
