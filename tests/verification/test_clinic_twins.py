"""The clinic and its vectorised twin agree event by event on random clinics.

They were written apart, from one specification, and share tables and records and not one function.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from math import inf
from typing import Any

import numpy as np
import pytest

from trialsim.conduct.clinic.clinic import clinic
from trialsim.conduct.clinic.diary import TherapistsDiary
from trialsim.conduct.clinic.patient import Patient
from trialsim.conduct.express.express import express
from trialsim.conduct.tables import Tables
from trialsim.core.clock import Clock
from trialsim.core.records import Course
from verification.random_clinics import random_clinic

CLINICS, SEED = 400, 5
SAME_DAY = 1e-9
"""Days within which two times are the same; counts and masks are the same exactly."""


def clinics() -> Iterator[Tables]:
    """The random clinics of these tests."""
    rng = np.random.default_rng(SEED)
    return (random_clinic(rng, seed) for seed in range(CLINICS))


def differences(one: Course, other: Course) -> list[str]:
    """Fields in which two courses differ; empty where they are the same."""
    return [
        field.name
        for field in fields(Course)
        if not same(getattr(one, field.name), getattr(other, field.name))
    ]


def same(one: Any, other: Any) -> bool:
    """Whether a field of two courses says the same."""
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype != np.float64:
        return np.array_equal(one, other)
    return np.allclose(one, other, rtol=0, atol=SAME_DAY)


@pytest.fixture(scope="module")
def pairs_fixture() -> list[tuple[Tables, Course, Course]]:
    """Every random clinic, as the reference and as its twin have it."""
    return [(tables, clinic(tables), express(tables)) for tables in clinics()]


def test_the_twins_agree_event_by_event(pairs_fixture):
    """Every time to 1e-9 days, every count and mask exactly, in all fields, on 400 clinics."""
    found = {
        number: unlike
        for number, (_, one, other) in enumerate(pairs_fixture)
        if (unlike := differences(one, other))
    }
    assert not found, f"{len(found)} clinics differ, by number: {found}"


def test_much_happens_in_the_random_clinics(pairs_fixture):
    """The test above would be blind to what never happens."""
    n: Counter[str] = Counter()
    for tables, course, _ in pairs_fixture:
        enrolled, started = tables.enrolled, course.started_on
        held = np.stack(course.held_on)  # (s, r, p)
        planned = np.array(tables.clock.planned)
        wanted = started + planned[:, None, None]
        was_held = np.isfinite(held)
        n["not enrolled"] += np.sum(~enrolled)
        n["waited for a place"] += np.sum(enrolled & (started > course.enrolled_on))
        n["sessions held"] += np.sum(was_held)
        n["delayed by a day and more"] += np.sum(held[was_held] > wanted[was_held] + 1.5)
        n["rebooked"] += np.sum(course.appointments > len(planned))
        n["without an appointment"] += np.sum(course.unplaced)
        n["stopped"] += np.sum(np.isfinite(course.stopped_on))
        n["left"] += np.sum(np.isfinite(course.left_on))
        n["visits not made"] += sum(np.sum(enrolled & ~made) for made in course.made.values())
        treated = [tables.therapist[team] >= 0 for team in tables.teams]
        n["without a diary"] += np.sum(enrolled & ~np.any(treated, axis=0))
        n["clinics of several teams"] += len(tables.teams) > 1
        n["clinics of a team for all"] += any(len(one.arms) > 1 for one in tables.teams.values())
        n["clinics in a second year"] += bool(np.any(held[was_held] > 364))
        n["clinics of many at once"] += bool(np.any(np.diff(course.enrolled_on, axis=1) == 0))
    assert len(n) == 14
    assert min(n.values()) >= 40, n
    assert n["sessions held"] > 10_000


def without(feature: str, tables: Tables) -> Tables:
    """The same clinic without one of the things that make it more than a list of days."""
    clock = tables.clock
    if feature == "attendance":
        return replace(tables, sessions=None)

    def diaries(**changes: float) -> Clock:
        changed = {team: replace(diary, **changes) for team, diary in clock.diaries.items()}
        return replace(clock, diaries=changed)

    def hazards(**changes: float) -> Clock:
        stopping, leaving = (hazard and replace(hazard, **changes) for hazard in clock.hazards)
        return replace(clock, stopping=stopping, leaving=leaving)

    changed = {
        "leave": lambda: diaries(leave_weeks=0),
        "caseloads": lambda: diaries(caseload=0),
        "full days": lambda: diaries(minutes=0.5),
        "free weekdays": lambda: diaries(days_a_week=7),
        "closing": lambda: replace(clock, closes=1000.0),
        "a last day": lambda: replace(clock, last_day=inf),
        "rebooking": lambda: replace(clock, rebook=0.0),
        "lateness": lambda: replace(clock, lateness={}),
        "stopping": lambda: replace(clock, stopping=None),
        "leaving": lambda: replace(clock, leaving=None),
        "severity": lambda: hazards(severity=0.0),
        "latest scores": lambda: hazards(latest=0.0),
        "time to work": lambda: replace(clock, to_work=0.0),
    }[feature]()
    return replace(tables, clock=changed)


@pytest.mark.parametrize(
    "feature",
    [
        *("leave", "caseloads", "full days", "free weekdays", "attendance", "rebooking"),
        *("closing", "a last day", "lateness", "stopping", "leaving"),
        *("severity", "latest scores", "time to work"),
    ],
)
def test_every_feature_matters_in_some_clinics(pairs_fixture, feature):
    """Left out, it changes what happens in at least five of a hundred clinics."""
    changed = [
        bool(differences(course, clinic(without(feature, tables))))
        for tables, course, _ in pairs_fixture[:100]
    ]
    assert sum(changed) >= 5


LEAVE_OF = TherapistsDiary._leave_of


def one_too_many(diary: TherapistsDiary, day: int) -> bool:
    """A full day takes one more."""
    return diary.works_on(day) and diary._booked[day] <= diary._per_day


def back_late(diary: TherapistsDiary, year: int) -> range:
    """Leave is a day longer."""
    leave = LEAVE_OF(diary, year)
    return range(leave.start, leave.stop + 1) if leave else leave


def home_on_last_day(patient: Patient, now: float, last_day: float) -> bool:
    """Nobody is treated at the very end of the trial."""
    return now < last_day and now < patient.stopped_on and now < patient.left_on


@pytest.mark.parametrize(
    ("whose", "what", "mistake"),
    [
        (TherapistsDiary, "has_room_on", one_too_many),
        (TherapistsDiary, "_leave_of", back_late),
        (Patient, "is_in_treatment", home_on_last_day),
    ],
)
def test_a_mistake_in_one_twin_is_seen(pairs_fixture, monkeypatch, whose, what, mistake):
    """A clinic with a mistake made on purpose differs from the twin without it."""
    monkeypatch.setattr(whose, what, mistake)
    assert any(differences(clinic(tables), course) for tables, _, course in pairs_fixture)
