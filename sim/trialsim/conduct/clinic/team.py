"""Therapists of a team, each with places, and a diary of their own or a waiting room together."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import simpy

from trialsim.conduct.clinic.calendar import Calendar
from trialsim.conduct.clinic.diary import TherapistsDiary
from trialsim.conduct.clinic.pages import Pages
from trialsim.conduct.clinic.room import WaitingRoom
from trialsim.core.clock import Clock


@dataclass(frozen=True)
class Therapist:
    """One therapist: either a diary, or a waiting room that the team shares."""

    calendar: Calendar
    places: simpy.Resource | None
    """For patients in treatment; None where there is no limit."""
    diary: TherapistsDiary | None
    room: WaitingRoom | None

    def take_place(self, course: float) -> Generator[simpy.Event, object, None]:
        """Waits for a place, first come first served, and keeps it for a whole course."""
        places = self.places
        assert places is not None
        place = places.request()
        yield place

        def give_back(_: simpy.Event) -> None:
            places.release(place)

        self.calendar.on(self.calendar.now + course).callbacks.append(give_back)


@dataclass(frozen=True)
class TeamAtWork:
    """The therapists of one team."""

    therapists: list[Therapist]
    room: WaitingRoom | None

    def booked(self) -> float:
        """Appointments made; in a queue, days that sessions took."""
        if self.room is not None:
            return self.room.worked
        return float(sum(one.diary.n_booked for one in self.therapists if one.diary))

    def offered(self) -> float:
        """Appointments that there was room for up to the day of the team's last; in a queue, days
        that its therapists worked up to the end of the last session."""
        if self.room is not None:
            return self.room.open_until_last_end()
        diaries = [one.diary for one in self.therapists if one.diary]
        last = max(diary.last_booked for diary in diaries)
        return float(sum(diary.room_until(last) for diary in diaries))


def at_work(calendar: Calendar, clock: Clock, pages: Pages, team: str, n: int) -> TeamAtWork:
    """The team on the opening day of a trial."""
    terms = clock.diaries[team]
    queue = clock.appointments == "queue"
    room = WaitingRoom(calendar, clock, pages, team, n) if queue else None

    def therapist(i: int) -> Therapist:
        def away_from(year: int) -> int | None:
            return pages.away_from(team, i, year)

        places = simpy.Resource(calendar, terms.caseload) if terms.caseload else None
        diary = None if queue else TherapistsDiary(terms, away_from)
        return Therapist(calendar, places, diary, room)

    return TeamAtWork([therapist(i) for i in range(n)], room)
