"""What asks for a calendar, as written, in days."""

from __future__ import annotations

from math import inf

from trialsim.core.clock import DAYS_A_WEEK, Clock, CoIntervention, Diary, Hazard, Lateness, Switch
from trialsim.scenario.keys.conduct import Hazard as WrittenHazard
from trialsim.scenario.keys.conduct import Therapists
from trialsim.scenario.schema import Scenario


def clock_of(scenario: Scenario) -> Clock | None:
    """The calendar with every value explicit; None where nothing asks for one."""
    conduct = scenario.conduct
    sessions = conduct.sessions
    diaries = {
        name: diary
        for name, stated in conduct.therapists.items()
        if (diary := diary_of(stated)) is not None
    }
    rebook = 0.0 if sessions is None else sessions.rebook
    closes = None if sessions is None else sessions.closes_weeks
    to_work = 0.0 if sessions is None else sessions.weeks_to_work
    asked = (diaries, rebook, closes, to_work, conduct.visits, conduct.discontinuation)
    if not any((*asked, conduct.withdrawal, conduct.last_week, conduct.method != "auto")):
        return None
    return Clock(
        method=conduct.method,
        appointments=conduct.appointments,
        planned=planned_days(scenario),
        course=0.0 if sessions is None else sessions.within_weeks * DAYS_A_WEEK,
        closes=inf if closes is None else closes * DAYS_A_WEEK,
        rebook=rebook,
        to_work=to_work * DAYS_A_WEEK,
        diaries=diaries,
        lateness={
            name: Lateness(v.late_days, inf if v.window_days is None else v.window_days)
            for name, v in conduct.visits.items()
        },
        stopping=_hazard(scenario, conduct.discontinuation),
        leaving=_hazard(scenario, conduct.withdrawal),
        last_day=inf if conduct.last_week is None else conduct.last_week * DAYS_A_WEEK,
    )


def planned_days(scenario: Scenario) -> tuple[float, ...]:
    """Day after the start of treatment on which each session is planned: evenly spread."""
    written = scenario.conduct.sessions
    if written is None:
        return ()
    apart = written.within_weeks * DAYS_A_WEEK / written.planned
    return tuple((session + 0.5) * apart for session in range(written.planned))


def diary_of(stated: Therapists) -> Diary | None:
    """When the therapists of an arm work; None where they have room for everybody."""
    if stated.session_minutes is None:
        return None
    return Diary(
        minutes=stated.session_minutes,
        hours=stated.hours_a_day,
        days_a_week=stated.days_a_week,
        leave_weeks=stated.leave_weeks,
        caseload=stated.caseload or 0,
        exponential=stated.lengths == "exponential",
    )


def _hazard(scenario: Scenario, stated: WrittenHazard | None) -> Hazard | None:
    if stated is None:
        return None
    rates = [stated.by_arm.get(arm, stated.per_week) for arm in scenario.design.arms]
    matters = stated.severity or stated.latest
    return Hazard(
        per_day=tuple(rate / DAYS_A_WEEK for rate in rates),
        outcome=(stated.outcome or "") if matters else "",
        severity=stated.severity,
        latest=stated.latest,
    )


def switches_of(scenario: Scenario) -> dict[str, Switch]:
    """Who changes over, by arm."""
    return {
        arm: Switch(one.to, one.share, one.week * DAYS_A_WEEK)
        for arm, one in scenario.conduct.switching.items()
    }


def cointerventions_of(scenario: Scenario) -> dict[str, CoIntervention]:
    """What patients take beside their treatment, by name."""
    return {
        name: CoIntervention(one.shares, one.size, one.from_week * DAYS_A_WEEK)
        for name, one in scenario.conduct.cointerventions.items()
    }
