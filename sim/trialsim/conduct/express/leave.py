"""Weeks in which therapists are away."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from trialsim.conduct.express.arrays import Days, Index
from trialsim.conduct.tables import Tables
from trialsim.core.clock import DAYS_A_WEEK, WEEKS_A_YEAR

_YEAR = WEEKS_A_YEAR * DAYS_A_WEEK


@dataclass(frozen=True)
class Leave:
    """When the therapists (t) of all teams are away, in some replicates."""

    tables: Tables
    rows: Index
    """The replicates, as numbered in the tables."""
    _first: list[Days] = field(default_factory=list)
    """By year: the first day (r, t) of the leave, in all replicates."""

    @staticmethod
    def of(tables: Tables) -> Leave | None:
        """The leave of all therapists; None where none of them takes any."""
        if not any(diary.leave_weeks for diary in tables.clock.diaries.values()):
            return None
        return Leave(tables, np.arange(tables.arm.shape[0]))

    def at(self, rows: Index) -> Leave:
        """The same for some of these replicates."""
        return Leave(self.tables, self.rows[rows], self._first)

    def over(self, day: Days, therapist: Days, row: Index) -> Days:
        """The day itself, or the first one after the leave that it falls into.

        The same array where nobody is away.
        """
        weeks = self._weeks()
        year = day // _YEAR
        table = self.first_days(int(year.max(initial=0)) + 1)
        first = table[year, self.rows[row], therapist]
        back = first + weeks[therapist] * DAYS_A_WEEK
        away = (day >= first) & (day < back)
        return np.where(away, back, day) if away.any() else day

    def first_days(self, years: int) -> Days:
        """First day (year, r, t) of every leave in so many years, in all replicates."""
        clock = self.tables.clock
        replicates = self.tables.arm.shape[0]
        for year in range(len(self._first), years):
            columns = []
            for team in clock.diaries:
                days = self.tables.away_from(team, year)
                none = np.zeros((replicates, self.tables.teams[team].n))
                columns.append(none if days is None else days)
            columns.append(np.zeros((replicates, 1)))  # of the therapist who stands for no diary
            self._first.append(np.concatenate(columns, axis=1).astype(np.int32))
        return np.stack(self._first[:years])

    def _weeks(self) -> Days:
        clock = self.tables.clock
        weeks = [
            diary.leave_weeks
            for team, diary in clock.diaries.items()
            for _ in range(self.tables.teams[team].n)
        ]
        return np.array([*weeks, 0], dtype=np.int32)
