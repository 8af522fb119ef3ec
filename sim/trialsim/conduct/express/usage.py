"""How full the diaries were."""

from __future__ import annotations

import numpy as np

from trialsim.conduct.express.attended import Attended
from trialsim.conduct.express.patients import Patients
from trialsim.conduct.tables import Tables
from trialsim.core.axes import FloatArray
from trialsim.core.clock import DAYS_A_WEEK, WEEKS_A_YEAR, Diary

ByTeam = dict[str, FloatArray]


def booked_and_offered(
    tables: Tables, patients: Patients, attended: Attended
) -> tuple[ByTeam, ByTeam]:
    """By team (r,): appointments made, and how many there was room for by the day of the last."""
    booked, offered = {}, {}
    for team, diary in tables.clock.diaries.items():
        if patients.diaries is None:
            booked[team] = offered[team] = np.zeros(patients.start.shape[1])
            continue
        own = tables.therapist[team].T >= 0
        if patients.enrolled is not None:
            own = own & patients.enrolled
        made = (attended.appointments * own).sum(axis=0, dtype=np.int32)
        booked[team] = made.astype(np.float64)
        last = np.where(made > 0, (attended.latest * own).max(axis=0), -1.0)
        end = np.floor(last) + 1  # the first day that is not counted
        n = tables.teams[team].n
        worked = n * _working_days(diary, end)
        if diary.leave_weeks:
            for year in range(int(end.max() // (WEEKS_A_YEAR * DAYS_A_WEEK)) + 1):
                first = tables.away_from(team, year)
                assert first is not None
                until = np.minimum(first + diary.leave_weeks * DAYS_A_WEEK, end[:, None])
                away = _working_days(diary, until) - _working_days(diary, first)
                worked -= np.maximum(0, away).sum(axis=1)
        offered[team] = diary.per_day * worked
    return booked, offered


def _working_days(diary: Diary, end: FloatArray) -> FloatArray:
    """Days of work before a day."""
    weeks, rest = np.divmod(end, DAYS_A_WEEK)
    return weeks * diary.days_a_week + np.minimum(rest, diary.days_a_week)
