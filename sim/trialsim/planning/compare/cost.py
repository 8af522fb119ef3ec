"""What a design takes: patients, weeks of calendar time, hours of therapists.

Designs trade these for power. Nobody has said what one is worth in terms of another, so they are
never added up; a design is called dominated only by one that is no dearer in the same currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialsim.cohort.recruit import days
from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.draws import Draws
from trialsim.core.plan import Design
from trialsim.core.recruitment import Recruitment
from trialsim.scenario.keys.conduct import Conduct

DAYS_A_WEEK = 7

PATIENTS, WEEKS, HOURS = "patients", "weeks", "therapist_hours"

QUANTITIES = {
    PATIENTS: "patients enrolled",
    WEEKS: "weeks from opening to the last visit",
    HOURS: "hours of therapists",
}
"""What designs are paid with, in words."""


@dataclass(frozen=True)
class Cost:
    """What one design takes, an element (r,) a simulated trial."""

    patients: FloatArray
    """Patients enrolled."""
    weeks: FloatArray | None
    """Weeks from the opening of the trial to its last visit; None where the scenario says nothing
    of recruitment."""
    therapist_hours: FloatArray | None
    """Hours of treatment that its patients are expected to attend; None where the scenario plans
    no sessions."""

    def of(self, quantity: str) -> FloatArray | None:
        """One of `QUANTITIES`, or None where the scenario does not say."""
        found: FloatArray | None = getattr(self, quantity)
        return found


def costs(
    designs: Sequence[tuple[Design, Conduct]],
    seed: int,
    replicates: int,
    hours_per_session: float = 1.0,
) -> list[Cost]:
    """What each design takes, with the conduct that was written for it.

    Trials are paired: replicate r of every design is opened to the same stream of patients.
    """
    calendars = _calendars([design for design, _ in designs], seed, replicates)
    found = []
    for (design, conduct), (enrolled, last_day) in zip(designs, calendars, strict=True):
        follow_up = max(design.visits.values())
        weeks = None if last_day is None else (last_day + follow_up) / DAYS_A_WEEK
        hours = hours_a_patient(design, conduct, hours_per_session)
        found.append(Cost(enrolled, weeks, None if hours is None else enrolled * hours))
    return found


def hours_a_patient(design: Design, conduct: Conduct, hours_per_session: float) -> float | None:
    """Hours of treatment that the average patient of the trial attends, the untreated included.

    Treated are the arms that have therapists; where none are written, all but the comparator. A
    session takes as long as its therapists' `session_minutes` says, else `hours_per_session`.
    Patients attend as `sessions` states: what leaving, rebooking and full diaries change is not
    counted, and attendance that goes with the baseline score is that of an average score.
    """
    sessions = conduct.sessions
    if sessions is None:
        return None
    length = dict.fromkeys(list(design.arms)[1:], hours_per_session)
    if conduct.therapists:
        length = {
            arm: hours_per_session if team.session_minutes is None else team.session_minutes / 60
            for name, team in conduct.therapists.items()
            for arm in (name, *team.also)
        }
    per_session = sum(n * length.get(arm, 0.0) for arm, n in design.arms.items()) / design.n_total
    return per_session * sessions.planned * sessions.attend * (1 - sessions.never)


def _calendars(
    designs: Sequence[Design], seed: int, replicates: int
) -> list[tuple[FloatArray, FloatArray | None]]:
    """Patients enrolled (r,) and the day (r,) on which the last is in, or recruitment ends."""
    largest: dict[Recruitment, int] = {}
    for design in designs:
        if design.recruitment is not None:
            n = max(design.n_total, largest.get(design.recruitment, 0))
            largest[design.recruitment] = n
    parts: list[list[tuple[FloatArray, FloatArray]]] = [[] for _ in designs]
    for batch in range(-(-replicates // REPLICATES_PER_BATCH) if largest else 0):
        draws = Draws(seed, batch)
        came = {one: days(draws, one, n) for one, n in largest.items()}  # prefix-stable
        for part, design in zip(parts, designs, strict=True):
            if design.recruitment is not None:
                part.append(_end(came[design.recruitment][:, : design.n_total], design))
    whole: list[tuple[FloatArray, FloatArray | None]] = []
    for part, design in zip(parts, designs, strict=True):
        if not part:
            whole.append((np.full(replicates, float(design.n_total)), None))
            continue
        enrolled, last = (np.concatenate(column)[:replicates] for column in zip(*part, strict=True))
        whole.append((enrolled, last))
    return whole


def _end(day: FloatArray, design: Design) -> tuple[FloatArray, FloatArray]:
    """Patients enrolled and the last day, of one batch."""
    assert design.recruitment is not None
    until, n = design.recruitment.until, design.n_total
    if until is None:
        return np.full(len(day), float(n)), day[:, -1]
    enrolled = np.count_nonzero(day < until, axis=1).astype(np.float64)
    return enrolled, np.where(enrolled == n, day[:, -1], until)
