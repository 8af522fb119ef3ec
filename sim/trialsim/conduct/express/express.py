"""The course of all patients of a batch of trials, without an event queue.

Three things wait for one another: a booking for the bookings made before it, a made-up
appointment for the one that was missed, and leaving, where it goes with scores, for the sessions
held before. So everything is solved for what is known of the rest, and what that changes is
solved again, until nothing changes. What happens at a time depends only on what happened
earlier: each round settles at least the earliest thing that was still wrong, so the rounds end,
and where they end is what happens one by one. Only replicates that changed are solved again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trialsim.conduct.express.arrays import constant, of
from trialsim.conduct.express.attended import Attended
from trialsim.conduct.express.attending import attend
from trialsim.conduct.express.bookings import Bookings
from trialsim.conduct.express.diaries import diaries_of
from trialsim.conduct.express.leaving import Ends, ends
from trialsim.conduct.express.patients import Patients, Willing
from trialsim.conduct.express.places import started_on
from trialsim.conduct.express.usage import booked_and_offered
from trialsim.conduct.express.visits import visited
from trialsim.conduct.tables import Tables
from trialsim.core.axes import FloatArray, Levels
from trialsim.core.records import Course


def express(tables: Tables) -> Course:
    """What happens to every patient; the same as in the clinic, for appointments in diaries."""
    clock = tables.clock
    if clock.appointments != "diary":
        raise ValueError("express has diaries only: a queue needs the clinic")
    patients = _patients(tables)
    attended, end = _settled(tables, patients)
    visit_on, made = visited(tables, end.left_on)
    booked, offered = booked_and_offered(tables, patients, attended)
    never, at_once = constant(np.inf, patients.start), constant(0.0, patients.start)
    return Course(
        enrolled_on=tables.enrolled_on,
        started_on=patients.start.T,
        held_on=tuple(session.T for session in attended.held_on),
        appointments=_as_levels(attended.appointments),
        unplaced=_as_levels(attended.unplaced),
        waited=(at_once.T,) * len(clock.planned),
        visit_on={visit: day.T for visit, day in visit_on.items()},
        made={visit: mask.T for visit, mask in made.items()},
        stopped_on=(never if end.stopped_on is None else end.stopped_on).T,
        left_on=(never if end.left_on is None else end.left_on).T,
        booked=booked,
        offered=offered,
    )


def _patients(tables: Tables) -> Patients:
    """All patients of the batch, from the start of their treatment."""
    enrolled = tables.enrolled.T
    start = started_on(tables)
    diaries, inside = None, None
    if tables.clock.diaries and tables.clock.planned:
        diaries = diaries_of(tables, start)
        treated = diaries.therapist != diaries.outside
        inside = None if treated.all() else treated
    everybody = None if enrolled.all() else enrolled
    return Patients(tables.clock, Willing(tables), None, start, everybody, diaries, inside)


def _settled(tables: Tables, patients: Patients) -> tuple[Attended, Ends]:
    """What comes of all appointments, and the days of stopping and leaving."""
    clock, diaries = tables.clock, patients.diaries
    bookings = None if diaries is None else Bookings.of(diaries, clock)
    # Those who would leave for their scores are taken to have had no treatment, to begin with.
    end = ends(tables, _nothing_held(tables) if clock.is_sighted else None)
    days = None if bookings is None else bookings.days
    attended, made_up = attend(patients, days, end.first, None)
    rows = np.arange(patients.start.shape[1])
    while len(rows):
        changed = np.zeros(len(rows), dtype=bool)
        if bookings is not None and clock.rebook:
            changed |= bookings.solve(rows, made_up)
        if clock.is_sighted:
            changed |= end.put(rows, ends(tables, attended.held_on, rows))
        rows = rows[changed]
        if len(rows):
            days = None if bookings is None else of(bookings.days, rows)
            found, made_up = attend(patients.at(rows), days, of(end.first, rows), made_up)
            attended.put(rows, found)
    return attended, end


def _nothing_held(tables: Tables) -> list[FloatArray]:
    return [constant(np.inf, tables.arm.T)] * len(tables.clock.planned)


def _as_levels(number: NDArray[np.int16]) -> Levels:
    """As small as records keep them, which hold no more than 127."""
    most = np.iinfo(np.int8).max
    if not any(number.strides):  # a constant stays one
        return constant(min(most, number.max(initial=0)), number, np.int8).T
    return np.minimum(number, most).astype(np.int8).T
