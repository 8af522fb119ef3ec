"""Appointments asked for after missing one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from trialsim.conduct.express.arrays import Days, Index
from trialsim.core.axes import BoolArray, FloatArray


@dataclass(frozen=True)
class MadeUp:
    """Appointments asked for after missing one (m), wherever there is a diary."""

    address: NDArray[np.int64]
    """Attempt, session, patient and replicate in one number, ascending."""
    patient: Index
    row: Index
    asked_at: FloatArray
    """When it was asked for."""
    earliest: Days
    """The first day on which it could be, if there were room for everybody."""
    day: Days
    """The day that it takes, if that is not beyond the patient's limit."""

    def day_of(self, address: NDArray[np.int64]) -> Days:
        """The day of each of these; negative where it is not among them."""
        if not len(self.address):
            return np.full(len(address), -1, dtype=np.int32)
        place = np.minimum(np.searchsorted(self.address, address), len(self.address) - 1)
        return np.where(self.address[place] == address, self.day[place], np.int32(-1))

    def where(self, chosen: BoolArray) -> MadeUp:
        """Some of them."""
        return MadeUp(**{one.name: getattr(self, one.name)[chosen] for one in fields(self)})

    def within(self, chosen: Index, rows: Index) -> MadeUp:
        """Those chosen, of some of these replicates, before anybody is sent on from a full day."""
        parts = {one.name: getattr(self, one.name)[chosen] for one in fields(self)}
        return MadeUp(**{**parts, "row": rows, "day": parts["earliest"].copy()})

    @staticmethod
    def joined(parts: Sequence[MadeUp]) -> MadeUp:
        """All of them, one part after the other."""
        names = [one.name for one in fields(MadeUp)]
        return MadeUp(
            **{name: np.concatenate([getattr(one, name) for one in parts]) for name in names}
        )
