"""Cumulative meta-analysis: what a review would have said after each trial of one literature.

Lau and colleagues 1992, doi 10.1056/NEJM199207233270406.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.page import GUTTER, Page, new_page
from trialsim.plots.base.panel_text import name_below, title_above
from trialsim.plots.base.style import INK, QUIET, SIGNIFICANT, TRUTH, halo, style
from trialsim.plots.base.words import plain
from trialsim.plots.literature_text import ToldLiterature, about_drawn, about_method, on_average

_LEAST_TALL = 240.0  # points
_SETTLED = 4
"""Published trials from which on intervals decide how tall the axes are."""


def cumulative(frame: pd.DataFrame, told: ToldLiterature, ax: Axes | None = None) -> Axes:
    """Pooled estimate of published trials with its interval, and of all, by trials done.

    One row of `frame` is one trial done: `trial`, `trials` (published or all), `n`, `estimate`,
    `lower`, `upper`.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(frame, told, page, ax)


def draw_cumulative(frame: pd.DataFrame, told: ToldLiterature, name: str = "cumulative") -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    heading, small = takeaway(frame, told), caption(told)
    with style():
        page = new_page(heading, small)
        _draw(frame, told, page)
    return Drawn(page.figure, frame, heading, small, alt_text(frame, told), name)


def takeaway(frame: pd.DataFrame, told: ToldLiterature) -> str:
    """What more trials do to the interval, and to the distance from the truth."""
    rows = _of(frame, "published")
    known = rows[np.isfinite(rows["lower"]) & (rows["n"] >= _SETTLED)]
    if known.empty:
        return "Too few trials are published for their interval to narrow."
    first, last = known.iloc[0], known.iloc[-1]
    widths = [float(row["upper"] - row["lower"]) for row in (first, last)]
    return (
        f"From {first['n']:.0f} to {last['n']:.0f} published trials the interval goes from "
        f"{told.effect(widths[0])} to {told.effect(widths[1])} {told.contrast.unit} wide. It "
        f"closes around {told.effect(last['estimate'])}; the truth is {told.true}."
    )


def caption(told: ToldLiterature) -> str:
    """Which literature is drawn, how to read it, and the settings."""
    return (
        f"{about_drawn(told)} {on_average(told)} Band: 95% interval of the published trials, "
        f"pooled again after each. Dashed: all trials, published or not. {about_method(told)}"
    )


def alt_text(frame: pd.DataFrame, told: ToldLiterature) -> str:
    """The figure for somebody who does not see it."""
    return (
        "A line of pooled estimates against the number of trials done, in a band that narrows from "
        f"left to right. {takeaway(frame, told)}"
    )


def _of(frame: pd.DataFrame, trials: str) -> pd.DataFrame:
    rows = frame[frame["trials"] == trials]
    return rows[np.isfinite(rows["estimate"])]


def _draw(
    frame: pd.DataFrame, told: ToldLiterature, page: Page | None, own: Axes | None = None
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    ax = page.add_axes(1, right=GUTTER)[0] if page is not None else own
    assert ax is not None
    published, everything = _of(frame, "published"), _of(frame, "all")
    ax.set_xlim(1, max(2, told.n_done))
    ax.set_ylim(_limits(published, everything, told))
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=2))
    names = _names(ax, published, everything, told)
    below = name_below(ax, "trials done, published or not, in order")
    contrast = told.contrast
    above = title_above(ax, f"{contrast.name}, pooled so far", 8) + 6
    if page is not None:
        page.arrange([ax], [above], below, max(_LEAST_TALL, height_of(names)))
    ax.axhline(0, color=QUIET, linewidth=1.0, zorder=1)
    ax.axhline(told.truth, color=TRUTH, linewidth=3.0, zorder=1.4)
    if not told.is_whole:
        ax.plot(
            everything["trial"],
            everything["estimate"],
            color=INK,
            linewidth=1.8,
            linestyle=(0, (5, 2)),
            zorder=2,
        )
    band = published[np.isfinite(published["lower"])]
    ax.fill_between(
        band["trial"],
        band["lower"],
        band["upper"],
        step="post",
        facecolor=SIGNIFICANT,
        alpha=0.18,
        linewidth=0,
        zorder=1.2,
    )
    ax.plot(
        published["trial"],
        published["estimate"],
        color=SIGNIFICANT,
        linewidth=2.4,
        drawstyle="steps-post",
        path_effects=halo(2.4),
        zorder=3,
    )
    place_end_labels(ax, names)
    _directions(ax, told)
    return ax


def _directions(ax: Axes, told: ToldLiterature) -> None:
    """Whom estimates above and below no difference speak for."""
    for y, side, va in ((1, "right", "top"), (0, "left", "bottom")):
        arrow = "\u2191" if side == "right" else "\u2193"
        ax.annotate(
            f"{arrow}\u00a0favours {plain(told.contrast.favours(side))}",  # type: ignore[arg-type]
            (1, y),
            xycoords="axes fraction",
            xytext=(-4, -4 if va == "top" else 4),
            textcoords="offset points",
            ha="right",
            va=va,
            color=QUIET,
            zorder=4,
        )


def _limits(
    published: pd.DataFrame, everything: pd.DataFrame, told: ToldLiterature
) -> tuple[float, float]:
    settled = published[published["n"] >= _SETTLED]
    ends = np.concatenate(
        [
            settled["lower"],
            settled["upper"],
            published.loc[published["n"] >= 2, "estimate"],
            everything.loc[everything["n"] >= _SETTLED, "estimate"],
            [told.truth, 0.0],
        ]
    )
    ends = ends[np.isfinite(ends)]
    room = 0.1 * (ends.max() - ends.min()) or 1.0
    return float(ends.min() - room), float(ends.max() + room)


def _names(
    ax: Axes, published: pd.DataFrame, everything: pd.DataFrame, told: ToldLiterature
) -> list[EndLabel]:
    end = ax.get_xlim()[1]
    found = [end_label(ax, end, told.truth, f"truth {told.true}", TRUTH)]
    last = [(published, "published", SIGNIFICANT)]
    if not told.is_whole:
        last.append((everything, "all", INK))
    for rows, name, colour in last:
        if len(rows):
            value = float(rows["estimate"].iloc[-1])
            text = f"{name}: {told.effect(value)}"
            found.append(end_label(ax, end, value, text, colour))
    return found
