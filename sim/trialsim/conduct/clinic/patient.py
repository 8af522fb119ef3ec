"""A patient, as the books of the trial know one."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

import simpy

if TYPE_CHECKING:
    from trialsim.conduct.clinic.team import Therapist

Story = Generator[simpy.Event, object, None]
"""What happens to somebody, one event after another: a process of simpy."""


@dataclass(slots=True)
class Patient:
    """One patient, and what the trial's books say of them: days since its opening."""

    index: int
    """Place in the order of enrolment, from 0."""
    arm: int
    enrolled_on: float
    therapist: Therapist | None
    """None where there is room for everybody at any time."""
    held_on: list[float]
    """By session."""
    waited: list[float]
    """By session."""
    visit_on: list[float]
    """By visit."""
    made: list[bool]
    """By visit."""
    started_on: float = inf
    stopped_on: float = inf
    left_on: float = inf
    appointments: int = 0
    unplaced: int = 0
    latest: float = -inf
    """Time of the latest appointment made so far."""
    agenda: deque[tuple[float, int, int]] = field(default_factory=deque)
    """Appointments to come: time, session, attempt. New ones are always later than all others."""

    def is_in_treatment(self, now: float, last_day: float) -> bool:
        """Whether there is still anything to come for."""
        return now <= last_day and now < self.stopped_on and now < self.left_on
