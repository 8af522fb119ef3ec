"""Whether therapists have room for what patients ask for, and sessions for the visits after them.

Worked out from the numbers, without a simulation. At full recruitment, and in a diary that has
room, unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from scipy import special

from trialsim.conduct.attend import chance
from trialsim.core.clock import DAYS_A_WEEK, WEEKS_A_YEAR, Clock, Diary
from trialsim.core.plan import Design
from trialsim.core.sessions import Sessions

BADNESS = special.ndtri((np.arange(400) + 0.5) / 400)[None, :]
"""Scores at baseline (1, p), evenly spread: for attendance that goes with them."""


@dataclass(frozen=True)
class Load:
    """What a team is asked for in a week of full recruitment, and what it has."""

    team: str
    therapists: int
    patients: float
    """New patients a week."""
    each: float
    """Appointments of a patient, missed and made-up ones included; in a queue, sessions held."""
    room: float
    """Appointments that there is room for in a week, leave taken off; in a queue, sessions that
    there is time for."""
    places: float
    """Patients whom the therapists have in treatment at most; infinite without a caseload."""
    course: float
    """Weeks for which each of them holds a place."""

    @property
    def asked(self) -> float:
        """Appointments asked for in a week by all who come; in a queue, sessions."""
        return self.patients * self.each

    @property
    def booked(self) -> float:
        """Share of the room that is taken by those who find a place; above 1 there is too
        little."""
        return min(self.patients, self.places / self.course) * self.each / self.room

    @property
    def held(self) -> float:
        """Share of the places that are held (Little's law: patients in treatment are those who
        come a week, times the weeks of a course); above 1 patients wait for one."""
        return self.patients * self.course / self.places


@dataclass(frozen=True)
class Fit:
    """When a course of treatment is over, with a team whose diaries have room."""

    planned: float
    """Day after its start for which the last session is planned."""
    latest: float
    """Day after its start by which it is held at the latest, as diaries have weekends."""
    leave: float
    """Days by which leave may delay it further."""
    visit: str
    """First visit planned after the last session; "" where none is."""
    visit_day: float
    share_late: float
    """Share of patients whose last session comes after that visit because of weekends alone, if
    they come evenly over the week and start at once."""


def loads(design: Design) -> dict[str, Load]:
    """By team with a diary, or a waiting room: what it is asked for."""
    clock, recruitment = design.clock, design.recruitment
    if clock is None or recruitment is None:
        return {}
    found = {}
    for name, diary in clock.diaries.items():
        team = design.teams[name]
        share = sum(design.arms[arm] for arm in team.arms) / design.n_total
        found[name] = Load(
            name,
            team.n,
            recruitment.per_day * DAYS_A_WEEK * share,
            appointments_of_each(clock, design.sessions),
            room_of(clock, diary) * team.n,
            diary.caseload * team.n if diary.caseload else inf,
            clock.course / DAYS_A_WEEK,
        )
    return found


def appointments_of_each(clock: Clock, sessions: Sessions | None) -> float:
    """Appointments of a patient on average, if treatment never closed and nobody stopped; in a
    queue, where those who stay away take no time, sessions held."""
    queue, n = clock.appointments == "queue", len(clock.planned)
    if sessions is None:
        return float(n)
    coming = np.asarray(chance(1 - sessions.never, sessions.strength, BADNESS))
    attend = np.asarray(chance(sessions.attend, sessions.strength, BADNESS))
    again = 1 / (1 - clock.rebook * (1 - attend))  # each miss is booked again with that chance
    each = coming * again * attend if queue else coming * again + 1 - coming
    return n * float(np.mean(each))


def room_of(clock: Clock, diary: Diary) -> float:
    """Appointments of one therapist that there is room for in a week, over a year."""
    a_day = diary.per_day if clock.appointments == "diary" else 60 * diary.hours / diary.minutes
    return a_day * diary.days_a_week * (1 - diary.leave_weeks / WEEKS_A_YEAR)


def fits(design: Design) -> dict[str, Fit]:
    """By team with a diary: whether the course is over when the visit after it comes."""
    clock = design.clock
    if clock is None or not clock.planned or clock.appointments == "queue":
        return {}
    last = clock.planned[-1]
    after = {visit: day for visit, day in design.visits.items() if day > last}
    visit, day = next(iter(after.items()), ("", inf))
    found = {}
    for name, diary in clock.diaries.items():
        latest, late = _last_session(clock.planned, diary.days_a_week, day)
        leave = float(diary.leave_weeks * DAYS_A_WEEK)
        found[name] = Fit(last, latest, leave, visit, day, late)
    return found


def _last_session(
    planned: tuple[float, ...], days_a_week: int, visit: float
) -> tuple[float, float]:
    """Longest time from the start of treatment to the last session in an empty diary, and share
    of the week in which those who start have it after a visit.

    Bookings change only where a session is planned for midday, so that between such moments of
    the week one start stands for all.
    """
    turns = sorted({(0.5 - day) % 1 + whole for day in planned for whole in range(DAYS_A_WEEK)})
    edges = np.array([0.0, *turns, float(DAYS_A_WEEK)])
    begins, ends = edges[:-1], edges[1:]
    starts = (begins + ends) / 2
    booked = np.full(len(starts), -np.inf)
    for day in planned:
        booked = np.maximum(np.ceil(starts + day - 0.5), booked + 1)
        weekday = booked % DAYS_A_WEEK
        booked += np.where(weekday >= days_a_week, DAYS_A_WEEK - weekday, 0)
    held = booked + 0.5
    wide = ends > begins
    late = np.clip(held - visit - begins, 0, ends - begins)  # until then a start is too early
    return float((held - begins)[wide].max()), float(late.sum() / DAYS_A_WEEK)
