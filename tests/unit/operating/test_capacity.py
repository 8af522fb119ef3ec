"""Demand and room of therapists, when a course is over, and who is left: numbers by hand."""

from __future__ import annotations

from math import ceil, inf
from typing import Any

import pytest
import yaml
from scipy import integrate, special, stats

import trialsim as ts
from trialsim.cli.check_clinic import clinic_lines
from trialsim.core.plan import Design
from trialsim.operating.backlog import backlog
from trialsim.operating.capacity import Fit, Load, fits, loads
from trialsim.operating.closing import closing

WEEKLY = {"planned": 6, "within_weeks": 6}
HALF_HOURS = {"n": 1, "session_minutes": 30}  # 16 a day, 80 a week


def plan_of(sessions: dict[str, Any], team: dict[str, Any], n: int = 40, **conduct: Any):
    """A trial of two equal arms, one of which has therapists; ten patients a week."""
    stated = {"recruitment": {"per_week": 10}, "sessions": sessions, **conduct}
    return ts.loads(
        yaml.safe_dump(
            {
                "format": 1,
                "design": {
                    "arms": {"control": {"n": n}, "treated": {"n": n}},
                    "visits_weeks": {"baseline": 0, "after": 8, "later": 12},
                },
                "conduct": {**stated, "therapists": {"treated": team}},
                "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 1}},
                "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "after"}},
            },
            sort_keys=False,
        )
    ).plan


def design_of(*args: Any, **conduct: Any) -> Design:
    return plan_of(*args, **conduct).designs[0]


def load_of(*args: Any, **conduct: Any) -> Load:
    return loads(design_of(*args, **conduct))["treated"]


def fit_of(*args: Any, **conduct: Any) -> Fit:
    return fits(design_of(*args, **conduct))["treated"]


def test_demand_and_room_of_a_week():
    """5 patients with 6 sessions each, and 5 days of 16 appointments."""
    load = load_of(WEEKLY, HALF_HOURS)
    assert (load.patients, load.each, load.room) == pytest.approx((5, 6, 80))
    assert load.booked == pytest.approx(30 / 80)
    assert load.places == inf


def test_leave_working_days_and_colleagues_change_the_room():
    team = {**HALF_HOURS, "n": 3, "hours_a_day": 5.75, "days_a_week": 3, "leave_weeks": 4}
    # 11.5 half hours are 11 appointments; 48 of 52 weeks are worked.
    assert load_of(WEEKLY, team).room == pytest.approx(3 * 11 * 3 * 48 / 52)


def test_a_team_of_both_arms_is_asked_for_by_both():
    assert load_of(WEEKLY, {**HALF_HOURS, "also": ["control"]}).patients == pytest.approx(10)


def test_missed_sessions_that_are_booked_again_ask_for_more():
    """A miss (0.2) is booked again (0.5): 1/0.9 appointments a session, but one of those who never
    come (0.1), who do not ask again."""
    sessions = {**WEEKLY, "attend": 0.8, "never": 0.1, "rebook": 0.5, "closes_weeks": 12}
    assert load_of(sessions, HALF_HOURS).each == pytest.approx(6 * (0.9 / 0.9 + 0.1))


def test_in_a_queue_only_those_who_come_take_time():
    sessions = {**WEEKLY, "attend": 0.8, "never": 0.1, "rebook": 0.5, "closes_weeks": 12}
    team = {**HALF_HOURS, "session_minutes": 45}
    load = load_of(sessions, team, appointments="queue")
    assert load.each == pytest.approx(6 * 0.9 * 0.8 / 0.9)
    assert load.room == pytest.approx(5 * 8 * 60 / 45)  # the last of a day may end after hours


def test_attendance_that_goes_with_the_score_is_averaged_over_it():
    """Chance of coming expit(logit(0.7) + z), each miss booked again: integrated by quadrature."""
    severity = {"outcome": "score", "strength": 1.0}
    sessions = {**WEEKLY, "attend": 0.7, "severity": severity, "rebook": 0.5, "closes_weeks": 12}

    def appointments(z: float) -> float:
        missed = 1 - float(special.expit(special.logit(0.7) + z))
        return float(stats.norm.pdf(z)) / (1 - 0.5 * missed)

    exact = 6 * integrate.quad(appointments, -9, 9)[0]
    assert load_of(sessions, HALF_HOURS).each == pytest.approx(exact, rel=1e-4)


