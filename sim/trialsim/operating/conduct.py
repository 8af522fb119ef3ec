"""How a trial with a calendar is conducted: room, waiting, attendance, and who is left to see.

Ratios are of totals over all trials, not means of the ratios of trials: they are shares of
appointments and of patients. Their errors are those of a ratio estimator (Cochran 1977, Sampling
Techniques, equation 2.39), with the trial as the unit, so that patients of one trial, who share its
therapists, do not count as independent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray, Levels, Mask, Plane
from trialsim.core.clock import DAYS_A_WEEK, MINUTES_A_DAY
from trialsim.core.plan import Design, Plan
from trialsim.operating.courses import Followed, courses, n_followed
from trialsim.operating.whereabouts import (
    arms_with_sessions,
    has_left,
    has_stopped,
    held_of,
    n_unfinished,
)

What = Literal[
    "utilisation",
    "place",
    "first_session",
    "delay",
    "room",
    "attended",
    "unplaced",
    "stopped",
    "left",
    "not_made",
    "unfinished",
]
Unit = Literal["share", "days", "minutes", "patients"]

UNITS: dict[What, Unit] = {
    "utilisation": "share",
    "place": "days",
    "first_session": "days",
    "delay": "days",
    "room": "minutes",
    "attended": "share",
    "unplaced": "share",
    "stopped": "share",
    "left": "share",
    "not_made": "share",
    "unfinished": "patients",
}


@dataclass(frozen=True)
class Conducted:
    """One result of the conduct of a trial, over simulated trials."""

    what: What
    """utilisation: appointments booked of those that a team had room for (in a queue, its time).
    place: from randomisation to a place with a therapist. first_session: from randomisation to the
    first session, of patients who had one. delay: of sessions held, behind the day planned for
    them at randomisation. room: in the waiting room. attended: sessions held of those planned.
    unplaced: sessions, first bookings and later ones, that found no appointment. stopped: treatment
    before the last session planned. left: the trial. not_made: a visit, for whatever reason.
    unfinished: patients with a visit to come when the trial is closed."""
    where: str
    """The team (utilisation) or the arm; empty for the whole trial."""
    visit: str
    """Only for not_made."""
    value: float
    mcse: float
    """Monte Carlo standard error."""
    low: float
    """2.5th percentile over trials."""
    high: float
    """97.5th percentile over trials."""
    replicates: int
    """Trials in which there was anything to count."""

    @property
    def unit(self) -> Unit:
        """What `value` is in; a share is between 0 and 1."""
        return UNITS[self.what]


Key = tuple[What, str, str]
"""What, where, and at which visit."""
Parts = dict[Key, tuple[FloatArray, FloatArray]]
"""By key: two counts or sums of every trial (r,), of which the result is the ratio."""


@dataclass(frozen=True)
class Trials:
    """What is kept of every simulated trial: (r,)."""

    parts: Parts
    last_in: FloatArray
    """Day on which the last patient was randomised."""
    over_on: FloatArray
    """Day of the last visit made; of the closing where somebody had a visit to come."""
    n_enrolled: FloatArray


def conducted(plan: Plan, replicates: int, cell: int = 0) -> list[Conducted]:
    """Room, waiting, attendance and loss in the first trials of a cell, the first when left out.

    As many as `n_followed` of so many replicates. Nothing without a calendar.
    """
    design = plan.designs[plan.cells[cell].design]
    n = n_followed(design, replicates)
    if not n:
        return []
    found = [
        pooled(key, top[:n], bottom[:n])
        for key, (top, bottom) in followed_trials(plan, cell, n).parts.items()
    ]
    order = get_args(What)
    found = [one for one in found if one.replicates]
    return sorted(found, key=lambda one: order.index(one.what))


class _Last:
    """The trials that were followed last: a run is asked several times for the same."""

    key: tuple[Plan, int, int] | None = None
    trials: Trials


def followed_trials(plan: Plan, cell: int, replicates: int) -> Trials:
    """What is kept of the first trials of a cell, at least so many: whole batches."""
    batches = -(-replicates // REPLICATES_PER_BATCH)
    kept = _Last.key
    if kept is None or kept[0] is not plan or kept[1:] != (cell, batches):
        every = [trials_of(part) for part in courses(plan, cell, batches)]
        _Last.trials = _together(every)
        _Last.key = (plan, cell, batches)
    return _Last.trials


def _together(every: Sequence[Trials]) -> Trials:
    parts = {
        key: (
            np.concatenate([one.parts[key][0] for one in every]),
            np.concatenate([one.parts[key][1] for one in every]),
        )
        for key in every[0].parts
    }
    return Trials(
        parts,
        np.concatenate([one.last_in for one in every]),
        np.concatenate([one.over_on for one in every]),
        np.concatenate([one.n_enrolled for one in every]),
    )


def trials_of(found: Followed) -> Trials:
    """What is kept of some trials."""
    course, clock = found.course, found.design.clock
    assert clock is not None  # there is a course
    came = np.where(found.enrolled, course.enrolled_on, 0.0).max(axis=1, initial=0.0)
    seen = np.zeros(len(came))
    for visit, made in course.made.items():
        day = np.where(made & found.enrolled, course.visit_on[visit], 0.0)
        seen = np.maximum(seen, day.max(axis=1, initial=0.0))
    if clock.last_day < inf:
        seen = np.where(n_unfinished(found.design, course) > 0, clock.last_day, seen)
    parts: Parts = {}
    for what, where, visit, top, bottom in _counted(found):
        parts[what, where, visit] = (top.astype(np.float64), bottom.astype(np.float64))
    enrolled = found.enrolled.sum(axis=1, dtype=np.float64)
    return Trials(parts, np.minimum(came, clock.last_day), seen, enrolled)


Counted = Iterator[tuple[What, str, str, FloatArray, FloatArray]]


def _counted(found: Followed) -> Counted:
    """Everything that this design can have, as the two sums of a ratio."""
    course, clock = found.course, found.design.clock
    assert clock is not None  # there is a course
    for team in course.booked:
        yield "utilisation", team, "", course.booked[team], course.offered[team]
    for arm in arms_with_sessions(found.design):
        yield from _sessions(found, arm)
    left = has_left(clock, course)
    for arm in found.design.arms:
        members = found.members(arm)
        if clock.leaving is not None:
            yield "left", arm, "", _n(left & members), _n(members)
        for visit in found.design.visits:
            if _may_be_missed(found, visit):
                yield "not_made", arm, visit, _n(members & ~course.made[visit]), _n(members)
    if clock.last_day < inf:
        unfinished = n_unfinished(found.design, course)
        yield "unfinished", "", "", unfinished, np.ones(len(unfinished))


def _sessions(found: Followed, arm: str) -> Counted:
    """What there is to say of the sessions of an arm."""
    course, clock, design = found.course, found.design.clock, found.design
    assert clock is not None  # there is a course
    members = found.members(arm)
    own = [diary for name, diary in clock.diaries.items() if arm in design.teams[name].arms]
    if any(diary.caseload for diary in own):
        waits = course.started_on - course.enrolled_on
        yield "place", arm, "", _sum(waits, members), _n(members)
    first = np.full(members.shape, inf)
    late = np.zeros(members.shape)
    for planned, session in zip(clock.planned, course.held_on, strict=True):
        np.minimum(first, session, out=first)
        behind = session - (course.enrolled_on + planned)
        np.add(late, behind, out=late, where=np.isfinite(session))
    began = members & np.isfinite(first)
    sessions = held_of(course)
    held = _sum(sessions, members)
    yield "first_session", arm, "", _sum(first - course.enrolled_on, began), _n(began)
    yield "delay", arm, "", _sum(late, members), held
    if clock.appointments == "queue" and own:
        waited = np.sum(course.waited, axis=0) * MINUTES_A_DAY
        yield "room", arm, "", _sum(waited, members), held
    yield "attended", arm, "", held, len(clock.planned) * _n(members)
    if clock.closes < inf:
        lost = _sum(course.unplaced, members)
        yield "unplaced", arm, "", lost, lost + _sum(course.appointments, members)
    if clock.stopping is not None:
        stopped = has_stopped(clock, course)
        yield "stopped", arm, "", _n(stopped & members), _n(members)


def _may_be_missed(found: Followed, visit: str) -> bool:
    """Whether anything can keep patients from a visit; nothing does on the day they enter."""
    clock = found.design.clock
    assert clock is not None  # there is a course
    if found.design.visits[visit] == 0:
        return False
    late = clock.lateness.get(visit)
    can_be_late = late is not None and late.mean > 0 and late.window < inf
    return clock.leaving is not None or clock.last_day < inf or can_be_late


def _n(mask: Mask) -> FloatArray:
    return mask.sum(axis=1, dtype=np.float64)


def _sum(values: Plane | Levels, among: Mask) -> FloatArray:
    return np.where(among, values, 0).sum(axis=1, dtype=np.float64)


def pooled(key: Key, top: FloatArray, bottom: FloatArray) -> Conducted:
    """The ratio of totals, with its error and what single trials have."""
    there = bottom > 0
    top, bottom = top[there], bottom[there]
    n = len(top)
    if not n:
        return Conducted(*key, np.nan, np.nan, np.nan, np.nan, 0)
    ratio = float(top.sum() / bottom.sum())
    error = np.nan
    if n > 1:
        spread = float(np.sqrt(np.sum((top - ratio * bottom) ** 2) / (n - 1)))
        error = spread / (float(np.sqrt(n)) * float(bottom.mean()))
    low, high = np.quantile(top / bottom, [0.025, 0.975])
    return Conducted(*key, ratio, float(error), float(low), float(high), n)


@dataclass(frozen=True)
class Point:
    """The conduct of one design point."""

    cell: int
    """Index into the plan's cells: the first of the design."""
    weeks: tuple[float, float]
    """To the last visit, or the closing: mean, and its Monte Carlo error."""
    found: tuple[Conducted, ...]
    replicates: int


