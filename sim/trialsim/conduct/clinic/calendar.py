"""The calendar that everything in a trial happens on."""

from __future__ import annotations

from heapq import heappush
from typing import Any

import simpy
from simpy.events import EventPriority

AT_ONCE = EventPriority(1)
"""What comes first in a moment, and simpy's own order: sessions end and places become free."""

_FIRST_PATIENT = 2

AFTER_ALL = EventPriority(2**31)
"""What comes last in a moment: a visit finds the session held in the same moment."""


class Calendar(simpy.Environment):
    """A simpy environment that is told days instead of delays.

    now + (day - now) is not always day; with delays, a session and a visit planned for the same
    moment could change places.
    """

    def on(self, day: float, order: EventPriority = AT_ONCE) -> simpy.Event:
        """An event on that day; of those in one moment the lowest `order` comes first."""
        if day < self.now:
            raise ValueError(f"Day {day} is over: it is day {self.now}.")
        event = simpy.Event(self)
        event._ok = True
        event._value = None
        entry: Any = (day, order, next(self._eid), event)
        heappush(self._queue, entry)
        return event


def turn(patient: int) -> EventPriority:
    """The order of a patient among those who want something in the same moment."""
    return EventPriority(_FIRST_PATIENT + patient)
