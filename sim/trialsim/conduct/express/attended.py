"""What comes of appointments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialsim.conduct.express.arrays import Index
from trialsim.core.axes import FloatArray


@dataclass(frozen=True)
class Attended:
    """What came of the appointments of some replicates."""

    held_on: list[FloatArray]
    """By session: the day (p, r) on which it was held, or infinite."""
    appointments: NDArray[np.int16]
    """Appointments made (p, r)."""
    unplaced: NDArray[np.int16]
    """Sessions (p, r) that found none."""
    latest: FloatArray
    """When the latest appointment (p, r) is; negative without any."""

    def put(self, rows: Index, other: Attended) -> None:
        """Put in what is found of some of the replicates now."""
        for plane, part in zip(self._planes(), other._planes(), strict=True):
            if plane.flags.writeable:  # otherwise it is the same whenever it is found
                plane[:, rows] = part

    def _planes(self) -> list[NDArray[Any]]:
        return [*self.held_on, self.appointments, self.unplaced, self.latest]
