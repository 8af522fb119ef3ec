"""What is wrong with diaries, queues and the booking of sessions."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor

import numpy as np
from scipy import special

from trialsim.core.clock import DAYS_A_WEEK, WEEKS_A_YEAR
from trialsim.core.errors import Path, Problem
from trialsim.kernels.odds import moved
from trialsim.scenario._words import counted
from trialsim.scenario.calendar import diary_of
from trialsim.scenario.keys.conduct import Sessions, Therapists
from trialsim.scenario.recruitment import MOST_WEEKS
from trialsim.scenario.schema import Scenario

MOST_APPOINTMENTS = 127
"""Appointments of a patient are counted in one byte."""

CERTAIN = 1e-9
"""A smaller chance that a patient is given more appointments than can be counted is none."""

WORST = 6.0
"""SDs beyond which nobody scores."""

NEEDS_A_DIARY = ("hours_a_day", "days_a_week", "leave_weeks", "caseload", "lengths")
"""Keys that say something of a diary or a waiting room."""

WHEN_THEY_COME = "Write conduct.recruitment, for example `recruitment: {per_week: 5}`."


def diary_problems(scenario: Scenario) -> Iterable[Problem]:
    """Diaries without room, sessions, patients or end, and queues that cannot be simulated."""
    conduct = scenario.conduct
    for name, stated in conduct.therapists.items():
        path: Path = ("conduct", "therapists", name)
        if stated.session_minutes is None:
            yield from _without_length(path, stated)
        else:
            yield from _of_diary(path, scenario, stated)
    if conduct.sessions is not None:
        yield from _booking_problems(scenario, conduct.sessions)
    if conduct.appointments == "queue":
        yield from _queue_problems(scenario)


def endless_problems(scenario: Scenario) -> Iterable[Problem]:
    """Therapists who would take longer than a century with the patients of a trial."""
    sessions, arms = scenario.conduct.sessions, scenario.design.arms
    if sessions is None:
        return
    for name, stated in scenario.conduct.therapists.items():
        diary = diary_of(stated)
        n = sum(arms[arm].n for arm in (name, *stated.also) if arm in arms)
        if diary is None or not diary.per_day:
            continue
        path: Path = ("conduct", "therapists", name)
        working = diary.days_a_week * (1 - diary.leave_weeks / WEEKS_A_YEAR)
        weeks = n * sessions.planned / (stated.n * diary.per_day * working)
        if weeks > MOST_WEEKS:
            asked = counted(n * sessions.planned, "appointment")
            text = (
                f"{asked} would take {weeks:,.0f} weeks; at most {MOST_WEEKS:,} can be simulated."
            )
            yield Problem((*path, "session_minutes"), text, "Write more therapists or hours.")
        if stated.caseload is not None:
            weeks = n * sessions.within_weeks / (stated.n * stated.caseload)
            if weeks > MOST_WEEKS:
                text = (
                    f"{counted(n, 'patient')} would take {weeks:,.0f} weeks; at most "
                    f"{MOST_WEEKS:,} can be simulated."
                )
                yield Problem((*path, "caseload"), text, "Write a larger one, or more therapists.")


def _without_length(path: Path, stated: Therapists) -> Iterable[Problem]:
    for key in NEEDS_A_DIARY:
        if key in stated.model_fields_set and getattr(stated, key) is not None:
            text = "needs session_minutes: without it there is room for everybody at any time."
            yield Problem((*path, key), text, "Write both, or neither.", at_key=True)


def _of_diary(path: Path, scenario: Scenario, stated: Therapists) -> Iterable[Problem]:
    conduct, place = scenario.conduct, (*path, "session_minutes")
    diary = diary_of(stated)
    assert diary is not None
    if conduct.appointments == "diary" and diary.per_day < 1:
        text = (
            f"a session of {diary.minutes:g} minutes does not fit into a working day of "
            f"{60 * diary.hours:g}."
        )
        yield Problem(place, text, "Shorten it, or write a longer hours_a_day.")
    if conduct.appointments == "diary" and diary.exponential:
        text = "the sessions of a diary all last as long; only those of a queue last at random."
        hint = "Write `appointments: queue`, or leave it out."
        yield Problem((*path, "lengths"), text, hint)
    if conduct.sessions is None:
        text = "makes room for sessions, and none are planned."
        hint = "Write conduct.sessions, for example `sessions: {planned: 6, within_weeks: 4}`."
        yield Problem(place, text, hint, at_key=True)
    if conduct.recruitment is None:
        text = "makes room day by day, and nothing says on which days patients come."
        yield Problem(place, text, WHEN_THEY_COME, at_key=True)


def _booking_problems(scenario: Scenario, sessions: Sessions) -> Iterable[Problem]:
    path: Path = ("conduct", "sessions")
    closes, weeks = sessions.closes_weeks, sessions.within_weeks
    if sessions.rebook and closes is None:
        text = "missed sessions would be booked again without end."
        hint = "Write closes_weeks: the week after the start of treatment in which it ends."
        yield Problem((*path, "rebook"), text, hint)
    if closes is not None and closes < weeks:
        text = f"treatment closes in week {closes:g}, and a course is planned to take {weeks:g}."
        yield Problem((*path, "closes_weeks"), text, f"Write {weeks:g} or more.")
    days = [d.days_a_week for d in map(diary_of, scenario.conduct.therapists.values()) if d]
    in_diaries = bool(days) and scenario.conduct.appointments == "diary"
    if sessions.rebook and closes is not None:
        asked = _most_appointments(sessions, closes * DAYS_A_WEEK, in_diaries)
        if asked > MOST_APPOINTMENTS:
            text = (
                f"makes up to {asked:,} appointments of a patient who misses many; at most "
                f"{MOST_APPOINTMENTS} can be simulated."
            )
            yield Problem((*path, "rebook"), text, "Lower it, or let treatment close earlier.")
    most = max(1, floor(weeks * min(days, default=DAYS_A_WEEK) + 1e-9))
    if in_diaries and sessions.planned > most:
        text = (
            f"{counted(sessions.planned, 'session')} in {weeks:g} weeks are "
            f"{sessions.planned / weeks:.3g} a week; a diary gives a patient one a day, on "
            f"{counted(min(days), 'day')} a week."
        )
        hint = f"At most {most} fit; or write longer within_weeks."
        yield Problem((*path, "planned"), text, hint)


def _most_appointments(sessions: Sessions, closes: float, in_diaries: bool) -> int:
    """Appointments that a patient may be given: no more than there is time for until treatment
    closes, days after its start, and no more than chance makes of misses."""
    apart = sessions.within_weeks * DAYS_A_WEEK / sessions.planned
    left = max(0.0, closes - (sessions.planned - 0.5) * apart)
    in_time = sessions.planned + floor(left / apart + 1e-9)
    if in_diaries:
        in_time = max(in_time, floor(closes) + 1)  # one a day
    attend = sessions.attend
    if sessions.severity is not None:
        attend = float(moved(attend, np.array(-WORST * abs(sessions.severity.strength))))
    again = sessions.rebook * (1 - attend)
    if again == 0:
        return sessions.planned
    if again == 1:
        return in_time
    # Misses that are booked again, before so many sessions end otherwise: negative binomial.
    beyond = special.nbdtrc(np.arange(in_time), sessions.planned, 1 - again)
    return min(in_time, sessions.planned + int(np.count_nonzero(beyond > CERTAIN)))


def _queue_problems(scenario: Scenario) -> Iterable[Problem]:
    conduct = scenario.conduct
    path: Path = ("conduct",)
    if conduct.method == "express":
        text = "express keeps diaries, and `appointments: queue` waits event by event."
        yield Problem((*path, "method"), text, "Write `method: auto`.")
    waited_for = {n: t for n, t in conduct.therapists.items() if t.session_minutes is not None}
    if not waited_for:
        text = "nobody waits: no therapists have session_minutes."
        hint = "Write session_minutes for those who are waited for."
        yield Problem((*path, "appointments"), text, hint)
    for name, stated in waited_for.items():
        place: Path = (*path, "therapists", name)
        if stated.leave_weeks:
            text = "therapists of a queue take no leave."
            hint = "Leave it out, or write `appointments: diary`."
            yield Problem((*place, "leave_weeks"), text, hint)
        shares = stated.icc.values() if isinstance(stated.icc, dict) else [stated.icc]
        if any(shares):
            text = "those who are treated by whoever is free have no therapist of their own."
            yield Problem((*place, "icc"), text, "Write 0, or `appointments: diary`.")
