"""When each visit is made, and by whom."""

from __future__ import annotations

import numpy as np

from trialsim.conduct.express.arrays import every
from trialsim.conduct.tables import Tables
from trialsim.core.axes import BoolArray, FloatArray


def visited(
    tables: Tables, left_on: FloatArray | None
) -> tuple[dict[str, FloatArray], dict[str, BoolArray]]:
    """By visit: the day (p, r) on which it is made, or would be; and whether it is."""
    clock, enrolled = tables.clock, tables.enrolled.T
    everybody = bool(enrolled.all())
    who = None if everybody else enrolled
    entered = (
        tables.enrolled_on.T if everybody else np.where(enrolled, tables.enrolled_on.T, np.inf)
    )
    visit_on, made = {}, {}
    for visit, day in tables.visits.items():
        late = tables.late(visit)
        on = entered + day if day else entered
        if late is not None:
            on = on + late.T
        visit_on[visit] = on
        if not day:
            made[visit] = enrolled
            continue
        window = None
        if late is not None and np.isfinite(clock.lateness[visit].window):
            window = clock.lateness[visit].window >= late.T
        there = every(
            who,
            window,
            None if left_on is None else left_on > on,
            on <= clock.last_day if np.isfinite(clock.last_day) else None,
        )
        made[visit] = enrolled if there is None else there
    return visit_on, made
