"""How long patients wait where there is too little room, and who is left in the end.

A fluid model: patients come as expected, day by day, and what there is no room for waits its turn.
It leaves chance out: where room is scarce but enough, it says that nobody waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.clock import DAYS_A_WEEK
from trialsim.core.plan import Design
from trialsim.core.recruitment import Recruitment
from trialsim.operating.capacity import Load

LONGEST = 5200 * DAYS_A_WEEK
"""Days after which nothing is looked at."""

NOBODY = 1e-9
"""Expected patients that are none."""


@dataclass(frozen=True)
class Backlog:
    """What waits with one team."""

    for_place: float
    """Weeks that patients wait for a place with a therapist, at worst."""
    for_appointment: float
    """Weeks by which appointments come later than planned, at worst."""
    unplaced: float
    """Share of the appointments that would come after treatment closes."""
    behind: float
    """Share of the patients whose last session comes, because of waiting alone, after the first
    visit planned after it; 0 where there is none."""
    unfinished: float
    """Expected patients enrolled whose course is not over when the trial is closed; 0 where it
    is not."""


def backlog(design: Design, load: Load) -> Backlog:
    """The longest waits with a team, and what is lost."""
    clock, recruitment = design.clock, design.recruitment
    assert clock is not None and recruitment is not None
    coming = arrivals(recruitment, design.n_total)
    coming *= load.patients / (recruitment.per_day * DAYS_A_WEEK)
    starting = _starts(coming, load.places, clock.course)
    late, unplaced = _lateness(starting, load, clock.planned, clock.closes)
    days = np.arange(len(starting))
    last = days + clock.planned[-1]
    over = np.minimum(last + late[last.astype(int)], days + clock.closes)
    came = np.searchsorted(np.cumsum(coming), np.cumsum(starting) - NOBODY)
    visit = min((day for day in design.visits.values() if day > clock.planned[-1]), default=inf)
    behind = starting[(over - came > visit) & (starting > 0)].sum() / starting.sum()
    unfinished = 0.0
    if clock.last_day < inf:
        unfinished = coming[: int(clock.last_day)].sum() - starting[over <= clock.last_day].sum()
    return Backlog(
        float((days - came)[starting > 0].max()) / DAYS_A_WEEK,
        float(late.max()) / DAYS_A_WEEK,
        unplaced,
        float(behind),
        max(0.0, float(unfinished)),
    )


def arrivals(recruitment: Recruitment, n: int) -> FloatArray:
    """Patients expected on each day, to the last of `n` or the end of recruitment."""
    end = LONGEST if recruitment.until is None else min(LONGEST, ceil(recruitment.until))
    days = np.minimum(np.arange(end + 1.0), recruitment.until or inf)
    total = np.minimum(recruitment.expected(days), n)
    return np.diff(total[: np.searchsorted(total, n * (1 - NOBODY)) + 1])


def _starts(coming: FloatArray, places: float, course: float) -> FloatArray:
    """Patients who start treatment on each day: a place is held for a whole course."""
    if places == inf:
        return coming
    starts: list[float] = []
    waiting, free, held = 0.0, places, ceil(course)
    while len(starts) < len(coming) or (waiting > NOBODY and len(starts) < LONGEST):
        day = len(starts)
        free += starts[day - held] if day >= held else 0.0
        waiting += float(coming[day]) if day < len(coming) else 0.0
        now = min(waiting, free)
        waiting, free = waiting - now, free - now
        starts.append(now)
    return np.array(starts)


def _lateness(
    starting: FloatArray, load: Load, planned: tuple[float, ...], closes: float
) -> tuple[FloatArray, float]:
    """Days by which appointments planned for each day come late, and the share of them that
    would come too late."""
    days, n = np.array(planned), len(planned)
    asked = np.zeros((len(starting) + int(days[-1]) + 1, n))
    for s, day in enumerate(days.astype(int)):
        asked[day : day + len(starting), s] = starting * load.each / n
    a_day, queue, lost = load.room / DAYS_A_WEEK, 0.0, 0.0
    late = np.zeros(len(asked))
    for day, sessions in enumerate(asked):
        late[day] = queue / a_day
        in_time = float(sessions[days + late[day] <= closes].sum())
        lost += float(sessions.sum()) - in_time
        queue = max(0.0, queue + in_time - a_day)
    total = float(asked.sum())
    return late, lost / total if total else 0.0
