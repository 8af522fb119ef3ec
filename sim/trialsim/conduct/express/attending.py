"""Patients on their way through treatment: who comes to which appointment, and who asks again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trialsim.conduct.express.arrays import Days, constant, every, of, where
from trialsim.conduct.express.attended import Attended
from trialsim.conduct.express.made_up import MadeUp
from trialsim.conduct.express.making_up import Missed, make_up
from trialsim.conduct.express.patients import Patients
from trialsim.core.axes import BoolArray, FloatArray


def attend(
    patients: Patients, days: Days | None, ends: FloatArray | None, before: MadeUp | None
) -> tuple[Attended, MadeUp | None]:
    """What comes of first appointments on these days (s, p, r), and of those made up for them.

    `ends` is when each patient (p, r) stops or leaves. What is made up for takes the day that it
    had `before`, or, where it had none, the first on which the therapist works.
    """
    willing, rows = patients.willing, patients.rows
    held_on: list[FloatArray] = []
    found_day: list[BoolArray | None] = []
    missed = []
    latest: FloatArray = constant(-1.0, patients.start)
    coming = of(willing.coming, rows)
    for s in range(len(patients.clock.planned)):
        at = patients.times(s, days)
        placed = every(patients.enrolled, patients.before_closing(at))
        there = every(placed, patients.treated(at, ends))
        comes = every(coming, of(willing.comes(s, 1), rows))
        held_on.append(where(every(there, comes), at, np.inf))
        found_day.append(placed)
        latest = at if placed is None else np.where(placed, at, latest)
        asks = of(willing.rebooks(s, 1), rows)
        if asks is not None and comes is not None:
            asks = asks & ~comes if there is None else asks & ~comes & there
            place = np.flatnonzero(asks)
            missed.append((np.full(len(place), s), place, at.take(place)))
    appointments, unplaced = _numbers(patients, found_day)
    if not missed:
        latest = np.broadcast_to(latest, latest.shape)  # read-only: it may be the last session's
        return Attended(held_on, appointments, unplaced, latest), None
    found = Attended(held_on, appointments.copy(), unplaced.copy(), latest.copy())
    columns = (np.concatenate(column) for column in zip(*missed, strict=True))
    return found, make_up(patients, found, Missed(*columns), ends, before)


def _numbers(
    patients: Patients, found_day: list[BoolArray | None]
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Appointments made, and sessions that found no day (p, r)."""
    planned = len(found_day)
    if all(placed is None for placed in found_day):
        made = constant(planned, patients.start, np.int16)
        return made, constant(0, patients.start, np.int16)
    made = np.zeros(patients.start.shape, dtype=np.int16)
    for placed in found_day:
        made += True if placed is None else placed
    asked = planned if patients.enrolled is None else planned * patients.enrolled.astype(np.int16)
    return made, np.asarray(asked - made, dtype=np.int16)
