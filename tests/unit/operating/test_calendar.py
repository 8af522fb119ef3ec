"""Weeks to the last patient and the last visit, with a calendar and without; who is where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from trialsim.core.clock import Lateness
from trialsim.operating.calendar import calendar
from trialsim.operating.patients_by_week import (
    COMPLETE,
    FOLLOWED,
    LOST,
    RECRUITED,
    TREATED,
    WAITING,
    whereabouts,
)
from trialsim.operating.timelines import timelines
from unit.operating.hand_made import data, design, followed
from unit.small_trial import BASE, Written, loaded

RECRUITING: Written = {
    **BASE,
    "observation": {},
    "conduct": {"recruitment": {"per_week": 4, "consent": 0.5}},
}


def changed(**conduct: object) -> Written:
    return {**RECRUITING, "conduct": {**RECRUITING["conduct"], **conduct}}


def test_a_calendar_on_which_nothing_happens_takes_as_long_as_none():
    without = calendar(loaded(RECRUITING).plan, 512)
    with_one = calendar(loaded(changed(method="express")).plan, 512)
    assert [row.what for row in with_one] == [row.what for row in without]
    for a, b in zip(with_one, without, strict=True):
        assert (a.mean, a.mcse, a.low, a.high) == pytest.approx((b.mean, b.mcse, b.low, b.high))


def test_lateness_prolongs_the_trial_and_its_closing_ends_it():
    plain = {row.what: row.mean for row in calendar(loaded(RECRUITING).plan, 256)}
    late = changed(visits={"later": {"late_days": 14}})
    found = {row.what: row.mean for row in calendar(loaded(late).plan, 256)}
    assert found["weeks to the last patient"] == pytest.approx(plain["weeks to the last patient"])
    assert found["weeks to the last visit"] > plain["weeks to the last visit"] + 2
    short = calendar(loaded(changed(last_week=29)).plan, 256)
    (over,) = [row for row in short if row.what == "weeks to the last visit"]
    assert over.high == over.mean == pytest.approx(29), "40 patients take ten weeks, and 26 more"


def test_where_patients_are_by_hand():
    """Days 0 to 84, a count each day: see the story of the first trial."""
    found = whereabouts([followed()], 85)
    assert found.weeks[-1] == 12
    at = {place: counts[0] for place, counts in found.counts.items()}
    assert at[RECRUITED][[0, 6, 7, 14, 34, 35, 84]].tolist() == [1, 1, 2, 3, 3, 4, 4]
    assert at[WAITING][[6, 7, 9, 10]].tolist() == [0, 1, 1, 0]
    assert at[TREATED][[9, 10, 17, 18, 34, 35, 46, 47]].tolist() == [0, 1, 1, 0, 0, 1, 1, 0]
    assert at[LOST][[29, 30, 84]].tolist() == [0, 1, 1]
    assert at[COMPLETE][[55, 56, 62, 63, 84]].tolist() == [0, 1, 1, 2, 2]
    assert at[FOLLOWED][84] == 1, "one has a visit to come"
    places = sum(at[place] for place in (WAITING, TREATED, FOLLOWED, LOST, COMPLETE))
    assert np.array_equal(places, at[RECRUITED])
    assert found.counts[COMPLETE][1, -1] == 3


def test_places_nobody_is_in_are_left_out():
    one = followed()
    begun = np.where(one.enrolled, one.course.enrolled_on, np.inf)
    at_once = replace(one, course=replace(one.course, started_on=begun))
    assert WAITING not in whereabouts([at_once], 20).counts


def test_timelines_by_hand():
    frame = timelines(design(), data(), 0)
    by_patient = {
        patient: list(zip(own["event"], own["of"], own["day"], strict=True))
        for patient, own in frame.groupby("patient")
    }
    assert by_patient[2] == [
        ("enrolled", "", 7),
        ("visit", "baseline", 7),
        ("session", "1", 14.5),
        ("stopped treatment", "", 18),
        ("visit", "after", 36),
        ("visit", "later", 63),
    ]
    assert by_patient[3] == [
        ("enrolled", "", 14),
        ("visit", "baseline", 14),
        ("left the trial", "", 30),
    ]
    assert by_patient[4] == [
        ("enrolled", "", 35),
        ("visit", "baseline", 35),
        ("session missed", "1", 38.5),
        ("session", "2", 46.5),
        ("visit missed", "after", 63),
    ]
    assert "session" not in {event for event, *_ in by_patient[1]}, "the control has none"
    assert set(timelines(design(), data(), 1)["patient"]) == {1, 2, 3}


def test_whoever_misses_the_last_visit_is_lost_when_its_window_is_over():
    """Patient 2, due on day 63, comes on day 71 to a visit with a window of 6 days."""
    one = followed()
    clock = one.design.clock
    assert clock is not None
    lateness = {**clock.lateness, "later": Lateness(2.0, 6.0)}
    visit_on, made = one.course.visit_on["later"].copy(), one.course.made["later"].copy()
    visit_on[0, 1], made[0, 1] = 71, False
    late = replace(
        one,
        design=replace(one.design, clock=replace(clock, lateness=lateness)),
        course=replace(
            one.course,
            visit_on={**one.course.visit_on, "later": visit_on},
            made={**one.course.made, "later": made},
        ),
    )
    lost = whereabouts([late], 85).counts[LOST][0]
    assert lost[[68, 69]].tolist() == [1, 2]
