"""Clinics made up at random, with any of the features of a clinic or none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np

from trialsim.conduct.tables import Tables
from trialsim.core.clock import Clock, Diary, Hazard, Lateness
from trialsim.core.draws import Draws
from trialsim.core.sessions import Sessions
from trialsim.core.team import Team


@dataclass(frozen=True)
class Score:
    """Badness that treatment lowers, by as much as it has had."""

    untreated: Mapping[str, np.ndarray]
    per_level: float

    def __call__(self, _outcome: str, visit: str, levels: np.ndarray) -> np.ndarray:
        """Badness (r, p) at a visit."""
        return self.untreated[visit] - self.per_level * levels


class Chance:
    """What is tossed for when a clinic is made up."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def yes(self, share: float = 0.5) -> bool:
        return bool(self.rng.random() < share)

    def one_of(self, *values: Any) -> Any:
        return values[self.rng.integers(len(values))]

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))


def random_clinic(rng: np.random.Generator, seed: int) -> Tables:
    """A batch of one to three small trials, with any of the features of a clinic or none."""
    toss = Chance(rng)
    shape = (int(rng.integers(1, 4)), int(rng.integers(10, 41)))
    n_arms = int(rng.integers(1, 4))
    arm = rng.integers(n_arms, size=shape).astype(np.int8)
    teams, therapist = random_teams(toss, arm, n_arms)
    visits = random_visits(toss)
    clock = random_clock(toss, n_arms, list(teams), list(visits))
    if toss.yes(0.3):  # whole and half days: much happens in the same moment
        gaps = rng.choice([0.0, 0.5, 1.0], size=shape)
    else:
        gaps = rng.exponential(toss.between(0.1, 3.0), size=shape)
    later = toss.one_of(0.0, 0.0, 200.0, 350.0, 700.0)
    enrolled_on = np.asfortranarray(np.cumsum(gaps, axis=1) + later)
    if toss.yes(0.3):
        clock = replace(clock, last_day=float(np.floor(enrolled_on.mean() + toss.between(0, 60))))
    return Tables(
        clock=clock,
        draws=Draws(seed, batch=0, replicates=shape[0]),
        arm=arm,
        enrolled=rng.random(shape) < toss.one_of(1.0, 1.0, 0.8, 0.3, 0.0),
        enrolled_on=enrolled_on,
        teams=teams,
        therapist=therapist,
        visits=visits,
        sessions=random_attendance(toss, clock),
        severity=rng.standard_normal(shape) if toss.yes() else None,
        score=Score(
            {visit: rng.standard_normal(shape) for visit in visits},
            toss.between(0.0, 0.3) / (20 if clock.to_work else 1),
        ),
    )


def random_teams(
    toss: Chance, arm: np.ndarray, n_arms: int
) -> tuple[dict[str, Team], dict[str, np.ndarray]]:
    """Teams with a diary, and the therapist of each patient: one team for all arms, one for each,
    or none in some; and some teams without a diary."""
    treats = [range(n_arms)] if toss.yes(0.3) else [[a] for a in range(n_arms)]
    teams, therapist = {}, {}
    for i, arms in enumerate(treats):
        if toss.yes(0.2):
            continue
        n = int(toss.rng.integers(1, 5))
        own = toss.rng.integers(n, size=arm.shape)
        therapist[f"team {i}"] = np.where(np.isin(arm, arms), own, -1).astype(np.int16)
        if toss.yes(0.85):
            teams[f"team {i}"] = Team(tuple(f"arm {a}" for a in arms), n, {})
    return teams, therapist


def random_visits(toss: Chance) -> dict[str, float]:
    """One to four visits, the first of them mostly on day 0."""
    days = [toss.one_of(0.0, 0.0, 0.0, 3.0), *np.cumsum(toss.rng.choice([7.0, 14.0, 30.5], size=3))]
    return {f"visit {v}": float(day) for v, day in enumerate(days[: toss.rng.integers(1, 5)])}


def random_clock(toss: Chance, n_arms: int, teams: list[str], visits: list[str]) -> Clock:
    """Any rules that a scenario may lay down."""
    n_sessions = int(toss.rng.integers(1, 7))
    steps = (
        [7.0] if toss.yes(0.4) else [0.5, 1.0, 3.5, 7.0]
    )  # weekly is as visits are: both at once
    planned = np.cumsum(toss.rng.choice(steps, size=n_sessions))
    planned = planned - (planned[0] if toss.yes(0.7) else 0) + toss.one_of(0.0, 0.0, 0.3)
    rebook = toss.one_of(0.0, 0.5, 1.0)
    closes = float(planned[-1] + toss.one_of(0.0, 0.5, 5.0, toss.between(0, 60)))
    late = {visit: Lateness(toss.one_of(0.0, 2.0, 6.0), toss.one_of(inf, 3.0)) for visit in visits}
    return Clock(
        method="auto",
        appointments="diary",
        planned=tuple(planned.tolist()),
        course=float(planned[-1] + toss.one_of(1.0, 3.0, toss.between(0.1, 30.0))),
        closes=closes if rebook or toss.yes() else inf,
        rebook=rebook,
        to_work=toss.one_of(0.0, 0.0, 7.0, toss.between(1, 30)),
        diaries={team: random_diary(toss) for team in teams},
        lateness={visit: late[visit] for visit in visits[1:] if toss.yes()},
        stopping=random_hazard(toss, n_arms),
        leaving=random_hazard(toss, n_arms),
        last_day=inf,
    )


def random_diary(toss: Chance) -> Diary:
    """One to eight appointments a day, on any number of days a week."""
    return Diary(
        minutes=60,
        hours=toss.one_of(1, 2, 4, 8),
        days_a_week=toss.one_of(1, 3, 5, 5, 7),
        leave_weeks=toss.one_of(0, 0, 1, 4, 20, 51),
        caseload=toss.one_of(0, 0, 1, 3, 8),
        exponential=False,
    )


def random_hazard(toss: Chance, n_arms: int) -> Hazard | None:
    """A hazard that may go with scores."""
    if toss.yes(0.3):
        return None
    per_day = tuple(toss.one_of(0.0, 0.01, 0.03) for _ in range(n_arms))
    return Hazard(
        per_day, toss.one_of("", "pain", "pain"), toss.one_of(0.0, 0.5), toss.one_of(0.0, 1.0, 2.0)
    )


def random_attendance(toss: Chance, clock: Clock) -> Sessions | None:
    """Everybody comes, or some do not."""
    if toss.yes(0.2):
        return None
    attend, never = toss.one_of(1.0, 0.9, 0.6, 0.3), toss.one_of(0.0, 0.0, 0.1)
    return Sessions(clock.planned, attend, never, "pain", toss.one_of(0.0, -0.5), "linear", 0, 0.0)
