"""The books of many trials as one record of planes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from trialsim.conduct.clinic.patient import Patient
from trialsim.conduct.clinic.team import TeamAtWork
from trialsim.conduct.tables import Tables
from trialsim.core.axes import FloatArray
from trialsim.core.records import Course

if TYPE_CHECKING:
    from trialsim.conduct.clinic.clinic import Trial

MOST = int(np.iinfo(np.int8).max)
"""The most that a count of levels can hold."""


def as_course(tables: Tables, trials: Sequence[Trial]) -> Course:
    """What happened in every trial, one a row."""

    def gathered(of: Callable[[Patient], object], kind: DTypeLike) -> NDArray[Any]:  # (r, p, ...)
        rows = [[of(patient) for patient in trial.patients] for trial in trials]
        return np.array(rows, dtype=kind, order="F")

    held_on = gathered(lambda one: one.held_on, float)  # (r, p, s)
    waited = gathered(lambda one: one.waited, float)
    visit_on = gathered(lambda one: one.visit_on, float)  # (r, p, v)
    made = gathered(lambda one: one.made, bool)
    return Course(
        enrolled_on=tables.enrolled_on,
        started_on=gathered(lambda one: one.started_on, float),
        held_on=tuple(held_on[:, :, s] for s in range(held_on.shape[2])),
        appointments=gathered(lambda one: min(one.appointments, MOST), np.int8),
        unplaced=gathered(lambda one: min(one.unplaced, MOST), np.int8),
        waited=tuple(waited[:, :, s] for s in range(waited.shape[2])),
        visit_on={visit: visit_on[:, :, v] for v, visit in enumerate(tables.visits)},
        made={visit: made[:, :, v] for v, visit in enumerate(tables.visits)},
        stopped_on=gathered(lambda one: one.stopped_on, float),
        left_on=gathered(lambda one: one.left_on, float),
        booked={team: by_trial(trials, team, TeamAtWork.booked) for team in tables.teams},
        offered={team: by_trial(trials, team, TeamAtWork.offered) for team in tables.teams},
    )


def by_trial(trials: Sequence[Trial], team: str, of: Callable[[TeamAtWork], float]) -> FloatArray:
    """A number of a team (r,)."""
    return np.array([of(trial.teams[team]) for trial in trials])
