"""The forest of one literature: published trials, what they pool to, and what all would have."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialsim.plots.base.effect_axis import name_effect_axis
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import POINTS, Page, new_page
from trialsim.plots.base.style import (
    INK,
    NOT_SIGNIFICANT,
    QUIET,
    SIGNIFICANT,
    SMALL,
    TRUTH,
    WIDTH,
    style,
)
from trialsim.plots.base.words import counted
from trialsim.plots.literature_text import (
    ToldLiterature,
    about_drawn,
    about_method,
    on_average,
)

MOST_ROWS = 60
"""Trials drawn; the rest are counted in the caption."""

_LEFT = 190.0
_RIGHT = 170.0
_TALL = 15.0
"""Points: room for names, for numbers, and of a row."""
_LARGEST, _LEAST = 12.0, 3.5
"""Points: side of the square of the heaviest trial, and of the lightest that is still seen."""


def forest(frame: pd.DataFrame, told: ToldLiterature, ax: Axes | None = None) -> Axes:
    """Estimates and intervals of published trials, pooled estimates below them.

    One row of `frame` is one trial: `trial`, `n`, `estimate`, `lower`, `upper`, `weight`,
    `published`.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(_shown(frame), told, page, ax)


def draw_forest(frame: pd.DataFrame, told: ToldLiterature, name: str = "forest") -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    rows = _shown(frame)
    heading, small = takeaway(told), caption(frame, told)
    with style():
        page = new_page(heading, small)
        _draw(rows, told, page)
    return Drawn(page.figure, rows, heading, small, alt_text(told), name)


def takeaway(told: ToldLiterature) -> str:
    """What this review would conclude, and whether its interval holds the truth."""
    one = told.published
    if not np.isfinite(one.estimate):
        return "None of these trials is published: there is nothing to pool."
    known = np.isfinite(one.lower)
    holds = known and one.lower <= told.truth <= one.upper
    interval = (
        f", 95% interval {told.effect(one.lower)} to {told.effect(one.upper)}" if known else ""
    )
    return (
        f"{counted(one.n, 'published trial')} of {told.n_done} pool to {told.effect(one.estimate)} "
        f"{told.contrast.unit}{interval}. The truth, {told.true}, is "
        f"{'inside' if holds else 'outside'}."
    )


def caption(frame: pd.DataFrame, told: ToldLiterature) -> str:
    """Which literature this is, how to read it, what is left out, and the settings."""
    parts = [about_drawn(told), on_average(told)]
    held = f"{100 * told.coverage:.0f}"
    parts.append(f"The interval holds the truth in {held} of 100 such reviews.")
    parts.append("Squares: the larger, the more weight.")
    left_out = int(frame["published"].sum()) - MOST_ROWS
    if left_out > 0:
        parts.append(f"Not shown: {counted(left_out, 'later trial')}, which are pooled too.")
    parts.append(about_method(told))
    return " ".join(parts)


def alt_text(told: ToldLiterature) -> str:
    """The figure for somebody who does not see it."""
    return (
        "A row a published trial, with its estimate as a square on a line as long as its interval; "
        f"pooled estimates are diamonds at the foot. {takeaway(told)}"
    )


def _shown(frame: pd.DataFrame) -> pd.DataFrame:
    columns = ["trial", "n", "estimate", "lower", "upper", "weight", "published"]
    published = frame[frame["published"].astype(bool)]
    return published[columns].head(MOST_ROWS).reset_index(drop=True)


