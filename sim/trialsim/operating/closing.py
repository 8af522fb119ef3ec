"""The last day of a trial, and who has not seen all of it by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np
from scipy import special

from trialsim.core.clock import Clock
from trialsim.core.plan import Design


@dataclass(frozen=True)
class Closing:
    """When a trial is over at the latest, and what is lost by then."""

    last_day: float
    """Day after which nothing can happen; infinite where no such day is certain."""
    why: str
    """What could go on for ever, where it is infinite."""
    not_enrolled: float
    """Expected number of the planned patients who have not come when recruitment ends; 0 where it
    waits for the last."""
    not_reached: Mapping[str, float]
    """By visit: expected patients enrolled whose day of it is not reached when the trial is
    closed; only where some are."""


def closing(design: Design) -> Closing:
    """The last possible day; expected numbers are exact for a Poisson process, with nobody late."""
    clock, recruitment = design.clock, design.recruitment
    closed = inf if clock is None else clock.last_day
    end = inf if recruitment is None or recruitment.until is None else recruitment.until
    last, why = inf, "recruitment waits for the last patient"
    if end < inf:
        follow_up, why = _longest_stay(design, clock)
        last = end + follow_up
    missing, unreached = 0.0, {}
    if recruitment is not None and end < inf:

        def enrolled(day: float) -> float:
            mean = float(recruitment.expected(np.array([max(0.0, min(day, end))]))[0])
            return float(special.pdtrc(np.arange(design.n_total), mean).sum())

        here = enrolled(end)
        missing = design.n_total - here
        left = {visit: here - enrolled(closed - day) for visit, day in design.visits.items()}
        unreached = {visit: n for visit, n in left.items() if n > 0 and closed < inf}
    last = min(last, closed)
    return Closing(last, why if last == inf else "", missing, unreached)


def _longest_stay(design: Design, clock: Clock | None) -> tuple[float, str]:
    """Days from enrolment to the last thing that can happen to a patient."""
    days = [0.0, *design.visits.values()]
    if clock is None:
        return max(days), ""
    for visit, late in clock.lateness.items():
        if late.mean:
            days.append(design.visits[visit] + late.window)
    if max(days) == inf:
        return inf, "late visits have no window"
    if clock.planned:
        days.append(clock.closes if clock.diaries or clock.rebook else clock.planned[-1])
    waits_in_a_room = bool(clock.diaries) and clock.appointments == "queue"
    if max(days) == inf or waits_in_a_room:
        return inf, "sessions wait for room, however late"
    if any(diary.caseload for diary in clock.diaries.values()):
        return inf, "patients wait for a place with a therapist, however long"
    return max(days), ""
