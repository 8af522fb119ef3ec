"""The story of a follow-up: stopping treatment, leaving the trial, and coming to visits."""

from __future__ import annotations

from math import exp, floor, inf

from trialsim.conduct.clinic.calendar import AFTER_ALL
from trialsim.conduct.clinic.patient import Patient, Story
from trialsim.conduct.clinic.site import Site
from trialsim.core.clock import Hazard

LARGEST_EXPONENT = 700.0
"""Beyond it exp overflows; nobody can tell such a rate from at once."""


def follow_up(site: Site, patient: Patient) -> Story:
    """From visit to visit: who stops treatment, who leaves the trial, which visits are made."""
    days = list(site.visits.values())
    for k in range(len(days) - 1):
        begins, ends = patient.enrolled_on + days[k], patient.enrolled_on + days[k + 1]
        yield site.calendar.on(begins, AFTER_ALL)
        if patient.stopped_on == inf:
            event = end_of_patience(site, patient, "stopping", site.clock.stopping, k)
            patient.stopped_on = event if event < ends else inf
        if patient.left_on == inf:
            event = end_of_patience(site, patient, "leaving", site.clock.leaving, k)
            patient.left_on = event if event < ends else inf
    # Nobody leaves after the last visit: all is known, also of visits that are late.
    for v, visit in enumerate(site.visits):
        patient.visit_on[v], patient.made[v] = visited(site, patient, visit)


def end_of_patience(
    site: Site, patient: Patient, what: str, hazard: Hazard | None, interval: int
) -> float:
    """When the hazard has added up to the patient's patience, if it went on as it begins."""
    rate = 0.0 if hazard is None else daily_rate(site, patient, hazard, interval)
    if rate == 0:
        return inf
    begins = patient.enrolled_on + list(site.visits.values())[interval]
    return begins + site.pages.patience(patient.index, what, interval) / rate


def daily_rate(site: Site, patient: Patient, hazard: Hazard, interval: int) -> float:
    """The rate a day of what the hazard describes, in the interval after a visit."""
    rate = hazard.per_day[patient.arm]
    if not hazard.outcome or not rate:
        return rate
    worse = hazard.severity * site.pages.badness(patient.index, hazard, 0, 0)
    if hazard.latest:
        level = treatment_had(site, patient, interval) if interval else 0
        worse += hazard.latest * site.pages.badness(patient.index, hazard, interval, level)
    return rate * exp(min(worse, LARGEST_EXPONENT))


def treatment_had(site: Site, patient: Patient, interval: int) -> int:
    """Sessions held by the planned day of a visit, or hundredths of their effect where it takes
    time."""
    day = list(site.visits.values())[interval]
    now, to_work = patient.enrolled_on + day, site.clock.to_work
    if not to_work:
        return sum(held <= now for held in patient.held_on)
    had = sum(clipped((now - held) / to_work) for held in patient.held_on)
    due = sum(clipped((day - planned) / to_work) for planned in site.clock.planned)
    return min(100, floor(100 * had / due + 0.5)) if due else 0


def clipped(share: float) -> float:
    """A share no less than 0 and no more than 1."""
    return min(1.0, max(0.0, share))


def visited(site: Site, patient: Patient, visit: str) -> tuple[float, bool]:
    """The day of a visit, and whether it was made: the first, on enrolment, always is."""
    clock, day = site.clock, site.visits[visit]
    late = site.pages.late(patient.index, visit)
    time = patient.enrolled_on + day + late
    window = clock.lateness[visit].window if visit in clock.lateness else inf
    return time, day == 0 or (late <= window and time <= clock.last_day and time < patient.left_on)
