"""A waiting room: patients come when they like, and wait for the first free therapist."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from math import floor
from typing import TYPE_CHECKING, NamedTuple

import simpy

from trialsim.conduct.clinic.calendar import Calendar
from trialsim.core.clock import DAYS_A_WEEK, Clock, Diary

if TYPE_CHECKING:
    from trialsim.conduct.clinic.pages import Pages
    from trialsim.conduct.clinic.patient import Patient

HOURS_A_DAY = 24


class Coming(NamedTuple):
    """Somebody who has come for a session."""

    patient: Patient
    session: int
    attempt: int
    came_on: float


class WaitingRoom:
    """The waiting room of a team: first come, first served, while the clinic is open."""

    def __init__(
        self, calendar: Calendar, clock: Clock, pages: Pages, team: str, n_therapists: int
    ) -> None:
        self._calendar, self._clock, self._pages = calendar, clock, pages
        self._team, self._n_therapists = team, n_therapists
        self._terms: Diary = clock.diaries[team]
        self._open_share = self._terms.hours / HOURS_A_DAY
        self._waiting: deque[Coming] = deque()
        self._idle: deque[simpy.Event] = deque()
        """A bell for each therapist who has nobody to treat."""
        self._last_end = 0.0
        self.worked = 0.0
        """Days that the sessions begun so far take."""
        for _ in range(n_therapists):
            calendar.process(self._treat_one_after_another())

    def enter(self, patient: Patient, session: int, attempt: int) -> None:
        """Somebody comes for a session, and waits whatever happens."""
        self._waiting.append(Coming(patient, session, attempt, self._calendar.now))
        if self._idle:
            self._idle.popleft().succeed()

    def _treat_one_after_another(self) -> Generator[simpy.Event, object, None]:
        """A therapist's days: call the next in; once begun, a session is finished."""
        calendar = self._calendar
        while True:
            while not self._waiting:
                self._idle.append(calendar.event())
                yield self._idle[-1]
            patient, session, attempt, came_on = self._waiting.popleft()
            begins = self._opens_after(calendar.now)
            if begins > calendar.now:
                yield calendar.on(begins)  # the next in the row is called in when doors open
            if begins > self._clock.last_day:
                continue
            patient.held_on[session] = begins
            patient.waited[session] = begins - came_on
            lasts = self._pages.lasts(patient.index, self._team, session, attempt)
            self.worked += lasts
            self._last_end = max(self._last_end, begins + lasts)
            yield calendar.on(begins + lasts)

    def open_until_last_end(self) -> float:
        """Days that the therapists worked together up to the end of the last session."""
        end = self._last_end
        worked = (day for day in range(floor(end) + 1) if self._is_worked(day))
        return self._n_therapists * sum(min(self._open_share, end - day) for day in worked)

    def _is_worked(self, day: int) -> bool:
        return day % DAYS_A_WEEK < self._terms.days_a_week

    def _opens_after(self, now: float) -> float:
        """Now if the clinic is open, else when it opens next."""
        day = floor(now)
        if self._is_worked(day) and now - day < self._open_share:
            return now
        following = range(day + 1, day + 1 + DAYS_A_WEEK)
        return float(next(later for later in following if self._is_worked(later)))
