"""The diaries of all teams: who works when, and who takes which day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialsim.conduct.express.arrays import Days, Index, by, of, same_for_all
from trialsim.conduct.express.leave import Leave
from trialsim.conduct.tables import Tables
from trialsim.core.axes import FloatArray
from trialsim.core.clock import DAYS_A_WEEK

Cells = tuple[NDArray[np.signedinteger[Any]], ...]
"""Replicate, therapist and day of appointments."""


@dataclass(frozen=True)
class Diaries:
    """The diaries of some replicates, with the therapists (t) of all teams in one row.

    Patients who need no appointment go to one more therapist, who has room for everybody.
    """

    therapist: Days
    """Whose diary each patient (p, r) is in."""
    booked_at: FloatArray
    """When the course (p, r) is booked: bookings go by this, then by patient."""
    limit: Days | None
    """Last day (p, r) on which a session may be held; None for no limit."""
    per_day: Days
    """Appointments that a therapist (t) has on a working day."""
    idle: Days
    """Days (t) at the end of every week without work; as `same_for_all` keeps them."""
    leave: Leave | None

    @property
    def outside(self) -> int:
        """The therapist of those who need no appointment."""
        return len(self.per_day) - 1

    def at(self, rows: Index) -> Diaries:
        """The same for some of the replicates."""
        return replace(
            self,
            therapist=of(self.therapist, rows),
            booked_at=of(self.booked_at, rows),
            limit=of(self.limit, rows),
            leave=None if self.leave is None else self.leave.at(rows),
        )

    def working(self, day: Days, therapist: Days, row: Index) -> Days:
        """The first day, from this one on, on which the therapist works; axes as they fit."""
        # On a day without work the next Monday is the later of the two.
        monday = (day + by(self.idle, therapist)) // DAYS_A_WEEK * DAYS_A_WEEK
        found: Days = np.maximum(day, monday)
        if self.leave is not None:
            away, back = self.leave.back(found, therapist, row)
            if away.any():
                row = np.broadcast_to(row, away.shape)[away]
                found[away] = self.working(back[away], therapist[away], row)
        return found

    def wishes(self, planned: Sequence[float]) -> Days:
        """The day (s, p, r) of every session if there were room for everybody."""
        days = np.empty((len(planned), *self.booked_at.shape), dtype=np.int32)
        row = np.arange(self.booked_at.shape[1])
        for s, after in enumerate(planned):
            wanted = self.booked_at + (after - 0.5)
            day = np.ceil(wanted, out=wanted).astype(np.int32)
            if s:
                np.maximum(day, days[s - 1] + 1, out=day)
            days[s] = self.working(day, self.therapist, row)
        return days

    def counted(self, days: Days) -> Index:
        """Appointments (r, t, day) of these courses (s, p, r)."""
        shape = (days.shape[2], len(self.per_day), int(days[-1].max(initial=0)) + DAYS_A_WEEK)
        line = np.arange(shape[0], dtype=np.int32) * shape[1] + self.therapist
        cells = line * np.int32(shape[2]) + days
        if self.limit is not None and (days[-1] > self.limit).any():
            cells = cells[days <= self.limit]
        return np.bincount(cells.ravel(), minlength=prod(shape)).reshape(shape)

    def crowded(self, counts: Index) -> Cells:
        """Where there are more appointments (r, t, day) than there is room for."""
        flat = np.flatnonzero(counts.ravel() > self.per_day.min())
        row, therapist, day = np.unravel_index(flat, counts.shape)
        over = counts.ravel()[flat] > self.per_day[therapist]
        return row[over], therapist[over], day[over]


def diaries_of(tables: Tables, start: FloatArray) -> Diaries:
    """The diaries of all teams, for patients who begin their treatment on these days (p, r)."""
    stated = tables.clock.diaries
    each, sizes = list(stated.values()), [tables.teams[team].n for team in stated]
    outside = sum(sizes)
    enrolled = tables.enrolled.T
    if not enrolled.all():
        start = np.where(enrolled, start, 0)
    therapist = np.full(start.shape, outside, dtype=np.int16)
    for team, first in zip(stated, np.cumsum([0, *sizes]).astype(np.int16), strict=False):
        own = tables.therapist[team].T
        therapist += (own + (first - np.int16(outside))) * ((own >= 0) & enrolled)
    closes = tables.clock.closes
    limit = np.floor(start + closes - 0.5).astype(np.int32) if np.isfinite(closes) else None

    def by_therapist(values: Sequence[int], of_outside: int) -> Days:
        return np.repeat(np.array([*values, of_outside], dtype=np.int32), [*sizes, 1])

    idle = [DAYS_A_WEEK - one.days_a_week for one in each]
    return Diaries(
        therapist=therapist.astype(np.int32),
        booked_at=start,
        limit=limit,
        per_day=by_therapist([one.per_day for one in each], np.iinfo(np.int32).max),
        idle=same_for_all(by_therapist(idle, idle[-1])),
        leave=Leave.of(tables),
    )
