"""The calendar of a trial in which things happen to patients: who is where, week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialsim.core.axes import FloatArray
from trialsim.core.clock import DAYS_A_WEEK
from trialsim.operating.conduct_words import how_simulated
from trialsim.operating.courses import Followed, courses
from trialsim.operating.patients_by_week import (
    COMPLETE,
    FOLLOWED,
    LOST,
    RECRUITED,
    TREATED,
    WAITING,
    whereabouts,
)
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.page import Page, new_page
from trialsim.plots.base.style import INK, QUIET, SIGNIFICANT, TEXT, THIRD, style
from trialsim.plots.base.words import listed, number, quoted
from trialsim.plots.run import Run

_SINGLE = 6
"""Trials drawn by themselves."""
_POINTS = 160
_LEAST_TALL = 165.0  # points
_FAR = 1.25
"""Lengths of the axis after which the closing of the trial is not drawn."""

Line = Literal["-"] | tuple[float, tuple[float, ...]]

_PANELS: tuple[tuple[str, Mapping[str, tuple[str, Line]]], ...] = (
    (
        "participants so far",
        {
            RECRUITED: (SIGNIFICANT, "-"),
            COMPLETE: (THIRD, (0, (5, 2))),
            LOST: ("#882255", (0, (6, 2, 1.2, 2))),
        },
    ),
    (
        "participants at the time",
        {
            TREATED: ("#6A3D9A", "-"),
            FOLLOWED: ("#7F5B00", (0, (5, 2))),
            WAITING: (INK, (0, (1.2, 1.4))),
        },
    ),
)


def draw(run: Run) -> Drawn:
    """Where participants are, over the first batch of trials of the first cell."""
    assert run.design.clock is not None  # see `calendar.applies`
    (cell, *_) = run.cells.values()
    found = list(courses(run.plan, cell))
    numbers = numbers_of(found)
    replicates = sum(len(one.enrolled) for one in found)
    return drawn_from(numbers, run, run.plan.cells[cell].assumption, replicates)


def drawn_from(numbers: pd.DataFrame, run: Run, assumption: str, replicates: int) -> Drawn:
    """The figure of numbers that are there already."""
    clock = run.design.clock
    assert clock is not None  # see `calendar.applies`
    heading = _takeaway(numbers, run.design.n_total)
    settings = replace(run.settings(), replicates=replicates, analysis="")
    parts = [settings.sentence(), f"Under {quoted(assumption)}.", how_simulated(clock), _MEANT]
    if clock.last_day < inf:
        week = number(clock.last_day / DAYS_A_WEEK, 0)
        parts.append(f"The trial closes in week {week}, whoever is still in it.")
    small = " ".join(parts)
    with style():
        page = new_page(heading, small)
        _draw(numbers, run.design.n_total, clock.last_day, page)
    return Drawn(page.figure, numbers, heading, small, f"Curves over weeks. {heading}", "calendar")


def stages(
    frame: pd.DataFrame, *, n_total: int, last_day: float = inf, ax: Axes | None = None
) -> Axes:
    """Counts against weeks, one panel: `kind`, `trial` ("mean" or a number), `week`,
    `participants`, `lower`, `upper`; a row a point. `last_day` closes the trial."""
    with style():
        if ax is None:
            return _draw(frame, n_total, last_day, new_page())[0]
        for _, curves in _PANELS:
            _curves(ax, frame, curves)
        _mark_end([ax], last_day)
        return ax


def numbers_of(found: Sequence[Followed]) -> pd.DataFrame:
    """Counts by week in the trials of these parts: means with percentiles, and single trials."""
    where = whereabouts(found, _POINTS)
    frames = []
    for kind, counts in where.counts.items():
        low, high = np.quantile(counts, [0.025, 0.975], axis=0)
        frames.append(counts_of(kind, "mean", where.weeks, counts.mean(axis=0), low, high))
        frames += [
            counts_of(kind, str(k + 1), where.weeks, counts[k])
            for k in range(min(_SINGLE, len(counts)))
        ]
    return pd.concat(frames, ignore_index=True)


def counts_of(
    kind: str,
    trial: str,
    weeks: FloatArray,
    participants: FloatArray,
    lower: FloatArray | float = np.nan,
    upper: FloatArray | float = np.nan,
) -> pd.DataFrame:
    """Rows of the figure's numbers: one curve."""
    return pd.DataFrame(
        {
            "kind": kind,
            "trial": trial,
            "week": weeks,
            "participants": participants.astype(float),
            "lower": lower,
            "upper": upper,
        }
    )


def _final(numbers: pd.DataFrame, kind: str) -> float:
    """Mean number at the end."""
    rows = numbers[(numbers["kind"] == kind) & (numbers["trial"] == "mean")]
    return float(rows["participants"].iloc[-1])