MOST_POINTS = 8
"""Design points after which none but the stated one is followed."""

TRIALS_OF_A_POINT = 128
"""Trials of each design point that are followed, where there are several."""


def by_point(plan: Plan, replicates: int) -> list[Point]:
    """The conduct of every design point, over the first trials under its first assumption; points
    that differ in nothing that conduct depends on are one. Nothing where there is one only, or so
    many, or such slow ones, that it takes long."""
    cells: dict[object, int] = {}
    for index, cell in enumerate(plan.cells):
        cells.setdefault(_signature(plan.designs[cell.design], cell.design), index)
    clocks = [design.clock for design in plan.designs]
    if not 1 < len(cells) <= MOST_POINTS or any(one is None or one.by_clinic for one in clocks):
        return []
    n, found = min(replicates, TRIALS_OF_A_POINT), []
    for index in cells.values():
        if _Last.key is not None and _Last.key[0] is plan and _Last.key[1] == index:
            trials = _Last.trials
        else:
            trials = _together([trials_of(part) for part in courses(plan, index, most=n)])
        weeks = trials.over_on[:n] / DAYS_A_WEEK
        error = float(weeks.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
        results = tuple(pooled(key, a[:n], b[:n]) for key, (a, b) in trials.parts.items())
        found.append(Point(index, (float(weeks.mean()), error), results, n))
    return found


def _signature(design: Design, place: int) -> object:
    """What the conduct of a design depends on; its place among the designs where scores matter."""
    clock, sessions = design.clock, design.sessions
    hazards = () if clock is None else clock.hazards
    if any(one is not None and one.outcome for one in hazards) or (sessions and sessions.strength):
        return place
    teams = {name: (team.n, team.arms) for name, team in design.teams.items()}
    parts = (design.arms, design.visits, design.allocation, design.recruitment, teams)
    return repr((*parts, sessions, clock, design.switches))