def _draw(
    rows: pd.DataFrame, told: ToldLiterature, page: Page | None, own: Axes | None = None
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    ax = page.add_axes(1)[0] if page is not None else own
    assert ax is not None
    if page is not None:
        width = POINTS * WIDTH
        ax.set_position((_LEFT / width, 0.2, (width - _LEFT - _RIGHT) / width, 0.5))
    feet = _feet(told)
    n = len(rows) + 1 + len(feet)
    ax.set_ylim(n + 0.6, 0.4)
    ax.set_xlim(_limits(rows, told))
    places = [*range(1, len(rows) + 1), *range(len(rows) + 2, n + 1)]
    names = [f"trial {row.trial}, {row.n} patients" for row in rows.itertuples()]
    ax.set_yticks(places, [*names, *(name for name, *_ in feet)], fontsize=SMALL)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    above = ROW * place_labels(ax, _labels(told)) + 6
    above += place_key(ax, _key(told), above, handle=2.2)
    below = name_effect_axis(ax, told.contrast)
    if page is not None:
        page.arrange([ax], [above], below, _TALL * (n + 0.2))
    ax.axvline(0, color=QUIET, linewidth=1.0, zorder=1)
    ax.axvline(told.truth, color=TRUTH, linewidth=3.0, zorder=1.1)
    ax.axhline(len(rows) + 1, color=NOT_SIGNIFICANT, linewidth=0.8, zorder=1)
    _trials(ax, rows, told)
    for place, (_, ends, look) in zip(range(len(rows) + 2, n + 1), feet, strict=True):
        _foot(ax, place, ends, look, told)
    return ax


Foot = tuple[str, tuple[float, float, float], str]
"""Name, (lower, estimate, upper), and colour: filled for what is published."""


def _feet(told: ToldLiterature) -> list[Foot]:
    """What stands below the trials."""
    one, whole = told.published, told.everything
    found: list[Foot] = [
        (f"pooled, {one.n} published", (one.lower, one.estimate, one.upper), SIGNIFICANT)
    ]
    if told.prediction is not None:
        low, high = told.prediction
        found.append(("prediction interval", (low, one.estimate, high), INK))
    if not told.is_whole:
        found.append(
            (f"pooled, all {whole.n}", (whole.lower, whole.estimate, whole.upper), NOT_SIGNIFICANT)
        )
    return [foot for foot in found if np.isfinite(foot[1]).all()]


def _limits(rows: pd.DataFrame, told: ToldLiterature) -> tuple[float, float]:
    ends = np.array([*rows["estimate"], told.truth, 0.0])
    # Intervals of the smallest trials may leave the axes; their estimates may not.
    if len(rows):
        ends = np.append(ends, [rows["lower"].quantile(0.1), rows["upper"].quantile(0.9)])
    ends = ends[np.isfinite(ends)]
    room = 0.05 * (ends.max() - ends.min()) or 1.0
    return float(ends.min() - room), float(ends.max() + room)


def _trials(ax: Axes, rows: pd.DataFrame, told: ToldLiterature) -> None:
    low, high = ax.get_xlim()
    heaviest = float(rows["weight"].max()) if len(rows) else 1.0
    for place, row in enumerate(rows.to_dict("records"), start=1):
        ends = (max(row["lower"], low), min(row["upper"], high))
        ax.hlines(place, *ends, color=QUIET, linewidth=1.4, zorder=2)
        for end, beyond in zip(ends, (row["lower"] < low, row["upper"] > high), strict=True):
            if beyond:
                mark = "<" if end == low else ">"
                ax.plot(end, place, mark, color=QUIET, markersize=6, clip_on=False, zorder=2)
        side = max(_LEAST, _LARGEST * (row["weight"] / heaviest) ** 0.5)
        ax.plot(row["estimate"], place, "s", color=SIGNIFICANT, markersize=side, zorder=3)
        _beside(ax, place, (row["lower"], row["estimate"], row["upper"]), told)


def _foot(
    ax: Axes, place: int, ends: tuple[float, float, float], colour: str, told: ToldLiterature
) -> None:
    """A diamond; the prediction interval is a thick line with ends."""
    lower, middle, upper = ends
    if colour == INK:
        ax.hlines(place, lower, upper, color=INK, linewidth=3.0, zorder=3)
        for end in (lower, upper):
            ax.plot(end, place, "|", color=INK, markersize=9, markeredgewidth=2, zorder=3)
    else:
        ax.fill(
            [lower, middle, upper, middle],
            [place, place - 0.42, place, place + 0.42],
            facecolor=colour if colour == SIGNIFICANT else "white",
            edgecolor=colour if colour == SIGNIFICANT else INK,
            linewidth=1.4,
            zorder=3,
        )
    _beside(ax, place, ends, told, is_interval_only=colour == INK)


def _beside(
    ax: Axes,
    place: int,
    ends: tuple[float, float, float],
    told: ToldLiterature,
    *,
    is_interval_only: bool = False,
) -> None:
    """The numbers of a row, to the right of the axes."""
    lower, middle, upper = (told.effect(value) for value in ends)
    text = f"{lower} to {upper}" if is_interval_only else f"{middle} ({lower} to {upper})"
    ax.annotate(
        text,
        (1, place),
        xycoords=ax.get_yaxis_transform(),
        xytext=(12, 0),
        textcoords="offset points",
        ha="left",
        va="center_baseline",
        fontsize=SMALL,
        annotation_clip=False,
    )


def _labels(told: ToldLiterature) -> list[Label]:
    return [Label(told.truth, f"truth {told.true}", TRUTH, "bold")]


def _key(told: ToldLiterature) -> list[Entry]:
    square: dict[str, Any] = {"marker": "s", "markersize": 8, "color": QUIET, "lw": 1.4}
    diamond: dict[str, Any] = {"marker": "D", "markersize": 8, "ls": ""}
    entries: list[Entry] = [
        (Line2D([], [], mfc=SIGNIFICANT, mec=SIGNIFICANT, **square), "published trial"),
        (Line2D([], [], color=SIGNIFICANT, **diamond), "pooled"),
    ]
    if not told.is_whole:
        mark = Line2D([], [], mfc="white", mec=INK, **diamond)
        entries.append((mark, "pooled, were all published"))
    return entries
