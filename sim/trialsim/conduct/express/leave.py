"""Weeks in which therapists are away."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from trialsim.conduct.express.arrays import Days, Index, by, same_for_all
from trialsim.conduct.tables import Tables
from trialsim.core.axes import BoolArray
from trialsim.core.clock import DAYS_A_WEEK, WEEKS_A_YEAR

_YEAR = WEEKS_A_YEAR * DAYS_A_WEEK


@dataclass(frozen=True)
class Leave:
    """When the therapists (t) of all teams are away, in some replicates."""

    tables: Tables
    rows: Index
    """The replicates, as numbered in the tables."""
    lengths: Days
    """Days (t) that it lasts; as `same_for_all` keeps them."""
    _first: list[Days] = field(default_factory=list)
    """By year: the first day (r, t) of the leave, in all replicates."""

    @staticmethod
    def of(tables: Tables) -> Leave | None:
        """The leave of all therapists; None where none of them takes any."""
        if not any(diary.leave_weeks for diary in tables.clock.diaries.values()):
            return None
        diaries, teams = tables.clock.diaries, tables.teams
        lengths = np.concatenate(
            [np.full(teams[team].n, diary.leave_weeks) for team, diary in diaries.items()]
        )
        lengths = same_for_all(np.append(lengths, lengths[-1]) * DAYS_A_WEEK)
        return Leave(tables, np.arange(tables.arm.shape[0]), lengths)

    def at(self, rows: Index) -> Leave:
        """The same for some of these replicates."""
        return replace(self, rows=self.rows[rows])

    def back(self, day: Days, therapist: Days, row: Index) -> tuple[BoolArray, Days]:
        """Whether the therapist is away on a day, and the first day after that leave."""
        year = day // _YEAR
        table = self._table(int(year.max(initial=0)) + 1)
        _, replicates, therapists = table.shape
        line = (self.rows[row] * therapists).astype(np.int32) + therapist
        place = year * np.int32(replicates * therapists) + line
        first = np.take(table.ravel(), place, mode="clip")
        back = first + by(self.lengths, therapist)
        return (day >= first) & (day < back), back

    def _table(self, years: int) -> Days:
        """First day (year, r, t) of every leave in so many years, or more, in all replicates."""
        clock, teams = self.tables.clock, self.tables.teams
        replicates = self.tables.arm.shape[0]
        for year in range(len(self._first), years):
            none = np.zeros((replicates, 1))
            columns = []
            for team in clock.diaries:
                days = self.tables.away_from(team, year)
                columns.append(np.repeat(none, teams[team].n, axis=1) if days is None else days)
            # The last one stands for no diary; of leave without length the first day is no matter.
            self._first.append(np.concatenate([*columns, none], axis=1).astype(np.int32))
        return np.stack(self._first)
