"""What the keys of the calendar may say together: each limit from both sides.

The messages, word for word, are in tests/scenarios/invalid.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml

import trialsim as ts
from trialsim.core.errors import ScenarioError, dotted

COMING = {"per_week": 5}
SIX = {"planned": 6, "within_weeks": 4}
DIARY = {"n": 2, "session_minutes": 30}


def text_of(conduct: dict[str, Any], **sections: Any) -> str:
    return yaml.safe_dump(
        {
            "format": 1,
            "design": {
                "arms": {"control": {"n": 30}, "treated": {"n": 30}, "other": {"n": 30}},
                "visits_weeks": {"baseline": 0, "after": 4, "later": 12},
            },
            "outcomes": {
                "score": {"method": "bounded_integer", "max": 24, "mean": [10, 9, 8], "sd": 5},
                "pain": {"method": "repeated_normal", "mean": 0, "sd": 1},
            },
            "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "after"}},
            "conduct": conduct,
            **sections,
        },
        sort_keys=False,
    )


def wrong(conduct: dict[str, Any], **sections: Any) -> list[str]:
    """The places of all problems; none where the scenario is right."""
    try:
        ts.loads(text_of(conduct, **sections))
    except ScenarioError as error:
        return [dotted(problem.path) for problem in error.problems]
    return []


def booked(team: dict[str, Any] = DIARY, sessions: dict[str, Any] = SIX, **conduct: Any):
    """A conduct with everything that a diary needs."""
    return {
        "recruitment": COMING,
        "sessions": sessions,
        "therapists": {"treated": team},
        **conduct,
    }


TEAM, SESSIONS = "conduct.therapists.treated", "conduct.sessions"
A_DAY = {**DIARY, "session_minutes": 60}
AGAIN = {**SIX, "attend": 0.5, "rebook": 0.5, "closes_weeks": 6}
QUEUE = {"appointments": "queue"}
BY_SCORE = {"per_week": 0.01, "outcome": "score"}
PILLS = {"shares": {"control": 0.3}, "size": {"score": -1}}
TO_TREATED = {"to": "treated", "share": 0.2, "week": 2}

LIMITS: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    (
        "a working day has room for one session at least",
        booked({**A_DAY, "hours_a_day": 1}),
        booked({**A_DAY, "hours_a_day": 0.99}),
        [f"{TEAM}.session_minutes"],
    ),
    (
        "in a queue a session may last longer than the day",
        booked({**A_DAY, "hours_a_day": 0.99}, **QUEUE),
        booked({**A_DAY, "hours_a_day": 0.99}),
        [f"{TEAM}.session_minutes"],
    ),
    (
        "hours, days, leave, caseload and lengths belong to a diary",
        {"therapists": {"treated": {"n": 2}}},
        {
            "therapists": {
                "treated": {
                    "n": 2,
                    "hours_a_day": 8,
                    "days_a_week": 5,
                    "leave_weeks": 0,
                    "caseload": 9,
                    "lengths": "fixed",
                }
            }
        },
        [
            f"{TEAM}.{key}"
            for key in ("hours_a_day", "days_a_week", "leave_weeks", "caseload", "lengths")
        ],
    ),
    (
        "a diary needs patients who come on some day",
        booked(),
        {"sessions": SIX, "therapists": {"treated": DIARY}},
        [f"{TEAM}.session_minutes"],
    ),
    (
        "a diary needs sessions",
        booked(),
        {"recruitment": COMING, "therapists": {"treated": DIARY}},
        [f"{TEAM}.session_minutes"],
    ),
    (
        "at random last the sessions of a queue only",
        booked({**DIARY, "lengths": "exponential"}, **QUEUE),
        booked({**DIARY, "lengths": "exponential"}),
        [f"{TEAM}.lengths"],
    ),
    (
        "missed sessions are booked again to a stated end",
        {"sessions": AGAIN},
        {"sessions": {key: AGAIN[key] for key in AGAIN if key != "closes_weeks"}},
        [f"{SESSIONS}.rebook"],
    ),
    (
        "treatment closes when a course is over, or later",
        {"sessions": {**AGAIN, "closes_weeks": 4}},
        {"sessions": {**AGAIN, "closes_weeks": 3.9}},
        [f"{SESSIONS}.closes_weeks"],
    ),
    (
        # 60 planned, each missed or not by chance 0.45 x 0.5: 78 on average, never 128.
        "appointments that chance makes are counted in a byte: by the law of misses",
        {"sessions": {**AGAIN, "planned": 60, "attend": 0.55, "closes_weeks": 520}},
        {"sessions": {**AGAIN, "planned": 60, "attend": 0.05, "closes_weeks": 520}},
        [f"{SESSIONS}.rebook"],
    ),
    (
        # All are missed and booked again; apart 28/6 days, the last of 127 after 121.5 intervals
        # more than the first of 6: until week 84.5.
        "appointments that time allows are counted in a byte: by the time until treatment closes",
        {"sessions": {**AGAIN, "attend": 1e-6, "rebook": 1, "closes_weeks": 84}},
        {"sessions": {**AGAIN, "attend": 1e-6, "rebook": 1, "closes_weeks": 86}},
        [f"{SESSIONS}.rebook"],
    ),
    (
        "a patient has one session a working day",
        booked(sessions={"planned": 20, "within_weeks": 4}),
        booked(sessions={"planned": 21, "within_weeks": 4}),
        [f"{SESSIONS}.planned"],
    ),
    (
        "without a diary there is no such limit",
        {"sessions": {"planned": 60, "within_weeks": 1}},
        booked(sessions={"planned": 60, "within_weeks": 1}),
        [f"{SESSIONS}.planned"],
    ),
    (
        # 30 patients x 20 sessions x 2 weeks each.
        "a team is done with the patients within a century",
        booked({**DIARY, "caseload": 1}, {"planned": 1, "within_weeks": 340}),
        booked({"n": 1, "session_minutes": 30, "caseload": 1}, {"planned": 1, "within_weeks": 340}),
        [f"{TEAM}.caseload"],
    ),
    (
        "a queue needs somebody who is waited for",
        booked(**QUEUE),
        {"recruitment": COMING, "sessions": SIX, **QUEUE},
        ["conduct.appointments"],
    ),
    (
        "express has no queue",
        booked(method="clinic", **QUEUE),
        booked(method="express", **QUEUE),
        ["conduct.method"],
    ),
    (
        "therapists of a queue take no leave and are nobody's own",
        booked({**DIARY, "leave_weeks": 5, "icc": 0.05}),
        booked({**DIARY, "leave_weeks": 5, "icc": 0.05}, **QUEUE),
        [f"{TEAM}.leave_weeks", f"{TEAM}.icc"],
    ),
    (
        "clinic may be asked for where nothing needs a calendar",
        {"method": "clinic"},
        {"method": "clinic", **QUEUE},
        ["conduct.appointments"],
    ),
    (
        "a window lets some patients through",
        {"visits": {"after": {"late_days": 10, "window_days": 1}}},
        {"visits": {"after": {"late_days": 10, "window_days": 0.5}}},
        ["conduct.visits.after.window_days"],
    ),
    (
        "nobody is late for baseline, or for a visit that is not there",
        {"visits": {"after": {"late_days": 0, "window_days": 1}}},
        {"visits": {"baseline": {"late_days": 1}, "afetr": {"late_days": 1}, "later": {}}},
        ["conduct.visits.baseline", "conduct.visits.afetr", "conduct.visits.later"],
    ),
    (
        "what takes time to work is planned before a visit",
        {"sessions": {"planned": 1, "within_weeks": 23.9, "weeks_to_work": 2}},
        {"sessions": {"planned": 1, "within_weeks": 24, "weeks_to_work": 2}},
        [f"{SESSIONS}.weeks_to_work"],
    ),
    (
        "a trial is closed after somebody could make each visit",
        {"recruitment": COMING, "last_week": 12.1},
        {"recruitment": COMING, "last_week": 12},
        ["conduct.last_week"],
    ),
    (
        "a trial is closed after it was opened, by patients who come",
        {"recruitment": {**COMING, "until_week": 20}, "last_week": 20},
        {"last_week": 20},
        ["conduct.last_week"],
    ),
    (
        "recruitment ends before the trial is closed",
        {"recruitment": {**COMING, "until_week": 20}, "last_week": 20},
        {"recruitment": {**COMING, "until_week": 21}, "last_week": 20},
        ["conduct.recruitment.until_week"],
    ),
    (
        "a rate goes with a score that is named",
        {"withdrawal": {**BY_SCORE, "severity": 0.3, "latest": 0.3}},
        {"withdrawal": {"per_week": 0.01, "severity": 0.3, "latest": 0.3}},
        ["conduct.withdrawal.severity", "conduct.withdrawal.latest"],
    ),
    (
        "a score that is named goes with the rate, be it by nothing",
        {"withdrawal": {**BY_SCORE, "severity": 0}},
        {"withdrawal": BY_SCORE},
        ["conduct.withdrawal.outcome"],
    ),
    (
        "a rate may be nothing, but is stated",
        {"withdrawal": {"per_week": 0}},
        {"withdrawal": {}},
        ["conduct.withdrawal"],
    ),
    (
        "sessions are what is stopped",
        {"sessions": SIX, "discontinuation": {"per_week": 0.01}},
        {"discontinuation": {"per_week": 0.01}},
        ["conduct.discontinuation"],
    ),
    (
        "arms may change over to one another",
        {"switching": {"control": TO_TREATED, "treated": {**TO_TREATED, "to": "control"}}},
        {"switching": {"control": TO_TREATED, "treated": {**TO_TREATED, "to": "other"}}},
        ["conduct.switching.control.to"],
    ),
    (
        "changing over leads to another arm, before the last visit",
        {"switching": {"control": {**TO_TREATED, "week": 11.9}}},
        {"switching": {"treated": {**TO_TREATED, "week": 12}}},
        ["conduct.switching.treated.to", "conduct.switching.treated.week"],
    ),
    (
        "what is taken stays within the scale, at visits after it begins",
        {"cointerventions": {"pills": {**PILLS, "size": {"score": -7.9, "pain": -99}}}},
        {"cointerventions": {"pills": {**PILLS, "size": {"score": -8.5}, "from_week": 4},
            "gym": {**PILLS, "size": {"score": -9}}}},
        ["conduct.cointerventions.pills.size.score", "conduct.cointerventions.gym.size.score"],
    ),
    (
        "six things may be taken",
        {"cointerventions": {f"pill_{i}": PILLS for i in range(6)}},
        {"cointerventions": {f"pill_{i}": PILLS for i in range(7)}},
        ["conduct.cointerventions"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("right", "refused", "places"), [one[1:] for one in LIMITS],
                         ids=[one[0] for one in LIMITS])  # fmt: skip
def test_each_rule_from_both_sides(right, refused, places):
    assert wrong(right) == []
    assert wrong(refused) == places
