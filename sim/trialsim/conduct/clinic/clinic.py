"""Trials played on a calendar, patient by patient: slow, and meant to be read and believed.

It draws nothing: whatever chance decides stands in the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from trialsim.conduct.clinic.books import as_course
from trialsim.conduct.clinic.calendar import Calendar
from trialsim.conduct.clinic.follow_up import follow_up
from trialsim.conduct.clinic.pages import Kept, Pages
from trialsim.conduct.clinic.patient import Patient
from trialsim.conduct.clinic.site import Site
from trialsim.conduct.clinic.team import TeamAtWork, Therapist, at_work
from trialsim.conduct.clinic.treatment import treatment
from trialsim.conduct.tables import Tables
from trialsim.core.clock import Clock
from trialsim.core.errors import RunError
from trialsim.core.records import Course


@dataclass(frozen=True)
class Trial:
    """What the books say when the last patient has gone."""

    patients: list[Patient]
    """In order of enrolment; those not enrolled have nothing in them."""
    teams: Mapping[str, TeamAtWork]


def clinic(tables: Tables) -> Course:
    """Every trial of the batch, one after another."""
    kept: Kept = {}
    trials = [one_trial(tables, row, kept) for row in range(tables.arm.shape[0])]
    return as_course(tables, trials)


def one_trial(tables: Tables, row: int, kept: Kept | None = None) -> Trial:
    """One trial of the batch, from opening to the last visit of the last patient.

    `kept` holds the pages that other trials of the batch have turned.
    """
    _refuse_what_never_ends(tables.clock)
    calendar, pages = Calendar(), Pages(tables, row, {} if kept is None else kept)
    teams = {
        name: at_work(calendar, tables.clock, pages, name, team.n)
        for name, team in tables.teams.items()
    }
    here = Site(calendar, tables.clock, tables.visits, pages, teams)
    patients = _patients(tables, row, teams)
    for patient, enrolled in zip(patients, tables.enrolled[row].tolist(), strict=True):
        if enrolled:
            calendar.process(treatment(here, patient))
            calendar.process(follow_up(here, patient))
    calendar.run()
    return Trial(patients, teams)


def _patients(tables: Tables, row: int, teams: Mapping[str, TeamAtWork]) -> list[Patient]:
    seen_by: list[Therapist | None] = [None] * tables.n
    for name, team in teams.items():
        for index, number in enumerate(tables.therapist[name][row].tolist()):
            if number >= 0:
                seen_by[index] = team.therapists[number]
    arms, days = tables.arm[row].tolist(), tables.enrolled_on[row].tolist()
    n_sessions, n_visits = len(tables.clock.planned), len(tables.visits)
    return [
        Patient(
            index,
            arm,
            enrolled_on,
            therapist,
            held_on=[inf] * n_sessions,
            waited=[0.0] * n_sessions,
            visit_on=[inf] * n_visits,
            made=[False] * n_visits,
        )
        for index, (arm, enrolled_on, therapist) in enumerate(zip(arms, days, seen_by, strict=True))
    ]


def _refuse_what_never_ends(clock: Clock) -> None:
    """A scenario that says such things is refused earlier; tables made by hand are not."""
    if clock.rebook and not (clock.closes < inf and clock.course > 0):
        raise RunError(
            "missed sessions are booked again and again: "
            "treatment needs a course of some days, and a day on which it closes"
        )
    for team, diary in clock.diaries.items():
        if diary.days_a_week < 1 or diary.hours <= 0:
            raise RunError(f"the therapists of {team!r} never work")
        if clock.appointments == "diary" and diary.per_day < 1:
            raise RunError(f"a working day of {team!r} has no room for a session")
