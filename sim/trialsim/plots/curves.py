"""Curves against the size of a trial: the axis of sizes, this trial's mark, points with errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from trialsim.plots.base.labels import Label
from trialsim.plots.base.style import INK, Look


def size_axis(ax: Axes, sizes: Sequence[int], marked_n_total: int | None, n_ticks: int = 8) -> None:
    """An x axis of total sizes with room for the mark; a single size stands in the middle."""
    known = sorted(set(sizes))
    ends = [*known, *([] if marked_n_total is None else [marked_n_total])] or [1]
    low, high = min(ends), max(ends)
    if low == high:
        ax.set_xlim(0, 2 * high)
        ax.xaxis.set_major_locator(FixedLocator(sorted({low, *known})))
    else:
        room = 0.04 * (high - low)
        ax.set_xlim(low - room, high + room)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=n_ticks, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))


def mark_size(ax: Axes, n_total: int) -> Label:
    """A thin line at the size of the trial, and its label for `place_labels`."""
    ax.axvline(n_total, color=INK, linewidth=1.3, zorder=1.5)
    return Label(n_total, f"this trial: {n_total:,}")


def curve(
    ax: Axes,
    x: ArrayLike,
    value: ArrayLike,
    look: Look,
    *,
    lower: ArrayLike,
    upper: ArrayLike,
    marker_size: float = 7.0,
) -> None:
    """Points with a bar each for their Monte Carlo error, joined where both neighbours are known.

    NaN is left blank. Arrays are (points,), in the units of the axes.
    """
    place, middle = np.asarray(x, float), np.asarray(value, float)
    ends = np.asarray(lower, float), np.asarray(upper, float)
    ax.vlines(place, *ends, color=look.colour, linewidth=1.4, zorder=2.5)
    ax.plot(
        place,
        middle,
        color=look.colour,
        linestyle=look.line,
        linewidth=look.width,
        marker=look.marker,
        markersize=marker_size,
        markerfacecolor=look.fill,
        markeredgewidth=1.6,
        # A point on the edge of the axes is drawn whole.
        clip_on=False,
        zorder=3,
    )
