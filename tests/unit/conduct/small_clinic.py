"""Tables of small clinics, written by hand: what every patient would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from trialsim.conduct.tables import Tables
from trialsim.core.clock import Clock, Diary
from trialsim.core.draws import Draws
from trialsim.core.team import Team

DIARY = Diary(minutes=60, hours=8, days_a_week=5, leave_weeks=0, caseload=0, exponential=False)
CLOCK = Clock(
    method="auto",
    appointments="diary",
    planned=(0.0, 7.0, 14.0),
    course=21.0,
    closes=inf,
    rebook=0.0,
    to_work=0.0,
    diaries={},
    lateness={},
    stopping=None,
    leaving=None,
    last_day=inf,
)


def average(_outcome: str, _visit: str, levels: Any) -> Any:
    """Everybody is of average badness."""
    return np.zeros(levels.shape)


@dataclass(frozen=True)
class Told(Tables):
    """Tables that say what they are told to, and draw the rest; one trial."""

    misses: Sequence[tuple[int, int, int]] = ()
    """Patient, session from 0, attempt from 1: who does not come; everybody else does."""
    asks_again: bool = True
    """Whether all who miss ask for another appointment."""
    away: Mapping[str, int] = field(default_factory=dict)
    """By team: first day of the leave of all its therapists, in year 0."""
    patiences: Mapping[tuple[str, int], Sequence[float]] = field(default_factory=dict)
    """By hazard and interval: the patience of each patient; endless elsewhere."""
    lates: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """By visit: by how many days each patient is late."""

    def comes(self, session: int, attempt: int) -> Any:
        """All but those told to miss."""
        coming = np.ones(self.arm.shape, dtype=bool)
        for patient, missed, tried in self.misses:
            if (missed, tried) == (session, attempt):
                coming[:, patient] = False
        return coming

    def rebooks(self, session: int, attempt: int) -> Any:
        """All, or nobody."""
        return np.full(self.arm.shape, self.asks_again)

    def patience(self, what: str, interval: int) -> Any:
        """As told; who is not spoken of never loses it."""
        return np.array([self.patiences.get((what, interval), [inf] * self.n)])

    def late(self, visit: str) -> Any:
        """As told, else on time."""
        return np.array([self.lates[visit]]) if visit in self.lates else None

    def away_from(self, team: str, year: int) -> Any:
        """The same first day of leave for every therapist."""
        if team not in self.away:
            return None
        return np.full((self.arm.shape[0], self.teams[team].n), self.away[team] + 364.0 * year)


def told(clock: Clock, enrolled_on: Sequence[float], therapists: int = 1, **what: Any) -> Told:
    """One trial of patients who are all treated by the team "hands", where it has a diary."""
    n = len(enrolled_on)
    team = {"hands": Team(("treated",), therapists, {})} if clock.diaries else {}
    in_turn = (np.arange(n) % therapists).astype(np.int16)[None, :]
    values = {
        "clock": clock,
        "draws": Draws(seed=1, batch=0, replicates=1),
        "arm": np.zeros((1, n), dtype=np.int8),
        "enrolled": np.ones((1, n), dtype=bool),
        "enrolled_on": np.array([enrolled_on], dtype=float),
        "teams": team,
        "therapist": dict.fromkeys(team, in_turn),
        "visits": {"baseline": 0.0, "end": 28.0},
        "sessions": None,
        "severity": None,
        "score": average,
    }
    return Told(**(values | what))
