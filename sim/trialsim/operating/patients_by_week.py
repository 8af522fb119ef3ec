"""How many patients are where, week by week, in simulated trials with a calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import FloatArray, Mask, Plane
from trialsim.core.clock import DAYS_A_WEEK
from trialsim.operating.courses import Followed
from trialsim.operating.whereabouts import (
    arms_with_sessions,
    complete_on,
    lost_on,
    treated_until,
)

Counts = NDArray[np.int64]
"""Patients (r, w): replicate, week."""

RECRUITED, COMPLETE, LOST = "recruited", "complete", "lost"
WAITING, TREATED, FOLLOWED = "waiting for a place", "in treatment", "in follow-up"


@dataclass(frozen=True)
class Whereabouts:
    """Everybody recruited so far is in one of the other places."""

    weeks: FloatArray
    """Weeks (w) since the opening of the trial at which patients are counted."""
    counts: dict[str, Counts]
    """By place: recruited; waiting for a place with a therapist; in treatment, until the last
    session or stopping; in follow-up; complete, with the last visit made; lost, because they left
    or did not make it."""


def whereabouts(parts: Sequence[Followed], points: int) -> Whereabouts:
    """Where patients are at so many moments, from the opening of the trials to their end; all
    parts are of one design."""
    clock = parts[0].design.clock
    assert clock is not None  # there is a course
    moments = [list(_moments(part)) for part in parts]
    last = [day[np.isfinite(day)].max(initial=1.0) for one in moments for _, day, _ in one]
    for one in moments:
        (_, came, _), (_, _, gone) = one[0], one[-1]
        if (np.isfinite(came) & np.isinf(gone)).any():  # they are there to the closing
            last.append(clock.last_day)
    days = np.linspace(0, min(max(last), clock.last_day), points)
    counts = {}
    for every in zip(*moments, strict=True):
        place = every[0][0]
        counts[place] = np.concatenate(
            [_so_many(begins, days) - _so_many(ends, days) for _, begins, ends in every]
        )
    if WAITING in counts and not counts[WAITING].any():
        del counts[WAITING]
    return Whereabouts(days / DAYS_A_WEEK, counts)


def _moments(found: Followed) -> Iterator[tuple[str, Plane, Plane]]:
    """Places with the days (r, p) on which each patient comes to them and leaves them."""
    course, design = found.course, found.design
    came = np.where(found.enrolled, course.enrolled_on, np.inf)
    never = np.full_like(came, np.inf)
    lost = np.where(found.enrolled, lost_on(design, course), np.inf)
    complete = np.where(found.enrolled, complete_on(design, course), np.inf)
    gone = np.minimum(lost, complete)
    yield RECRUITED, came, never
    yield COMPLETE, complete, never
    yield LOST, lost, never
    treated = arms_with_sessions(design)
    over = came
    if treated:
        among = _of_arms(found, treated)
        begun = np.where(among, np.minimum(course.started_on, gone), came)
        over = np.where(among, np.minimum(treated_until(design, course), gone), came)
        over = np.maximum(over, begun)
        yield WAITING, came, begun
        yield TREATED, begun, over
    yield FOLLOWED, over, gone


def _of_arms(found: Followed, arms: tuple[str, ...]) -> Mask:
    """Patients (r, p) of these arms."""
    names = list(found.design.arms)
    return found.enrolled & np.isin(found.arm, [names.index(arm) for arm in arms])


def _so_many(day: Plane, days: FloatArray) -> Counts:
    """For how many patients (r, w) a day of theirs has come by each of `days`."""
    rows, points = day.shape[0], len(days)
    first = np.searchsorted(days, day, side="left")  # beyond the last for what never comes
    place = first + (points + 1) * np.arange(rows)[:, None]
    counts = np.bincount(place.ravel(), minlength=rows * (points + 1))
    return np.asarray(np.cumsum(counts.reshape(rows, points + 1)[:, :points], axis=1))
