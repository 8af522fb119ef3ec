"""The story of a course of treatment: a place, appointments, and keeping them."""

from __future__ import annotations

from math import ceil, floor

from trialsim.conduct.clinic.calendar import turn
from trialsim.conduct.clinic.diary import NOON
from trialsim.conduct.clinic.patient import Patient, Story
from trialsim.conduct.clinic.site import Site
from trialsim.core.clock import Clock


def treatment(site: Site, patient: Patient) -> Story:
    """Enrolment, a place with the therapist, a course of appointments, and keeping them."""
    calendar, clock, pages = site.calendar, site.clock, site.pages
    therapist, own_turn = patient.therapist, turn(patient.index)
    yield calendar.on(patient.enrolled_on, own_turn)
    if therapist is not None and therapist.places is not None:
        yield from therapist.take_place(clock.course)
        yield calendar.on(calendar.now, own_turn)
    patient.started_on = calendar.now
    for session, planned in enumerate(clock.planned):
        ask(clock, patient, session, 1, patient.started_on + planned)
    while patient.agenda:
        time, session, attempt = patient.agenda.popleft()
        yield calendar.on(time, own_turn)
        if not patient.is_in_treatment(time, clock.last_day):
            return
        if pages.comes(patient.index, session, attempt):
            if therapist is not None and therapist.room is not None:
                therapist.room.enter(patient, session, attempt)
            else:
                patient.held_on[session] = time
        elif pages.rebooks(patient.index, session, attempt):
            earliest = patient.latest + clock.course / len(clock.planned)
            if therapist is not None and therapist.diary is not None:
                earliest = floor(time) + 1  # the end of the day
                yield calendar.on(earliest, own_turn)
                if not patient.is_in_treatment(earliest, clock.last_day):
                    return
            ask(clock, patient, session, attempt + 1, earliest)


def ask(clock: Clock, patient: Patient, session: int, attempt: int, earliest: float) -> None:
    """Asks for an appointment not before a time, and in a diary after all those made so far."""
    closes_on = patient.started_on + clock.closes
    time: float | None = earliest if earliest <= closes_on else None
    if patient.therapist is not None and patient.therapist.diary is not None:
        day = ceil(earliest - NOON)
        if patient.appointments:
            day = max(day, floor(patient.latest) + 1)
        time = patient.therapist.diary.book(day, closes_on)
    if time is None:
        patient.unplaced += 1
        return
    patient.appointments += 1
    patient.latest = time
    patient.agenda.append((time, session, attempt))
