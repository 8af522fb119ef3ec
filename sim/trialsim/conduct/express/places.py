"""When a therapist has a place for each patient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trialsim.conduct.tables import Tables
from trialsim.core.axes import FloatArray


def started_on(tables: Tables) -> FloatArray:
    """Day (p, r) on which treatment begins; infinite for those who are not enrolled."""
    enrolled = tables.enrolled.T
    start = tables.enrolled_on.T
    if not enrolled.all():
        start = np.where(enrolled, start, np.inf)
    for team, diary in tables.clock.diaries.items():
        if diary.caseload:
            who = np.where(enrolled, tables.therapist[team].T, -1)
            course = tables.clock.course
            start = _in_line(start, who, tables.teams[team].n, diary.caseload, course)
    return start


def _in_line(
    start: FloatArray, who: NDArray[np.signedinteger], n: int, places: int, course: float
) -> FloatArray:
    """Starts when each therapist holds so many places, each for as long as a course.

    All hold their places equally long, so they leave in the order in which they came: a
    therapist's j-th patient starts when the (j - places)-th has left, or on enrolment if later.
    """
    rank = np.zeros(who.shape, dtype=np.intp)
    for therapist in range(n):
        own = who == therapist
        rank += own * np.cumsum(own, axis=0)
    here = np.nonzero(rank)
    line = (rank[here] - 1, who[here], here[1])
    longest = int(rank.max(initial=0))
    queue = np.full((longest, n, who.shape[1]), np.inf)
    queue[line] = start[here]
    for j in range(places, longest, places):
        now = queue[j : j + places]
        np.maximum(now, queue[j - places : j][: len(now)] + course, out=now)
    start = start.copy()
    start[here] = queue[line]
    return start
