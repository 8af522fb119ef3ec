"""Appointments made up for those that were missed.

A new appointment comes after everything that the patient has booked. So all who missed a first
appointment ask before anybody comes to a second one, and asking goes by attempt, then by session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from trialsim.conduct.express.arrays import Days, Index
from trialsim.conduct.express.attended import Attended
from trialsim.conduct.express.made_up import MadeUp
from trialsim.conduct.express.patients import Patients
from trialsim.core.axes import BoolArray, FloatArray


@dataclass(frozen=True)
class Missed:
    """Appointments (m) missed by patients who ask for another, by session."""

    session: Index
    place: Index
    """Patient and replicate, as a place in a plane as it lies in memory; ascending."""
    at: FloatArray
    """When the appointment was."""

    def where(self, chosen: BoolArray) -> Missed:
        """Some of them."""
        return Missed(self.session[chosen], self.place[chosen], self.at[chosen])

    def by_session(self, planned: int) -> list[tuple[int, slice]]:
        """The sessions that were missed, and where the appointments of each are."""
        bounds = np.searchsorted(self.session, np.arange(planned + 1)).tolist()
        return [(s, slice(a, b)) for s, (a, b) in enumerate(pairwise(bounds)) if b > a]


def make_up(
    patients: Patients,
    found: Attended,
    missed: Missed,
    ends: FloatArray | None,
    before: MadeUp | None,
) -> MadeUp | None:
    """Enter what comes of asking for other appointments into what was found; returns what was
    asked of diaries, None without any."""
    asked = []
    attempt = 2
    while len(missed.at):
        inside = _inside(patients, missed)
        if inside.any():
            # With a diary they ask at the end of the day, if still in treatment.
            end_of_day = missed.at + 0.5
            asks = ~inside | _treated(patients, missed.place, end_of_day, ends)
            missed, inside = missed.where(asks), inside[asks]
        address = patients.address(attempt, missed.session, missed.place)
        known = None if before is None else before.day_of(address)
        new, earliest, placed = _new_times(patients, found, missed, inside, known)
        if inside.any():
            patient, row = np.divmod(missed.place, patients.start.shape[1])
            day = (new - 0.5).astype(np.int32)
            one = MadeUp(address, patient, row, missed.at + 0.5, earliest, day)
            asked.append(one if inside.all() else one.where(inside))
        there = placed & _treated(patients, missed.place, new, ends)
        again = _missed_again(patients, found, replace(missed, at=new), there, attempt)
        missed = replace(missed, at=new).where(again)
        attempt += 1
    return MadeUp.joined(asked) if asked else None


def _new_times(
    patients: Patients, found: Attended, missed: Missed, inside: BoolArray, known: Days | None
) -> tuple[FloatArray, Days, BoolArray]:
    """The next appointment of each, the first day on which it could be in a diary, and whether
    it is not too late."""
    new, earliest = np.empty(len(missed.at)), np.zeros(len(missed.at), dtype=np.int32)
    placed = np.ones(len(missed.at), dtype=bool)
    planned = len(patients.clock.planned)
    gap = patients.clock.course / planned
    for _, mine in missed.by_session(planned):
        place = missed.place[mine]
        latest = found.latest.take(place)
        at = latest + gap
        if patients.diaries is not None:
            therapist, row = patients.diaries.therapist.take(place), place % patients.start.shape[1]
            day = (latest + 0.5).astype(np.int32)
            earliest[mine] = day = patients.diaries.working(day, therapist, row)
            if known is not None:
                day = np.maximum(day, known[mine])
            at = np.where(inside[mine], day + 0.5, at)
        new[mine] = at
        if patients.closes_on is not None:
            placed[mine] = at <= patients.closes_on.take(place)
        found.appointments.put(place, found.appointments.take(place) + placed[mine])
        found.unplaced.put(place, found.unplaced.take(place) + ~placed[mine])
        found.latest.put(place, np.where(placed[mine], at, latest))
    return new, earliest, placed


def _missed_again(
    patients: Patients, found: Attended, asked: Missed, there: BoolArray, attempt: int
) -> BoolArray:
    """Hold the sessions whose patients, in treatment, come; returns after which appointments
    another is asked for."""
    again = np.zeros(len(asked.at), dtype=bool)
    for session, mine in asked.by_session(len(patients.clock.planned)):
        if not there[mine].any():
            continue
        drawn = patients.drawn(asked.place[mine])
        comes = patients.willing.comes(session, attempt)
        assert comes is not None  # or nobody would have missed a first appointment
        came = comes.take(drawn)
        held = np.where(there[mine] & came, asked.at[mine], np.inf)
        found.held_on[session].put(asked.place[mine], held)
        missed = there[mine] & ~came
        if missed.any():
            rebooks = patients.willing.rebooks(session, attempt)
            assert rebooks is not None  # nor asked for this one
            again[mine] = missed & rebooks.take(drawn)
    return again


def _inside(patients: Patients, missed: Missed) -> BoolArray:
    """Whose appointment was in a diary."""
    if patients.diaries is None:
        return np.zeros(len(missed.at), dtype=bool)
    if patients.inside is None:
        return np.ones(len(missed.at), dtype=bool)
    return patients.inside.take(missed.place)


def _treated(
    patients: Patients, place: Index, at: FloatArray, ends: FloatArray | None
) -> BoolArray:
    """Who is in treatment at the times given."""
    treated = patients.treated(at, None if ends is None else ends.take(place))
    return np.ones(len(at), dtype=bool) if treated is None else treated
