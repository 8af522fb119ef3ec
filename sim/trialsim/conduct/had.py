"""What patients have had of their treatment by a day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialsim.core.axes import Levels, Plane
from trialsim.core.records import Course
from trialsim.core.sessions import HUNDREDTHS


def had_by(
    course: Course, day: Plane, on_time: Sequence[float], due_on: float, to_work: float
) -> tuple[Levels, int]:
    """Level (r, p) on a day of the calendar (r, p), and the level of those who were on time.

    Sessions held by then; or hundredths of what the sessions `on_time`, planned for these days,
    have done by the day on which the visit is due, where a session takes `to_work` days to work.
    """
    if not to_work:
        held = np.zeros(day.shape, dtype=np.int8, order="F")
        for session in course.held_on:
            held += session <= day
        return np.minimum(held, len(on_time)).astype(np.int8), len(on_time)
    done = np.zeros(day.shape, order="F")
    for session in course.held_on:
        had = (session <= day) & np.isfinite(session)  # those who never enrol have no days at all
        since = np.subtract(day, session, out=np.zeros(day.shape, order="F"), where=had)
        done += np.minimum(since / to_work, 1.0)
    due = sum(min(1.0, (due_on - planned) / to_work) for planned in on_time)
    level = np.floor(HUNDREDTHS * done / due + 0.5)
    return np.minimum(level, HUNDREDTHS).astype(np.int8), HUNDREDTHS
