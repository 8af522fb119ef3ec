"""Appointments made up for those that were missed.

A new appointment comes after everything that the patient has booked. So all who missed a first
appointment ask before anybody comes to a second one, and asking goes by attempt, then by session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from trialsim.conduct.express.arrays import Index
from trialsim.conduct.express.attended import Attended
from trialsim.conduct.express.made_up import MadeUp
from trialsim.conduct.express.patients import Patients
from trialsim.core.axes import BoolArray, FloatArray


@dataclass(frozen=True)
class Missed:
    """Appointments (m) missed by patients who ask for another."""

    patient: Index
    row: Index
    at: FloatArray
    """When the appointment was."""

    def where(self, chosen: BoolArray) -> Missed:
        """Some of them."""
        return Missed(self.patient[chosen], self.row[chosen], self.at[chosen])


def make_up(
    patients: Patients,
    found: Attended,
    missed: list[Missed],
    ends: FloatArray | None,
    before: MadeUp | None,
) -> MadeUp | None:
    """Follow those who missed an appointment, by session, into what was found; returns what they
    asked of diaries, None without any."""
    asked: list[MadeUp] = []
    attempt = 1
    while any(len(one.at) for one in missed):
        attempt += 1
        for s, one in enumerate(missed):
            if len(one.at):
                again, diary = _again(patients, found, one, ends, before, attempt, s)
                asked += [] if diary is None else [diary]
                missed[s] = _followed(patients, found, again, ends, attempt, s)
    return MadeUp.joined(asked) if asked else None


def _again(
    patients: Patients,
    found: Attended,
    missed: Missed,
    ends: FloatArray | None,
    before: MadeUp | None,
    attempt: int,
    session: int,
) -> tuple[Missed, MadeUp | None]:
    """The next appointments, as if all were missed, and those of them that are in diaries."""
    diaries, clock = patients.diaries, patients.clock
    gap = clock.course / len(clock.planned)
    if diaries is None:
        return replace(missed, at=found.latest[missed.patient, missed.row] + gap), None
    inside = diaries.therapist[missed.patient, missed.row] != diaries.outside
    free, one = missed.where(~inside), missed.where(inside)
    free = replace(free, at=found.latest[free.patient, free.row] + gap)
    one = replace(one, at=one.at + 0.5)  # the end of the day, when they ask
    one = one.where(patients.still(one.patient, one.row, one.at, ends))
    therapist = diaries.therapist[one.patient, one.row]
    next_day = (found.latest[one.patient, one.row] + 0.5).astype(np.int32)
    day = earliest = diaries.working(next_day, therapist, one.row)
    address = patients.address(attempt, session, one.patient, one.row)
    if before is not None:
        day = np.maximum(earliest, before.day_of(address))
    diary = MadeUp(address, one.patient, one.row, one.at, earliest, day)
    patient, row = np.append(free.patient, one.patient), np.append(free.row, one.row)
    return Missed(patient, row, np.append(free.at, day + 0.5)), diary


def _followed(
    patients: Patients,
    found: Attended,
    asked: Missed,
    ends: FloatArray | None,
    attempt: int,
    session: int,
) -> Missed:
    """Enter what comes of these appointments, and return those that are missed, to ask again."""
    placed = np.ones(len(asked.at), dtype=bool)
    if patients.closes_on is not None:
        placed = asked.at <= patients.closes_on[asked.patient, asked.row]
    late = asked.where(~placed)
    found.unplaced[late.patient, late.row] += 1
    made = asked.where(placed)
    found.appointments[made.patient, made.row] += 1
    found.latest[made.patient, made.row] = made.at
    there = made.where(patients.still(made.patient, made.row, made.at, ends))
    if not len(there.at):
        return there
    place = (there.patient, patients.numbers[there.row])
    comes = patients.willing.comes(session, attempt)
    assert comes is not None  # or nobody would have missed one
    came = comes[place]
    held = there.where(came)
    found.held_on[session][held.patient, held.row] = held.at
    if came.all():
        return there.where(~came)
    rebooks = patients.willing.rebooks(session, attempt)
    assert rebooks is not None
    return there.where(~came & rebooks[place])
