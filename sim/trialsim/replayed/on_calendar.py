"""What a trial's records say of the calendar: the columns of its patient data that hold days."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import Mask, Plane
from trialsim.core.plan import Design
from trialsim.core.records import TrialData
from trialsim.operating.whereabouts import (
    arms_with_sessions,
    has_changed_over,
    has_left,
    has_stopped,
    held_of,
)
from trialsim.plots.base.words import exact, plain

Values = Callable[[Design, TrialData, int], NDArray[np.generic]]

UNIT = "days since the trial opened"
NOT_YET = "empty: it did not happen"


@dataclass(frozen=True)
class Column:
    """A column of the patient data, as the dictionary describes it."""

    name: str
    label: str
    unit: str
    meaning: str
    missing: str
    values: Values
    """Of every patient of the capacity, of one trial of a batch."""


def calendar_columns(design: Design) -> list[Column]:
    """The columns on the calendar of a design, in the order of the data; none where the scenario
    says nothing of it. Covariates that somebody called the same keep their names."""
    columns = list(_columns(design))
    return [_renamed(one, design.measured) for one in columns]


def column_of(design: Design, name: str) -> str | None:
    """What a column on the calendar is called in the data; None where the design has none."""
    called = zip(_columns(design), calendar_columns(design), strict=True)
    return next((there.name for own, there in called if own.name == name), None)


def _renamed(column: Column, taken: tuple[str, ...]) -> Column:
    name = column.name
    while name in taken:
        name = f"{name}_"
    return replace(column, name=name)


def _columns(design: Design) -> Iterator[Column]:
    clock = design.clock
    if design.recruitment is not None or clock is not None:
        label = "day of randomisation"
        yield Column("enrolled_day", label, UNIT, "0 and up", "never missing", _enrolled_day)
    if clock is not None and arms_with_sessions(design):
        planned = len(clock.planned)
        yield Column(
            "sessions_attended",
            f"sessions attended, of {planned} planned",
            "sessions",
            f"0 to {planned}",
            "empty: an arm without sessions",
            _sessions,
        )
        if clock.stopping is not None:
            label = "day on which treatment was stopped early"
            yield Column("stopped_day", label, UNIT, "0 and up", NOT_YET, _stopped_day)
    if design.switches:
        arms = ", ".join(design.targets)
        label = "arm to whose treatment the patient changed over"
        yield Column("changed_to", label, "", arms, NOT_YET, _changed_to)
    if clock is None:
        return
    if clock.leaving is not None:
        label = "day on which the patient left the trial"
        yield Column("left_day", label, UNIT, "0 and up", NOT_YET, _left_day)
    for visit, day in design.visits.items():
        label = f"day of {plain(visit)} (planned in week {exact(day / 7)})"
        missing = "empty: the visit was not made"
        yield Column(f"day_{visit}", label, UNIT, "0 and up", missing, _visit_day(visit))


def _whole(days: Plane, known: Mask, row: int) -> NDArray[np.generic]:
    """The days on which something falls, as a record has them; NaN for what is not there."""
    return np.where(known[row], np.floor(np.where(known[row], days[row], 0.0)), np.nan)


def _enrolled_day(design: Design, data: TrialData, row: int) -> NDArray[np.generic]:
    assert data.enrolled_on is not None  # the data are dated
    return np.floor(data.enrolled_on[row]).astype(np.int64)


def _sessions(design: Design, data: TrialData, row: int) -> NDArray[np.generic]:
    assert data.course is not None  # the design has a calendar
    names = list(design.arms)
    treated = np.isin(data.arm[row], [names.index(arm) for arm in arms_with_sessions(design)])
    held = held_of(data.course)[row].astype(np.float64)
    return np.where(treated, held, np.nan) if not treated.all() else held.astype(np.int64)


def _stopped_day(design: Design, data: TrialData, row: int) -> NDArray[np.generic]:
    assert data.course is not None and design.clock is not None
    names = list(design.arms)
    treated = np.isin(data.arm, [names.index(arm) for arm in arms_with_sessions(design)])
    return _whole(data.course.stopped_on, has_stopped(design.clock, data.course) & treated, row)


def _left_day(design: Design, data: TrialData, row: int) -> NDArray[np.generic]:
    assert data.course is not None and design.clock is not None
    return _whole(data.course.left_on, has_left(design.clock, data.course), row)


def _changed_to(design: Design, data: TrialData, row: int) -> NDArray[np.generic]:
    beside = data.beside.get(data.visits[-1])
    over = has_changed_over(design, data.arm, beside, data.course)[row]
    names = np.full(len(over), None, dtype=object)
    for a, arm in enumerate(design.arms):
        if arm in design.switches:
            names[over & (data.arm[row] == a)] = design.switches[arm].to
    return names


def _visit_day(visit: str) -> Values:
    def values(design: Design, data: TrialData, row: int) -> NDArray[np.generic]:
        assert data.course is not None  # the design has a calendar
        return _whole(data.course.visit_on[visit], data.course.made[visit], row)

    return values