def test_places_are_held_for_a_course():
    """Little: 5 patients a week for 6 weeks are 30 in treatment; 8 places let 8/6 a week start."""
    load = load_of(WEEKLY, {**HALF_HOURS, "caseload": 8})
    assert load.held == pytest.approx(30 / 8)
    assert load.booked == pytest.approx(8 / 6 * 6 / 80)


def test_a_weekend_delays_the_last_session():
    """One session, planned a day after the start: who starts just after Thursday noon is planned
    just after Friday noon, and comes on Monday noon, four days after the start. With a visit
    after three days, those who start between Thursday noon and Friday noon are too late."""
    design = design_of({"planned": 1, "within_weeks": 2 / 7}, HALF_HOURS)
    fit = fits(design)["treated"]
    assert (fit.planned, fit.latest) == pytest.approx((1, 4))
    early = {**design.visits, "after": 3.0}
    late = fits(Design(**{**vars(design), "visits": early}))["treated"]
    assert (late.visit, late.visit_day) == ("after", 3.0)
    assert late.share_late == pytest.approx(1 / 7)


def test_without_weekends_a_session_is_at_most_a_day_late():
    fit = fit_of(WEEKLY, {**HALF_HOURS, "days_a_week": 7, "leave_weeks": 2})
    assert fit.latest == pytest.approx(38.5 + 1)
    assert (fit.visit, fit.share_late, fit.leave) == ("after", 0, 14)


@pytest.mark.parametrize(("n", "weeks", "days"), [(5, 1, 5), (6, 4, 3), (9, 3, 4), (2, 1, 2)])
def test_the_last_session_is_that_of_a_diary_filled_by_hand(n, weeks, days):
    """Against a loop over starts a few minutes apart and over the days of an empty diary, one
    session a patient a day."""
    fit = fit_of({"planned": n, "within_weeks": weeks}, {**HALF_HOURS, "days_a_week": days})
    apart, longest, late, fine = 7 * weeks / n, 0.0, 0, 288
    for tick in range(7 * fine):
        start, day = (tick + 0.5) / fine, -1
        for session in range(n):
            day = max(ceil(start + (session + 0.5) * apart - 0.5), day + 1)
            while day % 7 >= days:
                day += 1
        longest = max(longest, day + 0.5 - start)
        late += day + 0.5 > start + 56
    assert fit.latest == pytest.approx(longest, abs=1 / fine)
    assert fit.share_late == late == 0  # the visit is in week 8


def test_too_little_room_makes_appointments_later_and_later():
    """10 patients a week for 4 weeks want a session of a therapist who has 5 a week: the last
    waits 4 weeks more than planned."""
    once = {"planned": 1, "within_weeks": 1}
    team = {"n": 1, "session_minutes": 60, "hours_a_day": 1}
    design = design_of(once, team, recruitment={"per_week": 20})
    load = loads(design)["treated"]
    assert load.booked == pytest.approx(2)
    found = backlog(design, load)
    assert found.for_appointment == pytest.approx(4, abs=1 / 7)
    assert (found.for_place, found.unplaced, found.unfinished) == (0, 0, 0)


def test_what_would_come_after_treatment_closes_finds_no_appointment():
    """The same, closed 14 days after the start, 10.5 after the planned day: the wait grows a day a
    day and stays there. 10.5 of 28 days find all their appointments, the others half."""
    once = {"planned": 1, "within_weeks": 1, "closes_weeks": 2}
    team = {"n": 1, "session_minutes": 60, "hours_a_day": 1}
    design = design_of(once, team, recruitment={"per_week": 20})
    found = backlog(design, loads(design)["treated"])
    assert found.for_appointment == pytest.approx(1.5, abs=2 / 7)
    assert found.unplaced == pytest.approx(0.5 * 17.5 / 28, abs=0.03)


def test_too_few_places_make_patients_wait_for_one():
    """10 a week for 4 weeks, and 5 places held for a week: the eighth five start after 7 weeks and
    the half week in which the first five came; the last of them came after 4."""
    once = {"planned": 1, "within_weeks": 1}
    design = design_of(once, {**HALF_HOURS, "caseload": 5}, recruitment={"per_week": 20})
    found = backlog(design, loads(design)["treated"])
    assert found.for_place == pytest.approx(3.5, abs=1 / 7)


