"""When patients stop treatment, and when they leave the trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialsim.conduct.express.arrays import Index, Rows, of
from trialsim.conduct.tables import Tables
from trialsim.core.axes import BoolArray, FloatArray
from trialsim.core.clock import Clock, Hazard

HeldOn = Sequence[FloatArray]
"""Days (p, r) on which each session was held."""


@dataclass(frozen=True)
class Ends:
    """Days (p, r) of stopping and of leaving; None where nobody can."""

    stopped_on: FloatArray | None
    left_on: FloatArray | None

    @property
    def first(self) -> FloatArray | None:
        """When the treatment ends (p, r)."""
        if self.stopped_on is None or self.left_on is None:
            return self.left_on if self.stopped_on is None else self.stopped_on
        return np.minimum(self.stopped_on, self.left_on)

    def put(self, rows: Index, other: Ends) -> BoolArray:
        """Put in what is found of some of the replicates now; returns which of them changed."""
        changed = np.zeros(len(rows), dtype=bool)
        mine, theirs = (self.stopped_on, self.left_on), (other.stopped_on, other.left_on)
        for plane, part in zip(mine, theirs, strict=True):
            if plane is not None and part is not None:
                changed |= (plane[:, rows] != part).any(axis=0)
                plane[:, rows] = part
        return changed


def ends(tables: Tables, held_on: HeldOn | None = None, rows: Rows = None) -> Ends:
    """When the patients of some replicates stop and leave, given the sessions held in all.

    Sessions may be left out where no hazard goes with later scores.
    """
    found = [
        _first_event(tables, what, hazard, held_on, rows)
        if hazard is not None and any(hazard.per_day)
        else None
        for what, hazard in zip(("stopping", "leaving"), tables.clock.hazards, strict=True)
    ]
    return Ends(found[0], found[1])


def _first_event(
    tables: Tables, what: str, hazard: Hazard, held_on: HeldOn | None, rows: Rows
) -> FloatArray:
    """The first event among the intervals between planned visits."""
    days = list(tables.visits.values())
    enrolled, enrolled_on = of(tables.enrolled.T, rows), of(tables.enrolled_on.T, rows)
    per_day = _of_arm(hazard.per_day, of(tables.arm.T, rows))
    ends = [enrolled_on + day for day in days]
    when = np.full(enrolled.shape, np.inf)
    for k in reversed(range(len(days) - 1)):  # earlier intervals overrule later ones
        # Infinite where the rate is 0.
        with np.errstate(divide="ignore"):
            waits = of(tables.patience(what, k).T, rows) / (
                per_day * _multiple(tables, hazard, k, held_on, rows)
            )
        event = ends[k] + waits
        np.copyto(when, event, where=event < ends[k + 1])
    if not enrolled.all():
        when[~enrolled] = np.inf
    return when


def _of_arm(per_day: Sequence[float], arm: NDArray[np.signedinteger]) -> FloatArray | float:
    if len(set(per_day)) == 1:
        return per_day[0]
    return np.take(np.array(per_day), arm, mode="clip")


def _multiple(
    tables: Tables, hazard: Hazard, k: int, held_on: HeldOn | None, rows: Rows
) -> FloatArray | float:
    """What scores multiply the rate by in an interval."""
    if not hazard.outcome or not (hazard.severity or hazard.latest):
        return 1.0
    first = of(tables.badness_at(hazard, 0, 0).T, rows)
    if not hazard.latest:
        return np.exp(hazard.severity * first)
    latest = first
    if k:
        assert held_on is not None
        levels = _levels(tables, k, held_on)
        latest = of(tables.badness(hazard, k, levels.T).T, rows)
    return np.asarray(np.exp(hazard.severity * first + hazard.latest * latest))


def _levels(tables: Tables, k: int, held_on: HeldOn) -> NDArray[np.int8]:
    """How much of the treatment (p, r) has been had by the planned day of a visit."""
    clock, due_on = tables.clock, list(tables.visits.values())[k]
    now = tables.enrolled_on.T + due_on
    if not clock.to_work:
        held = np.zeros(now.shape, dtype=np.int8)
        for session in held_on:
            held += session <= now
        return held
    due = sum(_done(clock, due_on - planned) for planned in clock.planned)
    if not due:
        return np.zeros(now.shape, dtype=np.int8)
    done = np.zeros(now.shape)
    for session in held_on:
        done += np.clip((now - session) / clock.to_work, 0, 1)
    return np.minimum(100, np.floor(100 * done / due + 0.5)).astype(np.int8)


def _done(clock: Clock, days: float) -> float:
    """Part of its work that a session has done after so many days."""
    return min(1.0, max(0.0, days / clock.to_work))
