"""What happens to patients on a calendar: appointments, visits, leaving. All times in days.

Day 0 is a Monday, on which the trial opens. Day D lasts from time D to D + 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf
from typing import Any, Literal

DAYS_A_WEEK = 7
WEEKS_A_YEAR = 52
"""Years of whole weeks, so that leave begins on a Monday."""

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class Diary:
    """When the therapists of a team work."""

    minutes: float
    """Length of a session."""
    hours: float
    """Hours of a working day, from its beginning; 24 for round the clock."""
    days_a_week: int
    """Working days: the first so many of every week."""
    leave_weeks: int
    """Whole weeks in which each therapist is away, in one stretch, every year."""
    caseload: int
    """Most patients whom one therapist has in treatment; 0 for no limit."""
    exponential: bool
    """Whether sessions last an exponential time of that mean; only in a queue."""

    @property
    def per_day(self) -> int:
        """Sessions that one therapist has room for on a working day."""
        return int(60 * self.hours / self.minutes + 1e-9)


@dataclass(frozen=True)
class Hazard:
    """How readily patients do something for good, such as leave: a rate that may go with scores.

    In the interval after the visit planned on day d_k the rate a day of a patient in arm a is
    `per_day[a]` x exp(`severity` x badness at baseline + `latest` x badness on day d_k).
    """

    per_day: tuple[float, ...]
    """By arm."""
    outcome: str
    """Outcome whose scores matter; "" for none."""
    severity: float
    """Log ratio of rates for a baseline score one SD worse."""
    latest: float
    """Log ratio of rates for a latest score one SD worse."""


@dataclass(frozen=True)
class Lateness:
    """How late a visit is, and how late it may be."""

    mean: float
    """Mean days of lateness (exponential); 0 for on the day."""
    window: float
    """Days after which it is not made any more."""


@dataclass(frozen=True)
class Clock:
    """Everything that has a time after enrolment."""

    method: Literal["auto", "express", "clinic"]
    appointments: Literal["diary", "queue"]
    planned: tuple[float, ...]
    """Day after the start of treatment on which each session is planned, ascending (s)."""
    course: float
    """Days that a course is planned to take: how long a therapist holds a place for it."""
    closes: float
    """Days after the start of treatment after which no session is held; may be infinite."""
    rebook: float
    """Chance that a missed session is given another appointment."""
    to_work: float
    """Days that a session takes to work in full, its effect growing in proportion; 0 for at
    once."""
    diaries: Mapping[str, Diary]
    """By team; teams without one have room for everybody at any time."""
    lateness: Mapping[str, Lateness]
    """By visit; those left out are made on their day."""
    stopping: Hazard | None
    """Stopping treatment, staying in the trial."""
    leaving: Hazard | None
    """Leaving the trial: no session and no visit after it."""
    last_day: float
    """Day on which the trial is closed, whoever is left; may be infinite."""

    @property
    def has_places(self) -> bool:
        """Whether patients may have to wait for one another."""
        return bool(self.diaries)

    @property
    def by_clinic(self) -> bool:
        """Whether every trial is simulated by itself, event by event."""
        return self.method == "clinic" or self.appointments == "queue"

    @property
    def is_sighted(self) -> bool:
        """Whether what happens depends on scores after baseline, and so on the assumption."""
        return any(hazard is not None and bool(hazard.latest) for hazard in self.hazards)

    @property
    def hazards(self) -> tuple[Hazard | None, Hazard | None]:
        """Stopping and leaving."""
        return self.stopping, self.leaving

    def to_json(self) -> dict[str, Any]:
        """Plain data; infinite days are null."""
        plain = asdict(self)
        plain["planned"] = list(self.planned)
        for key in ("closes", "last_day"):
            plain[key] = None if plain[key] == inf else plain[key]
        for one in plain["lateness"].values():
            one["window"] = None if one["window"] == inf else one["window"]
        for key in ("stopping", "leaving"):
            if plain[key] is not None:
                plain[key]["per_day"] = list(plain[key]["per_day"])
        return plain

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Clock:
        """The clock that `to_json` wrote."""

        def hazard(one: Mapping[str, Any] | None) -> Hazard | None:
            return None if one is None else Hazard(**{**one, "per_day": tuple(one["per_day"])})

        def days(value: float | None) -> float:
            return inf if value is None else value

        return Clock(
            **{
                **plain,
                "planned": tuple(plain["planned"]),
                "closes": days(plain["closes"]),
                "last_day": days(plain["last_day"]),
                "diaries": {name: Diary(**one) for name, one in plain["diaries"].items()},
                "lateness": {
                    visit: Lateness(one["mean"], days(one["window"]))
                    for visit, one in plain["lateness"].items()
                },
                "stopping": hazard(plain["stopping"]),
                "leaving": hazard(plain["leaving"]),
            }
        )


@dataclass(frozen=True)
class Switch:
    """Patients of an arm who change over to the treatment of another."""

    to: str
    share: float
    """Share of the arm that changes over."""
    day: float
    """Day after enrolment; visits after it find the whole effect of the other arm, and nothing
    of their own."""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True)
class CoIntervention:
    """Something else that patients take, beside their treatment."""

    shares: Mapping[str, float]
    """By arm: share of its patients who take it; arms left out take none."""
    size: Mapping[str, float]
    """By outcome: what it would do alone to the mean of the comparator, natural units."""
    day: float
    """Day after enrolment; visits after it find its effect."""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)
