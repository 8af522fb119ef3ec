"""Sessions of a treatment: how many a patient attends, and what they give of its effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import comb, fsum
from typing import Any, Literal

HUNDREDTHS = 100
"""Levels of what sessions have done, where they take time to work."""

Curve = Literal["linear", "threshold", "saturating"]


@dataclass(frozen=True)
class Sessions:
    """What is planned, who comes, and how the effect grows with what was attended."""

    days: tuple[float, ...]
    """Day after allocation on which each session is planned, ascending."""
    attend: float
    """Chance of attending a session, of patients who come at all."""
    never: float
    """Share of patients who come to none."""
    outcome: str
    """Outcome whose baseline score goes with attendance; "" for none."""
    strength: float
    """Log odds ratio of coming at all, and of attending a session, for a baseline score one SD
    worse."""
    curve: Curve
    """linear: every session gives the same; threshold: all of the effect from `needed` sessions
    on; saturating: a(1 + half) / (a + half) of a share a of the sessions."""
    needed: int
    """Sessions from which on a threshold gives the whole effect."""
    half: float
    """Sessions that give half of what infinitely many would, where it saturates."""

    def due(self, day: float) -> int:
        """Sessions planned before a day."""
        return sum(planned < day for planned in self.days)

    def part(self, attended: float, due: int) -> float:
        """Part of the effect that a visit finds in somebody who attended so many of those due;
        more than were due do no more."""
        if due == 0:
            return 1.0  # nothing was due, and nothing was missed
        attended = min(attended, due)
        if self.curve == "threshold":
            return float(attended >= min(self.needed, due))
        if self.curve == "saturating":
            return attended * (due + self.half) / ((attended + self.half) * due)
        return attended / due

    def parts(self, day: float, to_work: float = 0.0) -> list[float]:
        """Part of the effect that a visit on a day finds, by level: sessions attended, 0 to all
        that are planned; or hundredths, 0 to 100, of what full attendance on time has done by
        then, where a session takes some days to work."""
        due = self.due(day)
        if not to_work:
            return [self.part(attended, due) for attended in range(len(self.days) + 1)]
        if not any(planned < day for planned in self.days):
            return [1.0] * (HUNDREDTHS + 1)
        return [self.part(level * due / HUNDREDTHS, due) for level in range(HUNDREDTHS + 1)]

    def shares(self, due: int) -> tuple[float, ...]:
        """Share of patients by sessions attended, 0 to `due`, where no score goes with it."""
        p = self.attend
        binomial = [comb(due, a) * p**a * (1 - p) ** (due - a) for a in range(due + 1)]
        found = [(1 - self.never) * share for share in binomial]
        found[0] += self.never
        return tuple(found)

    def mean_part(self, day: float) -> float:
        """Mean part of the effect that a visit on a day finds, where no score goes with
        attendance."""
        due = self.due(day)
        return fsum(share * self.part(a, due) for a, share in enumerate(self.shares(due)))

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {**asdict(self), "days": list(self.days)}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Sessions:
        """The sessions that `to_json` wrote."""
        return Sessions(**{**plain, "days": tuple(plain["days"])})
