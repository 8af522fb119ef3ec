"""A therapist's diary: which days are worked, and which of them have room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from trialsim.core.clock import DAYS_A_WEEK, WEEKS_A_YEAR, Diary
from trialsim.core.errors import RunError

DAYS_A_YEAR = DAYS_A_WEEK * WEEKS_A_YEAR
NOON = 0.5
"""Time of day at which appointments stand in a diary."""

LONGEST_LEAVE = 3 * DAYS_A_YEAR
"""Days without work after which a diary is taken to have no working day: leave at the end of one
year and at the beginning of the next is less than two years."""


class TherapistsDiary:
    """One therapist's days and the appointments on them."""

    def __init__(self, terms: Diary, away_from: Callable[[int], int | None]) -> None:
        self._terms = terms
        self._per_day = terms.per_day
        self._away_from = away_from
        self._leave: dict[int, range] = {}  # by year
        self._booked: Counter[int] = Counter()
        self._onward: dict[int, int] = {}  # from a day known to have no room, a later one

    def works_on(self, day: int) -> bool:
        """Whether the therapist works on that day."""
        return day % DAYS_A_WEEK < self._terms.days_a_week and day not in self._leave_of(
            day // DAYS_A_YEAR
        )

    def has_room_on(self, day: int) -> bool:
        """Whether another appointment can be made for that day."""
        return self.works_on(day) and self._booked[day] < self._per_day

    def book(self, earliest: int, closes_on: float) -> float | None:
        """Makes the first appointment that there is room for; None if that would be too late.

        Room that others do not use is not given away: a full day stays full.
        """
        day = self._first_with_room(earliest)
        if day + NOON > closes_on:
            return None
        self._booked[day] += 1
        return day + NOON

    def room_until(self, last: int) -> int:
        """Appointments that there was room for on the days from 0 to `last`."""
        return self._per_day * sum(self.works_on(day) for day in range(last + 1))

    @property
    def n_booked(self) -> int:
        """Appointments made."""
        return self._booked.total()

    @property
    def last_booked(self) -> int:
        """Day of the last appointment; -1 where there is none."""
        return max((day for day, n in self._booked.items() if n), default=-1)

    def _leave_of(self, year: int) -> range:
        """The days of a year's leave."""
        if year not in self._leave:
            first = self._away_from(year)
            n_days = DAYS_A_WEEK * self._terms.leave_weeks if first is not None else 0
            self._leave[year] = range(first or 0, (first or 0) + n_days)
        return self._leave[year]

    def _first_with_room(self, earliest: int) -> int:
        day, passed, idle = earliest, [], 0
        while not self.has_room_on(day):
            passed.append(day)
            idle = 0 if self._booked[day] else idle + 1
            if idle > LONGEST_LEAVE:
                raise RunError(
                    f"a therapist never works after day {earliest}: "
                    "there is no room in the diary for another appointment"
                )
            day = self._onward.get(day, day + 1)
        for one in passed:  # a day without room never has any again: next time jump
            self._onward[one] = day
        return day
