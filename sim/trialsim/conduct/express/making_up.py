"""Appointments made up for those that were missed.

A new appointment comes after everything that the patient has booked. So all who missed a first
appointment ask before anybody comes to a second one, and asking goes by attempt, then by session.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

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
    patient: Index
    row: Index
    at: FloatArray
    """When the appointment was."""

    def where(self, chosen: BoolArray) -> Missed:
        """Some of them."""
        return Missed(*(getattr(self, one.name)[chosen] for one in fields(self)))

    @staticmethod
    def joined(parts: list[Missed]) -> Missed:
        """All of them."""
        names = [one.name for one in fields(Missed)]
        return Missed(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))


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
        if patients.diaries is not None:
            # With a diary they ask at the end of the day, if still in treatment.
            late = replace(missed, at=missed.at + 0.5)
            missed = missed.where(~_inside(patients, missed) | _treated(patients, late, ends))
        address = patients.address(attempt, missed.session, missed.patient, missed.row)
        known = None if before is None else before.day_of(address)
        again, earliest = _new_times(patients, found, missed, known)
        if patients.diaries is not None:
            one = MadeUp(
                address,
                missed.patient,
                missed.row,
                missed.at + 0.5,
                earliest,
                (again.at - 0.5).astype(np.int32),
            )
            asked.append(one.where(_inside(patients, missed)))
        missed = _missed_again(patients, found, again, ends, attempt)
        attempt += 1
    return MadeUp.joined(asked) if asked else None


def _new_times(
    patients: Patients, found: Attended, missed: Missed, known: Days | None
) -> tuple[Missed, Days]:
    """The next appointment of each, and the first day on which it could be in a diary, one after
    the other where a patient missed several."""
    new, earliest = np.empty(len(missed.at)), np.zeros(len(missed.at), dtype=np.int32)
    gap = patients.clock.course / len(patients.clock.planned)
    turn = _turn(missed.patient * patients.start.shape[1] + missed.row)
    for j in range(turn.max(initial=-1) + 1):
        mine = np.flatnonzero(turn == j)
        patient, row = missed.patient[mine], missed.row[mine]
        latest = found.latest[patient, row]
        at = latest + gap
        if patients.diaries is not None:
            therapist = patients.diaries.therapist[patient, row]
            day = (latest + 0.5).astype(np.int32)
            earliest[mine] = day = patients.diaries.working(day, therapist, row)
            if known is not None:
                day = np.maximum(day, known[mine])
            at = np.where(therapist == patients.diaries.outside, at, day + 0.5)
        new[mine] = at
        placed = np.ones(len(at), dtype=bool)
        if patients.closes_on is not None:
            placed = at <= patients.closes_on[patient, row]
        found.appointments[patient, row] += placed
        found.unplaced[patient, row] += ~placed
        found.latest[patient, row] = np.where(placed, at, latest)
    return replace(missed, at=new), earliest


def _turn(who: Index) -> Index:
    """How many of the same came before each."""
    order = np.argsort(who, kind="stable")
    in_order = who[order]
    turn = np.empty(len(who), dtype=np.intp)
    turn[order] = np.arange(len(who)) - np.searchsorted(in_order, in_order)
    return turn


def _missed_again(
    patients: Patients, found: Attended, asked: Missed, ends: FloatArray | None, attempt: int
) -> Missed:
    """Hold the sessions whose patients come; returns the appointments after which another is
    asked for."""
    if patients.closes_on is not None:
        asked = asked.where(asked.at <= patients.closes_on[asked.patient, asked.row])
    asked = asked.where(_treated(patients, asked, ends))
    again = np.zeros(len(asked.at), dtype=bool)
    for session in np.unique(asked.session):
        mine = np.flatnonzero(asked.session == session)
        patient, row = asked.patient[mine], asked.row[mine]
        place = (patient, patients.numbers[row])
        comes = patients.willing.comes(session, attempt)
        assert comes is not None  # or nobody would have missed a first appointment
        came = comes[place]
        held = mine[came]
        found.held_on[session][patient[came], row[came]] = asked.at[held]
        if not came.all():
            rebooks = patients.willing.rebooks(session, attempt)
            assert rebooks is not None  # nor asked for this one
            again[mine] = ~came & rebooks[place]
    return asked.where(again)


def _inside(patients: Patients, missed: Missed) -> BoolArray:
    """Whose appointment was in a diary."""
    assert patients.diaries is not None
    therapist = patients.diaries.therapist[missed.patient, missed.row]
    return np.asarray(therapist != patients.diaries.outside)


def _treated(patients: Patients, missed: Missed, ends: FloatArray | None) -> BoolArray:
    """Who is in treatment at the times given."""
    end = None if ends is None else ends[missed.patient, missed.row]
    treated = patients.treated(missed.at, end)
    return np.ones(len(missed.at), dtype=bool) if treated is None else treated
