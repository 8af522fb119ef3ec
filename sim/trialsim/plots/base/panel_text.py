"""The title above a panel and the name below it, broken into lines that fit."""

from __future__ import annotations

from matplotlib.axes import Axes

from trialsim.plots.base.page import EDGE, POINTS, size_of, wrapped
from trialsim.plots.base.style import TEXT


def title_above(ax: Axes, text: str, lift: float) -> float:
    """Write what a panel shows, `lift` points above it; returns the room up to its top.

    It begins at the edge of the sheet and runs over the gutter: a y axis needs no name then.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    start = EDGE - ax.get_window_extent().x0 * POINTS / figure.dpi
    across = POINTS * figure.get_figwidth() - 2 * EDGE
    title = ax.annotate(
        wrapped(figure, text, across, TEXT, "bold"),
        (0, 1),
        xycoords="axes fraction",
        xytext=(start, lift),
        textcoords="offset points",
        ha="left",
        va="bottom",
        fontweight="bold",
        linespacing=1.15,
    )
    return lift + size_of(title)[1]


def name_below(ax: Axes, text: str) -> float:
    """Name the x axis; returns the room below the axes that ticks and name take, in points."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    across = ax.get_window_extent().width * POINTS / figure.dpi
    ax.set_xlabel(wrapped(figure, text, across, TEXT), linespacing=1.15)
    return 12 + 1.3 * TEXT + size_of(ax.xaxis.label)[1]
