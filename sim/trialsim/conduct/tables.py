"""What every patient would do, drawn beforehand: nothing here depends on whether there is room.

The clinic and its vectorised twin read these tables and share nothing else but records.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from trialsim.conduct.attend import PURPOSE, chance
from trialsim.core.axes import ArmPlane, FloatArray, Levels, Mask, Plane, Therapists
from trialsim.core.clock import DAYS_A_WEEK, WEEKS_A_YEAR, Clock, Hazard
from trialsim.core.draws import Draws
from trialsim.core.sessions import Sessions
from trialsim.core.team import Team

Score = Callable[[str, str, Levels], Plane]
"""Badness (r, p) of an outcome at a visit, of patients who have had so much of their treatment:
in SDs of the comparator from its mean, higher is worse."""


@dataclass(frozen=True)
class Tables:
    """Random numbers and planned days of one batch of trials."""

    clock: Clock
    draws: Draws
    arm: ArmPlane
    """Arm allocated (r, p)."""
    enrolled: Mask
    """Who is in the trial (r, p); nobody else takes a place."""
    enrolled_on: Plane
    """Day of randomisation (r, p), ascending along each row."""
    teams: Mapping[str, Team]
    """Teams that have a diary."""
    therapist: Mapping[str, Therapists]
    """By team: the therapist (r, p) of each patient, counted from 0; -1 in arms that it does not
    treat."""
    visits: Mapping[str, float]
    """Day of every visit after enrolment, ascending."""
    sessions: Sessions | None
    """Attendance; None where everybody attends."""
    severity: Plane | None
    """Badness at baseline (r, p) that attendance goes with."""
    score: Score
    _kept: dict[object, Plane] = field(default_factory=dict, compare=False, repr=False)

    @property
    def n(self) -> int:
        """Patients of each trial."""
        return self.arm.shape[1]

    def coming(self) -> Mask | None:
        """Who comes to any session at all (r, p); None for everybody."""
        if self.sessions is None or not self.sessions.never:
            return None
        share = chance(1 - self.sessions.never, self.sessions.strength, self.severity)
        return np.asarray(self.draws.uniform(f"{PURPOSE}.comes", self.n) < share)

    def comes(self, session: int, attempt: int) -> Mask | None:
        """Who of those comes to the appointment for a session (r, p), both counted from 0 and 1;
        None for everybody."""
        if self.sessions is None or self.sessions.attend == 1:
            return None
        each = chance(self.sessions.attend, self.sessions.strength, self.severity)
        uniform = self.draws.uniform(f"{PURPOSE}.{session + 1}", self.n, page=attempt)
        return np.asarray(uniform < each)

    def rebooks(self, session: int, attempt: int) -> Mask | None:
        """Who asks for another appointment after missing this one (r, p); None for nobody.

        Those who come to no session never do.
        """
        if not self.clock.rebook:
            return None
        purpose = f"{PURPOSE}.rebooked.{session + 1}"
        asks = self.draws.uniform(purpose, self.n, page=attempt) < self.clock.rebook
        coming = self.coming()
        return asks if coming is None else asks & coming

    def patience(self, what: str, interval: int) -> Plane:
        """Standard exponentials (r, p): `what` is "stopping" or "leaving", in the interval that
        begins at the visit of this index."""
        return self.draws.exponential(f"conduct.{what}.{list(self.visits)[interval]}", self.n)

    def badness(self, hazard: Hazard, interval: int, levels: Levels) -> Plane:
        """Badness (r, p) of the hazard's outcome on the planned day of a visit, of patients who
        have had so much of their treatment by that day: sessions held, or hundredths of the
        effect where sessions take time to work. At baseline nothing acts."""
        return self.score(hazard.outcome, list(self.visits)[interval], levels)

    def badness_at(self, hazard: Hazard, interval: int, level: int) -> Plane:
        """The same when everybody has had the same; kept."""
        key = (hazard.outcome, interval, level)
        if key not in self._kept:
            levels = np.full(self.arm.shape, level, dtype=np.int8, order="F")
            self._kept[key] = self.badness(hazard, interval, levels)
        return self._kept[key]

    def late(self, visit: str) -> Plane | None:
        """Days (r, p) by which a visit is late; None for nobody."""
        stated = self.clock.lateness.get(visit)
        if stated is None or not stated.mean:
            return None
        return self.draws.exponential(f"conduct.visits.{visit}", self.n) * stated.mean

    def away_from(self, team: str, year: int) -> FloatArray | None:
        """First day (r, therapist) of each therapist's leave in a year, counted from 0; None
        where they take none. It lasts `leave_weeks` whole weeks."""
        weeks = self.clock.diaries[team].leave_weeks
        if not weeks:
            return None
        purpose = f"conduct.leave.{team}"
        uniform = self.draws.uniform(purpose, self.teams[team].n, page=year + 1)
        first = np.floor(uniform * (WEEKS_A_YEAR - weeks + 1))
        return np.asarray((first + WEEKS_A_YEAR * year) * DAYS_A_WEEK)

    def lasts(self, team: str, session: int, attempt: int) -> Plane:
        """Days (r, p) that a session lasts, in a queue."""
        diary = self.clock.diaries[team]
        days = diary.minutes / (24 * 60)
        if not diary.exponential:
            return np.full(self.arm.shape, days, order="F")
        purpose = f"conduct.lengths.{team}.{session + 1}"
        return self.draws.exponential(purpose, self.n, page=attempt) * days