def test_room_enough_is_no_wait():
    design = design_of(WEEKLY, {**HALF_HOURS, "caseload": 40}, last_week=30)
    found = backlog(design, loads(design)["treated"])
    assert (found.for_place, found.for_appointment, found.unplaced) == (0, 0, 0)
    assert found.unfinished == pytest.approx(0, abs=1e-9)  # the last comes in week 8


def test_those_in_treatment_when_the_trial_closes_are_counted():
    """5 a week in the arm; the last session is planned 5.5 weeks after the start. Closed in week
    13, those who came after week 7.5 are still in treatment."""
    design = design_of(WEEKLY, HALF_HOURS, n=80, last_week=13)
    found = backlog(design, loads(design)["treated"])
    assert found.unfinished == pytest.approx(5.5 * 5, abs=5 / 7)


def test_the_last_day_is_that_of_the_last_visit_of_the_last_patient():
    """Recruits to week 9; a visit in week 12, up to 14 days late."""
    visits = {"later": {"late_days": 3, "window_days": 14}}
    recruitment = {"per_week": 10, "until_week": 9}
    sessions = {**WEEKLY, "closes_weeks": 10}
    found = closing(design_of(sessions, HALF_HOURS, recruitment=recruitment, visits=visits))
    assert (found.last_day, found.why) == (pytest.approx((9 + 12 + 2) * 7), "")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"recruitment": {"per_week": 10}}, "recruitment waits for the last patient"),
        ({"visits": {"later": {"late_days": 3}}}, "late visits have no window"),
        ({"sessions": WEEKLY}, "sessions wait for room, however late"),
        ({"appointments": "queue"}, "sessions wait for room, however late"),
    ],
)
def test_no_last_day_is_claimed_where_none_is_certain(changes, why):
    stated = {
        "recruitment": {"per_week": 10, "until_week": 9},
        "sessions": {**WEEKLY, "closes_weeks": 10},
        **changes,
    }
    found = closing(design_of(team=HALF_HOURS, **stated))
    assert (found.last_day, found.why) == (inf, why)
    assert closing(design_of(team=HALF_HOURS, **stated, last_week=60)).last_day == 420


def test_expected_patients_who_have_not_come_and_not_been_seen_when_a_trial_closes():
    """10 a week, 80 planned, closed in week 13: all but a trace have come. The last visit takes 12
    weeks: those of the first week have made it. Poisson, by its mass function."""
    found = closing(design_of(WEEKLY, HALF_HOURS, last_week=13))

    def enrolled(mean: float) -> float:
        return sum(min(k, 80) * float(stats.poisson.pmf(k, mean)) for k in range(400))

    assert found.not_enrolled == pytest.approx(80 - enrolled(130), abs=1e-9)
    assert found.not_reached == pytest.approx(
        {"after": enrolled(130) - enrolled(50), "later": enrolled(130) - enrolled(10)}
    )


def test_check_says_what_follows():
    once = {"planned": 1, "within_weeks": 1, "closes_weeks": 2}
    team = {"n": 1, "session_minutes": 60, "hours_a_day": 1, "caseload": 100}
    text = clinic_lines(plan_of(once, team, recruitment={"per_week": 20}, last_week=15))
    for part in (
        "express, all trials at once",
        "treated (1 therapist): 10 appointments a week asked for at full recruitment, room for 5:",
        "200% taken",
        "10 patients in treatment at once, 100 places: 10% held",
        "come later by 1 weeks more each week, by 1.",
        "find no time before treatment closes, 2 weeks after its start",
        "Nothing happens after day 105 (week 15).",
        "Enrolled, and closed before their visit: later",
    ):
        assert part in text
    assert "Demand fits" not in text


def test_check_says_which_simulation_runs_and_why():
    asked = clinic_lines(plan_of(WEEKLY, HALF_HOURS, method="clinic"))
    assert "event by event: it was asked for." in asked
    queue = clinic_lines(plan_of(WEEKLY, HALF_HOURS, appointments="queue"))
    assert "event by event: patients queue." in queue
    assert "Demand fits." in queue
    assert clinic_lines(plan_of(WEEKLY, {"n": 2})) == ""
