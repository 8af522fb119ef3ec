"""Where patients are in a trial with a calendar, as its investigators have it on record: still
treated, stopped, gone, changed over.

A `Course` holds what would happen to everybody, one thing leaving aside the other; here one thing
ends another, and the closing of the trial ends all.
"""

from __future__ import annotations

from math import inf

import numpy as np

from trialsim.core.axes import ArmPlane, FloatArray, Levels, Mask, Plane
from trialsim.core.clock import Clock
from trialsim.core.plan import Design
from trialsim.core.records import Course


def arms_with_sessions(design: Design) -> tuple[str, ...]:
    """Arms whose sessions mean something: those that a team treats, and all but the comparator.

    Sessions are of the treatments that have an effect. A comparator whom nobody treats, such as
    usual care, has none.
    """
    if design.clock is None or not design.clock.planned:
        return ()
    treated = {arm for team in design.teams.values() for arm in team.arms}
    return tuple(arm for a, arm in enumerate(design.arms) if a or arm in treated)


def held_of(course: Course) -> Levels:
    """Sessions held (r, p)."""
    held = np.zeros(course.started_on.shape, dtype=np.int8, order="F")
    for session in course.held_on:
        held += np.isfinite(session)
    return held


def has_left(clock: Clock, course: Course) -> Mask:
    """Who left the trial (r, p) before it was closed."""
    return np.asarray(np.isfinite(course.left_on) & (course.left_on <= clock.last_day))


def has_stopped(clock: Clock, course: Course) -> Mask:
    """Who stopped treatment (r, p): before the last of the sessions planned, still in the trial.

    Without sessions there is nothing to come early for: whoever stops has stopped.
    """
    end = course.started_on + (clock.planned[-1] if clock.planned else inf)
    until = np.minimum(np.minimum(end, course.left_on), clock.last_day)
    return np.asarray(np.isfinite(course.stopped_on) & (course.stopped_on < until))


def treated_until(design: Design, course: Course) -> Plane:
    """Day (r, p) on which treatment was over: that of the last session, or of stopping or leaving
    if that was earlier; whoever misses the last session is through on the day planned for it."""
    clock = design.clock
    assert clock is not None and clock.planned  # callers ask for patients with sessions
    end = course.started_on + clock.planned[-1]
    for session in course.held_on:
        np.maximum(end, session, out=end, where=np.isfinite(session))
    return np.minimum(np.minimum(end, course.stopped_on), course.left_on)


def is_closed_before(clock: Clock, course: Course, visit: str) -> Mask:
    """Who is still in the trial (r, p) when it is closed, the visit yet to come."""
    on = course.visit_on[visit]
    return np.asarray(np.isfinite(on) & (on > clock.last_day) & (course.left_on > clock.last_day))


def is_too_late(clock: Clock, course: Course, visit: str) -> Mask:
    """Who came too late for a visit (r, p), still in the trial."""
    on = course.visit_on[visit]
    there = np.isfinite(on) & (on <= clock.last_day) & (course.left_on > on)
    return np.asarray(there & ~course.made[visit])


def lost_on(design: Design, course: Course) -> Plane:
    """Day (r, p) from which on nothing more is seen of a patient who does not make the last
    visit: that of leaving, or of the end of the window of that visit; infinite for others."""
    clock = design.clock
    assert clock is not None  # there is a course
    last, day = max(design.visits.items(), key=lambda item: item[1])
    late = clock.lateness.get(last)
    window = 0.0 if late is None else late.window
    is_over = course.made[last] | ~np.isfinite(course.visit_on[last])
    missed = np.where(is_over, inf, course.enrolled_on + day + window)
    lost = np.minimum(course.left_on, missed)
    return np.where(lost <= clock.last_day, lost, inf)


def complete_on(design: Design, course: Course) -> Plane:
    """Day (r, p) of the last visit, where it was made; else infinite."""
    last = max(design.visits, key=lambda visit: design.visits[visit])
    return np.where(course.made[last], course.visit_on[last], inf)


def n_unfinished(design: Design, course: Course) -> FloatArray:
    """Patients (r,) who have a visit to come when the trial is closed."""
    clock = design.clock
    assert clock is not None  # there is a course
    last = max(design.visits, key=lambda visit: design.visits[visit])
    return np.asarray(is_closed_before(clock, course, last).sum(axis=1, dtype=np.float64))


def has_changed_over(
    design: Design, arm: ArmPlane, beside: Levels | None, course: Course | None
) -> Mask:
    """Who changed over to the treatment of another arm (r, p), while still in the trial.

    `beside` is the state at the last visit: the treatment changed over to varies slowest.
    """
    if beside is None or not design.switches:
        return np.zeros(arm.shape, dtype=bool)
    over = beside >= 2 ** len(design.cointerventions)
    if course is not None:
        assert design.clock is not None
        for a, name in enumerate(design.arms):
            if name in design.switches:
                day = course.enrolled_on + design.switches[name].day
                gone = (course.left_on <= day) | (day > design.clock.last_day)
                over &= ~((arm == a) & gone)
    return np.asarray(over)
