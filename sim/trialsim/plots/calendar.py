"""The calendar of a trial: how many are in, and how many are through, week by week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from trialsim.cohort.recruit import days
from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.draws import Draws
from trialsim.core.recruitment import Recruitment
from trialsim.plots import calendar_stages
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.key import place_key
from trialsim.plots.base.page import Page, new_page
from trialsim.plots.base.style import BAND, INK, QUIET, SIGNIFICANT, TEXT, THIRD, style
from trialsim.plots.base.words import number, plain
from trialsim.plots.run import Run

_SINGLE = 12
"""Trials drawn by themselves."""
_POINTS = 160
_LEAST_TALL = 230.0  # points

Line = Literal["-"] | tuple[float, tuple[float, ...]]

_LOOKS: Mapping[str, tuple[str, Line]] = {
    "randomised": (SIGNIFICANT, "-"),
    "through the last visit": (THIRD, (0, (5, 2))),
}


def applies(run: Run) -> bool:
    """Where the scenario says when patients come, or what happens to them when."""
    return run.design.recruitment is not None or run.design.clock is not None


def draw(run: Run) -> Drawn:
    """Patients randomised and through their last visit, over the first batch of trials; where a
    calendar is simulated, where they are in between."""
    if run.design.clock is not None:
        return calendar_stages.draw(run)
    recruitment = run.design.recruitment
    assert recruitment is not None  # see `applies`
    last = max(run.design.visits, key=lambda visit: run.design.visits[visit])
    draws = Draws(run.plan.seed, 0, REPLICATES_PER_BATCH)
    came = days(draws, recruitment, run.design.n_total)
    numbers = numbers_of(came, recruitment, run.design.visits[last])
    heading = _takeaway(numbers, run.design.n_total)
    settings = replace(run.settings(), replicates=REPLICATES_PER_BATCH, analysis="")
    small = (
        f"{settings.sentence()} Bands: 95 of 100 trials; thick: their mean; thin: {_SINGLE} single "
        f"trials. Last visit: {plain(last)}, {number(run.design.visits[last] / 7, 0)} weeks after "
        "allocation, on its day and for everybody: lateness and withdrawal are not simulated."
    )
    with style():
        page = new_page(heading, small)
        _draw(numbers, run.design.n_total, page)
    return Drawn(page.figure, numbers, heading, small, f"Curves over weeks. {heading}", "calendar")


def calendar(frame: pd.DataFrame, *, n_total: int, ax: Axes | None = None) -> Axes:
    """Counts against weeks: `kind`, `trial` ("mean" or a number), `week`, `participants`, `lower`,
    `upper`; a row a point."""
    with style():
        page = new_page() if ax is None else None
        return _draw(frame, n_total, page, ax)


def numbers_of(came: FloatArray, recruitment: Recruitment, follow_up: float) -> pd.DataFrame:
    """Counts by week from the days (r, p) on which patients are randomised; the last visit is
    `follow_up` days later."""
    until = np.inf if recruitment.until is None else recruitment.until
    enrolled = np.where(came < until, came, np.inf)
    finite = enrolled[np.isfinite(enrolled)]
    end = (finite.max() if finite.size else 1.0) + follow_up
    weeks = np.linspace(0, end / 7, _POINTS)
    parts = []
    for kind, after in zip(_LOOKS, (0.0, follow_up), strict=True):
        counts = np.stack([np.searchsorted(row + after, 7 * weeks, "right") for row in enrolled])
        low, high = np.quantile(counts, [0.025, 0.975], axis=0)
        mean = counts.mean(axis=0)
        parts.append(_rows(kind, "mean", weeks, mean, low, high))
        parts += [_rows(kind, str(k + 1), weeks, counts[k]) for k in range(_SINGLE)]
    return pd.concat(parts, ignore_index=True)


def _rows(
    kind: str,
    trial: str,
    weeks: FloatArray,
    participants: FloatArray,
    lower: FloatArray | float = np.nan,
    upper: FloatArray | float = np.nan,
) -> pd.DataFrame:
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


def _reached(numbers: pd.DataFrame, kind: str, column: str, count: float) -> float:
    """First week in which a curve has the count; NaN if it never has."""
    rows = numbers[(numbers["kind"] == kind) & (numbers["trial"] == "mean")]
    there = rows.loc[rows[column] >= count, "week"]
    return float(there.iloc[0]) if len(there) else float("nan")


def _takeaway(numbers: pd.DataFrame, n_total: int) -> str:
    """When half are in and when all but few trials are through, as far as they get."""
    half = _reached(numbers, "randomised", "participants", n_total / 2)
    all_through = _reached(numbers, "through the last visit", "lower", n_total)
    final = numbers[(numbers["kind"] == "randomised") & (numbers["trial"] == "mean")]
    if np.isnan(half) or np.isnan(all_through):
        enrolled = float(final["participants"].iloc[-1])
        return (
            f"Recruitment ends with {number(enrolled, 0)} of the {n_total:,} planned participants "
            "on average."
        )
    return (
        f"Half of the {n_total:,} participants are in by week {number(half, 0)}, and in all but "
        "the slowest trials everybody is through the last visit by week "
        f"{number(all_through, 0)}."
    )


def _draw(numbers: pd.DataFrame, n_total: int, page: Page | None, ax: Axes | None = None) -> Axes:
    ax = page.add_axes(1)[0] if page is not None else ax
    assert ax is not None
    ax.set_xlim(0, float(numbers["week"].max()))
    ax.set_ylim(0, 1.06 * n_total)
    ax.set_xlabel("weeks after the trial opens")
    ax.set_ylabel("participants")
    entries = [
        (Line2D([], [], color=colour, linestyle=line, linewidth=2.6), kind)
        for kind, (colour, line) in _LOOKS.items()
    ]
    key = [*entries, (Patch(color=BAND), "95 of 100 trials")]
    room = place_key(ax, key, 8.0)
    if page is not None:
        page.arrange([ax], [room + 16.0], 4.0 * TEXT, _LEAST_TALL)
    ax.axhline(n_total, color=INK, linewidth=1.1, linestyle=(0, (1, 2)), zorder=1)
    ax.annotate(
        f"planned: {n_total:,}", (0, n_total), xytext=(6, -4), textcoords="offset points",
        va="top", color=QUIET,
    )  # fmt: skip
    for kind, (colour, line) in _LOOKS.items():
        _kind(ax, numbers[numbers["kind"] == kind], colour, line)
    return ax


def _kind(ax: Axes, rows: pd.DataFrame, colour: str, line: Line) -> None:
    mean = rows[rows["trial"] == "mean"]
    ax.fill_between(mean["week"], mean["lower"], mean["upper"], color=BAND, linewidth=0, zorder=1.2)
    for _, one in rows[rows["trial"] != "mean"].groupby("trial", sort=False):
        ax.step(one["week"], one["participants"], where="post", color=colour, lw=0.6, alpha=0.45)
    ax.plot(
        mean["week"], mean["participants"], color=colour, linestyle=line, linewidth=2.6, zorder=3
    )
