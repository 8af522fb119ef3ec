"""All bookings of a batch, as far as they are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialsim.conduct.express.arrays import Days, Index, of
from trialsim.conduct.express.diaries import Diaries
from trialsim.conduct.express.made_up import MadeUp
from trialsim.conduct.express.seating import cells_of, flat, seat, with_more
from trialsim.core.axes import BoolArray
from trialsim.core.clock import Clock


@dataclass
class Bookings:
    """First appointments, which those made up for may push to later days."""

    diaries: Diaries
    alone: Days
    """Their days (s, p, r) if nothing is made up for."""
    counts: Index
    """How many these are (r, t, day)."""
    days: Days
    """Their days as last solved; the same array as long as nobody is pushed."""
    pushed: BoolArray
    """Replicates (r) in which anybody was."""

    @staticmethod
    def of(diaries: Diaries, clock: Clock) -> Bookings:
        """The bookings of all courses."""
        days = diaries.wishes(clock.planned)
        counts = seat(diaries, days, diaries.counted(days))
        return Bookings(diaries, days, counts, days, np.zeros(days.shape[2], dtype=bool))

    def solve(self, rows: Index, made_up: MadeUp | None) -> BoolArray:
        """Solve for all bookings of some replicates, where `made_up` counts them; puts in the days
        found, and returns in which of them any is another than before."""
        changed = np.zeros(len(rows), dtype=bool)
        again = self.pushed[rows]
        if made_up is not None:
            again[self._crowded_by(rows, made_up)] = True
        if not again.any():
            return changed
        part, place = rows[again], np.cumsum(again) - 1
        days = of(self.alone, part)
        late = None
        if made_up is not None:
            chosen = np.flatnonzero(again[made_up.row])
            late = made_up.within(chosen, place[made_up.row[chosen]])
        seat(self.diaries.at(part), days, self.counts[part], late)
        changed[again] = (days != of(self.days, part)).any(axis=(0, 1))
        self.pushed[part] = (days != of(self.alone, part)).any(axis=(0, 1))
        if made_up is not None and late is not None:
            changed[made_up.row[chosen[late.day != made_up.day[chosen]]]] = True
            self.pushed[part[late.row[late.day != late.earliest]]] = True
            made_up.day[chosen] = late.day
        if self.days is self.alone:
            self.days = self.alone.copy()
        self.days[:, :, part] = days
        return changed

    def _crowded_by(self, rows: Index, made_up: MadeUp) -> Index:
        """Those of the replicates in which what is made up for makes a day overfull."""
        row = rows[made_up.row]
        cells = cells_of(self.diaries, made_up.patient, row, made_up.earliest)
        self.counts = with_more(self.counts, cells)
        over = self.counts[cells] > self.diaries.per_day[cells[1]]
        np.subtract.at(self.counts.ravel(), flat(cells, self.counts), 1)
        crowded = np.zeros(len(self.pushed), dtype=bool)
        crowded[cells[0][over]] = True
        return np.flatnonzero(crowded[rows])
