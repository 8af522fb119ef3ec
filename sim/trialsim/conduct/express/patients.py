"""The patients of some replicates, and who of them does what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trialsim.conduct.express.arrays import Days, Index, Rows, every, of
from trialsim.conduct.express.diaries import Diaries
from trialsim.conduct.tables import Tables
from trialsim.core.axes import BoolArray, FloatArray, Mask
from trialsim.core.clock import Clock


@dataclass(frozen=True)
class Willing:
    """Who comes to which appointment, and who asks for another (p, r); each table is read once."""

    tables: Tables
    _kept: dict[tuple[str, int, int], BoolArray | None] = field(default_factory=dict)

    @cached_property
    def coming(self) -> BoolArray | None:
        """Who comes to any; None for everybody."""
        coming = self.tables.coming()
        return None if coming is None else coming.T

    def comes(self, session: int, attempt: int) -> BoolArray | None:
        """Who of those comes; None for everybody."""
        return self._once("comes", self.tables.comes, session, attempt)

    def rebooks(self, session: int, attempt: int) -> BoolArray | None:
        """Who asks for another appointment after missing this one; None for nobody."""
        return self._once("rebooks", self.tables.rebooks, session, attempt)

    def _once(
        self, what: str, ask: Callable[[int, int], Mask | None], session: int, attempt: int
    ) -> BoolArray | None:
        key = (what, session, attempt)
        if key not in self._kept:
            mask = ask(session, attempt)
            self._kept[key] = None if mask is None else mask.T
        return self._kept[key]


@dataclass(frozen=True)
class Patients:
    """The patients of some replicates, and what limits their treatment."""

    clock: Clock
    willing: Willing
    rows: Rows
    """The replicates, as numbered in the tables; None for all of them."""
    start: FloatArray
    """Day (p, r) on which treatment begins; infinite for those not enrolled."""
    enrolled: BoolArray | None
    """Who is in the trial (p, r); None for everybody."""
    diaries: Diaries | None
    """None where nobody needs an appointment."""
    inside: BoolArray | None
    """Who needs one (p, r); None for everybody."""

    def at(self, rows: Index) -> Patients:
        """Those of some of the replicates; asked of the patients of all."""
        return replace(
            self,
            rows=rows,
            start=of(self.start, rows),
            enrolled=of(self.enrolled, rows),
            diaries=None if self.diaries is None else self.diaries.at(rows),
            inside=of(self.inside, rows),
        )

    @cached_property
    def closes_on(self) -> FloatArray | None:
        """Time (p, r) after which no session is held; None for no such time."""
        closes = self.clock.closes
        return self.start + closes if np.isfinite(closes) else None

    def times(self, session: int, days: Days | None) -> FloatArray:
        """When the first appointment (p, r) for a session is."""
        if days is None:
            return self.start + self.clock.planned[session]
        if self.inside is None:
            return days[session] + 0.5
        free = self.start + self.clock.planned[session]
        return np.where(self.inside, days[session] + 0.5, free)

    def before_closing(self, at: FloatArray) -> BoolArray | None:
        """Where a time (p, r) is not too late for a session; None for everywhere."""
        if self.closes_on is None:
            return None
        early = at <= self.closes_on
        return None if early.all() else early

    def treated(self, at: FloatArray, ends: FloatArray | None) -> BoolArray | None:
        """Who has not stopped or left at a time (p, r), in an open trial; None for everybody."""
        last_day = self.clock.last_day
        is_open = at <= last_day if np.isfinite(last_day) else None
        return every(is_open, None if ends is None else ends > at)

    def drawn(self, place: Index) -> Index:
        """Places in planes of these replicates, as places in the planes of all."""
        if self.rows is None:
            return place
        patient, row = np.divmod(place, len(self.rows))
        return patient * self.willing.tables.draws.rows + self.rows[row]

    def address(self, attempt: int, session: Index, place: Index) -> NDArray[np.int64]:
        """Attempt, session, patient and replicate in one number."""
        patients = len(self.start) * self.willing.tables.draws.rows
        return (attempt * len(self.clock.planned) + session) * patients + self.drawn(place)