def _reached(numbers: pd.DataFrame, kind: str, count: float) -> float:
    """First week in which the mean curve has the count; NaN if it never has."""
    rows = numbers[(numbers["kind"] == kind) & (numbers["trial"] == "mean")]
    there = rows.loc[rows["participants"] >= count, "week"]
    return float(there.iloc[0]) if len(there) else float("nan")


def _takeaway(numbers: pd.DataFrame, n_total: int) -> str:
    """When half are in, and what becomes of all of them."""
    half = _reached(numbers, RECRUITED, n_total / 2)
    recruited, complete, lost = (_final(numbers, kind) for kind in (RECRUITED, COMPLETE, LOST))
    left = recruited - complete - lost
    ends = [f"{_said(complete)} complete the trial"]
    ends += [f"{_said(lost)} are lost"] if lost else []
    if left >= 0.05:
        ends.append(f"{_said(left)} are still in it when it closes")
    became = f"on average {listed(ends)}."
    if complete == recruited:
        became = "all who are recruited complete the trial."
    if np.isnan(half):
        return f"Recruitment ends with {_said(recruited)} of {n_total:,} planned; {became}"
    if half == 0:
        return f"Of {n_total:,} participants, {became}"
    return f"Half of the {n_total:,} participants are in by week {number(half, 0)}; {became}"


def _said(count: float) -> str:
    """A mean number of participants: tenths where a whole number would hide what there is."""
    return number(count, 1 if count < 10 and count != round(count) else 0)


_MEANT = (
    f"Bands: 95 of 100 trials; thick: their mean; thin: {_SINGLE} single trials. In treatment: "
    "from its start to the last session, or stopping. Lost: left the trial, or did not make its "
    "last visit."
)


def _draw(numbers: pd.DataFrame, n_total: int, last_day: float, page: Page) -> list[Axes]:
    axes = page.add_axes(len(_PANELS))
    rooms = []
    for ax, (name, curves) in zip(axes, _PANELS, strict=True):
        drawn = numbers[numbers["kind"].isin(curves)]
        ax.set_xlim(0, 1.02 * float(numbers["week"].max()))
        ax.set_ylabel(name)
        there = set(drawn.loc[drawn["participants"] > 0, "kind"])
        drawn = drawn[drawn["kind"].isin(there)]
        most = drawn[["participants", "upper"]].max().max() if there else 1.0
        ax.set_ylim(0, 1.08 * most)
        key: list[Entry] = [
            (Line2D([], [], color=colour, linestyle=line, linewidth=2.6), kind)
            for kind, (colour, line) in curves.items()
            if kind in there
        ]
        rooms.append(place_key(ax, key, 8.0) + (16.0 if ax is axes[0] else 40.0))
        _curves(ax, drawn, curves)
        ax.tick_params(labelbottom=True)
    _mark_end(axes, last_day)
    axes[-1].set_xlabel("weeks after the trial opens")
    page.arrange(axes, rooms, 4.0 * TEXT, _LEAST_TALL)
    ax = axes[0]
    ax.set_ylim(0, max(ax.get_ylim()[1], 1.08 * n_total))
    ax.axhline(n_total, color=INK, linewidth=1.1, linestyle=(0, (1, 2)), zorder=1)
    ax.annotate(
        f"planned: {n_total:,}", (0, n_total), xytext=(6, -4), textcoords="offset points",
        va="top", color=QUIET,
    )  # fmt: skip
    return axes


def _curves(ax: Axes, numbers: pd.DataFrame, curves: Mapping[str, tuple[str, Line]]) -> None:
    for kind, (colour, line) in curves.items():
        rows = numbers[numbers["kind"] == kind]
        if rows.empty:
            continue
        mean = rows[rows["trial"] == "mean"]
        ax.fill_between(
            mean["week"], mean["lower"], mean["upper"], color=colour, alpha=0.13, linewidth=0,
            zorder=1.2,
        )  # fmt: skip
        for _, one in rows[rows["trial"] != "mean"].groupby("trial", sort=False):
            ax.step(one["week"], one["participants"], where="post", color=colour, lw=0.6, alpha=0.4)
        ax.plot(
            mean["week"], mean["participants"], color=colour, linestyle=line, linewidth=2.6,
            zorder=3,
        )  # fmt: skip


def _mark_end(axes: Sequence[Axes], last_day: float) -> None:
    """The closing of the trial, where it is fixed and not far away; named in the last panel."""
    week, last = last_day / DAYS_A_WEEK, axes[-1]
    if week > _FAR * last.get_xlim()[1]:
        return
    last.set_xlim(0, max(last.get_xlim()[1], 1.02 * week))
    for ax in axes:
        ax.axvline(week, color=INK, linewidth=1.3, zorder=1.5)
    last.annotate(
        f"closes in week {number(week, 0)}", (week, 1), xycoords=("data", "axes fraction"),
        xytext=(-5, -2), textcoords="offset points", ha="right", va="top", color=QUIET,
    )  # fmt: skip
