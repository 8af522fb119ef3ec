"""Swimmer plot of one trial: a lane a participant, and at which visits they were seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialsim.core.axes import BoolArray
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.grid import add_grid, arrange_grid
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.page import new_page
from trialsim.plots.base.score_axis import title_above
from trialsim.plots.base.style import INK, Look, looks, style
from trialsim.plots.base.visit_axis import name_visits, visits_said
from trialsim.plots.base.words import counted, listed

MOST_LANES = 100
"""Participants of an arm who get a lane: the first who were enrolled."""
_LANE, _LEAST_TALL = 4.4, 150.0  # points
STATES = ("seen", "missed", "lost")


def draw_swimmer(
    seen: pd.DataFrame,
    *,
    arms: Mapping[str, str],
    visits_weeks: Mapping[str, float],
    which: str,
) -> Drawn:
    """The lanes of one trial, a panel an arm; who stayed longest lies lowest.

    One row of `seen` is a participant at a visit: `patient`, `arm`, `visit`, `seen`. `arms` are
    labels by name, the comparator first; `which` says which trial it is.
    """
    numbers = states_of(seen, list(visits_weeks))
    lanes = numbers.groupby("arm", sort=False)["patient"].unique()
    shown = {arm: set(np.sort(lanes.get(arm, []))[:MOST_LANES]) for arm in arms}
    numbers["drawn"] = [
        p in shown[a] for p, a in zip(numbers["patient"], numbers["arm"], strict=True)
    ]
    heading, small = _takeaway(numbers), _caption(numbers, visits_weeks, which)
    seen_as = looks(list(arms), references=list(arms)[:1])
    with style():
        page = new_page(heading, small)
        grid = add_grid(page, 1, len(arms))
        most = 1
        drops, titles = [], []
        for (name, label), ax in zip(arms.items(), grid[0], strict=True):
            own = numbers[(numbers["arm"] == name) & numbers["drawn"]]
            drops.append(name_visits(ax, visits_weeks))
            n = int(numbers.loc[numbers["arm"] == name, "patient"].nunique())
            title = f"{label}, n\u00a0=\u00a0{n:,}"
            titles.append(title_above(ax, [(title, seen_as[name].colour)]))
            most = max(most, _lanes(ax, own, visits_weeks, seen_as[name]))
        first = grid[0][0]
        first.set_ylim(-1, most)
        for ax in grid[0]:
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
        above = 6.0 + max(titles) + 8
        above += place_key(first, _key(numbers), above)
        arrange_grid(page, grid, [above], max(drops) + 8, max(_LEAST_TALL, _LANE * (most + 1)))
    alt = f"A lane for every participant of one trial, with marks at visits. {heading}"
    return Drawn(page.figure, numbers.drop(columns="drawn"), heading, small, alt, "swimmer")


def states_of(seen: pd.DataFrame, visits: list[str]) -> pd.DataFrame:
    """Every participant at every visit: seen, missed (seen again later) or lost (never again).

    Columns: patient, arm, visit, state.
    """
    by_visit = seen.pivot(index=["patient", "arm"], columns="visit", values="seen")[visits]
    there: BoolArray = by_visit.to_numpy(dtype=bool)  # (p, v)
    again = np.logical_or.accumulate(there[:, ::-1], axis=1)[:, ::-1]
    state = np.where(there, "seen", np.where(again, "missed", "lost"))
    patients = by_visit.index.get_level_values("patient")
    arms = by_visit.index.get_level_values("arm")
    return pd.DataFrame(
        {
            "patient": np.repeat(patients, len(visits)),
            "arm": np.repeat(arms, len(visits)),
            "visit": np.tile(np.array(visits, dtype=object), len(by_visit)),
            "state": state.ravel(),
        }
    )


def _lanes(ax: Axes, own: pd.DataFrame, visits_weeks: Mapping[str, float], look: Look) -> int:
    """Draw the lanes of an arm; returns how many they are."""
    visits, weeks = list(visits_weeks), np.array(list(visits_weeks.values()))
    if own.empty:
        return 0
    table = own.pivot(index="patient", columns="visit", values="state")[visits].to_numpy()
    # By how long they were seen, then by how often; the order of enrolment breaks ties.
    last = np.array([np.max(np.flatnonzero(row == "seen"), initial=-1) for row in table])
    order = np.lexsort((-(table == "seen").sum(axis=1), -last))
    table, last = table[order], last[order]
    lanes = np.arange(len(table))
    ends = np.where(last >= 0, weeks[np.maximum(last, 0)], weeks[0])
    ax.hlines(lanes, weeks[0], ends, color=look.colour, linewidth=1.3, alpha=0.55, zorder=1)
    for v, week in enumerate(weeks):
        for state, marker in _MARKS.items():
            here = lanes[table[:, v] == state]
            if state == "lost":  # once a lane, at the first visit without them
                here = here[last[here] == v - 1] if v else here[:0]
            drawn = _marker(state, marker, look.colour)
            ax.plot(np.full(len(here), week), here, clip_on=False, zorder=2, **drawn)
    return len(table)


_MARKS = {"seen": "o", "missed": "o", "lost": "x"}


def _marker(state: str, marker: str, colour: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "linestyle": "",
        "marker": marker,
        "markersize": 3.4,
        "markeredgewidth": 0.9,
    }
    if state == "lost":
        return {**shown, "color": INK, "markersize": 4.2, "markeredgewidth": 1.1}
    return {**shown, "color": colour, "markerfacecolor": colour if state == "seen" else "white"}


def _key(numbers: pd.DataFrame) -> list[Entry]:
    names = {"seen": "seen", "missed": "missed, seen later", "lost": "lost: not seen again"}
    found = set(numbers["state"])
    return [
        (Line2D([], [], **{**_marker(s, m, INK), "markersize": 7}), names[s])
        for s, m in _MARKS.items()
        if s in found
    ]


def _takeaway(numbers: pd.DataFrame) -> str:
    every = numbers.groupby("patient")["state"].agg(lambda states: set(states) == {"seen"})
    n, whole = len(every), int(every.sum())
    if whole == n:
        return f"All {counted(n, 'participant')} were seen at every visit."
    missed = numbers.groupby("patient")["state"].agg(lambda states: "missed" in set(states))
    lost = numbers.groupby("patient")["state"].agg(lambda states: "lost" in set(states))
    parts = [f"{int(lost.sum()):,} were lost"] if lost.any() else []
    parts += [f"{int(missed.sum()):,} missed a visit and came back"] if missed.any() else []
    return f"Of {n:,} participants {whole:,} were seen at every visit; {listed(parts)}."


def _caption(numbers: pd.DataFrame, visits_weeks: Mapping[str, float], which: str) -> str:
    parts = [which, f"Visits at their true distance: {visits_said(visits_weeks)}."]
    left_out = int(numbers.loc[~numbers["drawn"], "patient"].nunique())
    if left_out:
        parts.append(f"The first {MOST_LANES} of each arm; {left_out:,} others are not drawn.")
    parts.append("Seen: the score of any outcome was recorded. Longest follow-up lowest.")
    return " ".join(parts)
