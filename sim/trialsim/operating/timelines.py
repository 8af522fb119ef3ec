"""What happened to each patient of one trial, and on which day: an event a row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.core.plan import Design
from trialsim.core.records import TrialData
from trialsim.operating.flow_counts import seen_at
from trialsim.operating.whereabouts import arms_with_sessions, has_left, has_stopped

ENROLLED = "enrolled"
SESSION, MISSED_SESSION = "session", "session missed"
VISIT, MISSED_VISIT = "visit", "visit missed"
STOPPED, LEFT = "stopped treatment", "left the trial"

Happened = tuple[str, str, BoolArray, FloatArray]
"""Event, what it is of, to whom it happened (p,), and on which day (p,)."""


def timelines(design: Design, data: TrialData, replicate: int) -> pd.DataFrame:
    """Columns patient (counted from 1), arm, event, of (the session, counted from 1, or the
    visit), day since the opening of the trial; in order of enrolment and of time.

    Sessions missed stand on the day planned for them, visits missed on the day when due, as far
    as the patient was still treated, and in the trial.
    """
    names = np.array(data.arms, dtype=object)
    parts = [
        pd.DataFrame(
            {
                "patient": np.flatnonzero(who) + 1,
                "arm": names[data.arm[replicate, who]],
                "event": event,
                "of": of,
                "day": day[who],
            }
        )
        for event, of, who, day in _events(design, data, replicate)
    ]
    together = pd.concat(parts, ignore_index=True)
    return together.sort_values(["patient", "day"], kind="stable", ignore_index=True)


def _events(design: Design, data: TrialData, row: int) -> Iterator[Happened]:
    course, clock = data.course, design.clock
    if course is None or clock is None:
        raise ValueError("this trial has no calendar")
    there = data.enrolled[row]
    came, left = course.enrolled_on[row], course.left_on[row]
    gone = np.minimum(left, clock.last_day)
    yield ENROLLED, "", there, came
    names = list(design.arms)
    treated = there & np.isin(data.arm[row], [names.index(a) for a in arms_with_sessions(design)])
    until = np.minimum(gone, course.stopped_on[row])
    for s, (planned, session) in enumerate(zip(clock.planned, course.held_on, strict=True)):
        held, due = np.isfinite(session[row]), course.started_on[row] + planned
        yield SESSION, str(s + 1), treated & held, session[row]
        yield MISSED_SESSION, str(s + 1), treated & ~held & (due < until), due
    for visit, mask in seen_at(data).items():
        seen, made = mask[row], course.made[visit][row]
        on, due = course.visit_on[visit][row], came + design.visits[visit]
        yield VISIT, visit, there & seen, on
        day: NDArray[np.float64] = np.where(made, on, due)
        yield MISSED_VISIT, visit, there & ~seen & (day < gone), day
    if clock.stopping is not None:
        stopped = has_stopped(clock, course)[row] & treated
        yield STOPPED, "", stopped, course.stopped_on[row]
    if clock.leaving is not None:
        yield LEFT, "", there & has_left(clock, course)[row], left
