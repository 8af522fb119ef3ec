"""Designs compared on the same simulated trials: difference in significant trials, paired error."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.page import GUTTER, Page, new_page
from trialsim.plots.base.style import (
    BAND,
    INK,
    NOT_SIGNIFICANT,
    SIGNIFICANT,
    TEXT,
    halo,
    style,
)
from trialsim.plots.base.words import plain
from trialsim.plots.paired_difference_text import alt_text, caption, takeaway

_ROW = 2.3 * TEXT
_LEAST_TALL = 130.0  # points


def paired_difference(
    frame: pd.DataFrame, *, first: str, smallest: float | None = None, ax: Axes | None = None
) -> Axes:
    """Differences in the share of significant trials, a row a design and assumption.

    One row of `frame` is a comparison with the design `first`: `other`, `assumption`,
    `difference`, `paired_mcse`, `unpaired_mcse` (shares) and `is_told_apart`. `smallest` is the
    smallest difference worth knowing.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(frame, first, smallest, page, ax)


def draw_paired_difference(
    frame: pd.DataFrame,
    *,
    first: str,
    settings: Settings,
    n_total: str | None = None,
    smallest: float | None = None,
    name: str = "paired_difference",
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    numbers = with_bars(frame)
    heading = takeaway(numbers, first)
    small = caption(numbers, settings, n_total, smallest)
    with style():
        page = new_page(heading, small)
        _draw(numbers, first, smallest, page)
    return Drawn(page.figure, numbers, heading, small, alt_text(numbers, first), name)


def with_bars(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that have a difference, with the ends of both 95% intervals."""
    known = frame.dropna(subset=["difference", "paired_mcse"]).reset_index(drop=True)
    half, wide = 1.96 * known["paired_mcse"], 1.96 * known["unpaired_mcse"]
    middle = known["difference"]
    ends = {"lower": middle - half, "upper": middle + half}
    return known.assign(**ends, unpaired_lower=middle - wide, unpaired_upper=middle + wide)


def _draw(
    frame: pd.DataFrame,
    first: str,
    smallest: float | None,
    page: Page | None,
    ax: Axes | None = None,
) -> Axes:
    numbers = frame if "lower" in frame else with_bars(frame)
    ax = page.add_axes(1, right=GUTTER)[0] if page is not None else ax
    assert ax is not None
    n = len(numbers)
    ax.set_ylim(0.4 - n, 0.6)  # the first comparison on top
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ends = [0.0, *numbers["unpaired_lower"], *numbers["unpaired_upper"]]
    ends += [] if smallest is None else [-smallest, smallest]
    low, high = 100 * min(ends), 100 * max(ends)
    room = 0.06 * (high - low) or 1.0
    ax.set_xlim(low - room, high + room)
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8))
    ax.set_xlabel(f"significant trials of 100: more (right) or fewer than {plain(first)}")
    names = [_name(ax, -place, row) for place, row in enumerate(numbers.to_dict("records"))]
    if page is not None:
        tall = max(_LEAST_TALL, n * _ROW, height_of(names))
        page.arrange([ax], [10], 4.0 * TEXT, tall)
    if smallest is not None:
        ax.axvspan(-100 * smallest, 100 * smallest, color=BAND, linewidth=0, zorder=0.5)
    ax.axvline(0, color=INK, linewidth=1.3, zorder=1)
    for place, row in enumerate(numbers.to_dict("records")):
        _comparison(ax, -place, row)
    place_end_labels(ax, names)
    return ax


def _comparison(ax: Axes, place: int, row: dict[str, float]) -> None:
    """Wide and grey without pairing, narrow and dark with it."""
    colour = SIGNIFICANT if row["is_told_apart"] else INK
    wide = (100 * row["unpaired_lower"], 100 * row["unpaired_upper"])
    narrow = (100 * row["lower"], 100 * row["upper"])
    ax.hlines(place, wide[0], wide[1], color=NOT_SIGNIFICANT, linewidth=1.4, zorder=2)
    ax.plot(wide, [place] * 2, "|", color=NOT_SIGNIFICANT, markersize=9, zorder=2)
    ax.hlines(
        place, narrow[0], narrow[1], color=colour, linewidth=4.5, path_effects=halo(4.5), zorder=3
    )
    ax.plot(
        100 * row["difference"],
        place,
        "o",
        color=colour,
        markerfacecolor=colour if row["is_told_apart"] else "white",
        markeredgewidth=1.8,
        markersize=9,
        zorder=4,
    )


def _name(ax: Axes, place: int, row: dict[str, object]) -> EndLabel:
    text = f"{plain(str(row['other']))}, {plain(str(row['assumption']))}"
    colour = SIGNIFICANT if row["is_told_apart"] else INK
    return end_label(ax, 100 * float(str(row["upper"])), place, text, colour)
