"""Swimmer plot of one trial on the calendar: sessions, visits, stops and withdrawals, a lane a
participant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialsim.core.clock import DAYS_A_WEEK
from trialsim.operating.timelines import (
    LEFT,
    MISSED_SESSION,
    MISSED_VISIT,
    SESSION,
    STOPPED,
    VISIT,
)
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.grid import add_grid, arrange_grid
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.page import new_page
from trialsim.plots.base.score_axis import title_above
from trialsim.plots.base.style import INK, TEXT, Look, looks, style
from trialsim.plots.base.words import counted, listed

MOST_LANES = 100
"""Participants of an arm who get a lane: the first who were enrolled."""
_LANE, _LEAST_TALL = 5.2, 150.0  # points

_MARKS: Mapping[str, dict[str, Any]] = {
    SESSION: {"marker": "|", "markersize": 4.6, "markeredgewidth": 1.1},
    MISSED_SESSION: {"marker": "o", "markersize": 2.3, "markeredgewidth": 0.7, "hollow": True},
    VISIT: {"marker": "D", "markersize": 3.2, "markeredgewidth": 0.7},
    MISSED_VISIT: {"marker": "D", "markersize": 3.2, "markeredgewidth": 0.7, "hollow": True},
    STOPPED: {"marker": "s", "markersize": 3.6, "markeredgewidth": 0.7, "ink": True},
    LEFT: {"marker": "x", "markersize": 4.4, "markeredgewidth": 1.2, "ink": True},
}
"""By event, in the order in which they are drawn."""


def draw_swimmer_on_calendar(
    events: pd.DataFrame, *, arms: Mapping[str, str], n_visits: int, which: str
) -> Drawn:
    """The lanes of one trial, a panel an arm; who was enrolled first lies highest.

    One row of `events` is something that happened: `patient`, `arm`, `event`, `of`, `day`, as
    `operating.timelines` has them. `arms` are labels by name, the comparator first; `which` says
    which trial it is.
    """
    numbers = events.assign(week=events["day"] / DAYS_A_WEEK)
    lanes = numbers.groupby("arm", sort=False)["patient"].unique()
    shown = {arm: np.sort(lanes.get(arm, np.empty(0, int)))[:MOST_LANES] for arm in arms}
    heading = _takeaway(numbers, n_visits)
    small = _caption(numbers, shown, which)
    seen_as = looks(list(arms), references=list(arms)[:1])
    with style():
        page = new_page(heading, small)
        grid = add_grid(page, 1, len(arms))
        titles = []
        for (name, label), ax in zip(arms.items(), grid[0], strict=True):
            own = numbers[numbers["arm"] == name]
            n = len(lanes.get(name, ()))
            title = f"{label}, n\u00a0=\u00a0{n:,}"
            titles.append(title_above(ax, [(title, seen_as[name].colour)]))
            _lanes(ax, own, shown[name], seen_as[name])
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            ax.set_xlabel("weeks after the trial opens" if len(arms) < 3 else "weeks")
        first = grid[0][0]
        most = max(1, *(len(one) for one in shown.values()))
        first.set_ylim(most, -1)
        first.set_xlim(-0.5, 1.02 * float(numbers["week"].max() or 1.0))
        above = 6.0 + max(titles) + 8
        above += place_key(first, _key(numbers), above)
        arrange_grid(page, grid, [above], 4.0 * TEXT, max(_LEAST_TALL, _LANE * (most + 1)))
    alt = f"A lane for every participant of one trial, with marks on the calendar. {heading}"
    return Drawn(page.figure, numbers, heading, small, alt, "swimmer")


def _lanes(ax: Axes, own: pd.DataFrame, patients: Any, look: Look) -> None:
    """Draw the lanes of an arm."""
    lane = {patient: place for place, patient in enumerate(patients)}
    own = own[own["patient"].isin(lane)]
    place = own["patient"].map(lane)
    ends = own.groupby("patient")["week"].agg(["min", "max"])
    ax.hlines(
        [lane[patient] for patient in ends.index], ends["min"], ends["max"], color=look.colour,
        linewidth=0.8, alpha=0.45, zorder=1,
    )  # fmt: skip
    for order, event in enumerate(_MARKS):
        here = own["event"] == event
        drawn = _marker(event, look.colour)
        ax.plot(own.loc[here, "week"], place[here], clip_on=False, zorder=2 + order / 10, **drawn)


def _marker(event: str, colour: str) -> dict[str, Any]:
    look = dict(_MARKS[event])
    colour = INK if look.pop("ink", False) else colour
    fill = "white" if look.pop("hollow", False) else colour
    return {"linestyle": "", "color": colour, "markerfacecolor": fill, **look}


def _key(numbers: pd.DataFrame) -> list[Entry]:
    found = set(numbers["event"])
    return [
        (Line2D([], [], **{**_marker(event, INK), "markersize": 7}), event)
        for event in _MARKS
        if event in found
    ]


def _takeaway(numbers: pd.DataFrame, n_visits: int) -> str:
    seen = numbers[numbers["event"] == VISIT].groupby("patient").size()
    n, whole = int(numbers["patient"].nunique()), int((seen == n_visits).sum())

    def who(event: str) -> int:
        return int(numbers.loc[numbers["event"] == event, "patient"].nunique())

    parts = [
        f"{count:,} {said}"
        for count, said in ((who(LEFT), "left the trial"), (who(STOPPED), "stopped treatment"))
        if count
    ]
    if whole == n:
        started = f"All {counted(n, 'participant')} were seen at every visit"
    else:
        started = f"Of {n:,} participants {whole:,} were seen at every visit"
    return f"{started}; {listed(parts)}." if parts else f"{started}."


def _caption(numbers: pd.DataFrame, shown: Mapping[str, Any], which: str) -> str:
    parts = [which, "A lane ends with the last thing on record. Enrolled first on top."]
    left_out = int(numbers["patient"].nunique()) - sum(len(one) for one in shown.values())
    if left_out:
        parts.append(f"The first {MOST_LANES} of each arm; {left_out:,} others are not drawn.")
    found = set(numbers["event"])
    if MISSED_SESSION in found:
        parts.append("Sessions missed stand on the day planned for them.")
    if MISSED_VISIT in found:
        parts.append("Visit missed: not made, or no score recorded.")
    return " ".join(parts)
