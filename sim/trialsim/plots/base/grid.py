"""Panels in rows and columns on one sheet; the text around them decides how much room is left."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from trialsim.plots.base.page import LEFT, POINTS, RIGHT, Page
from trialsim.plots.base.style import WIDTH

GAP = 28.0
"""Points between columns."""

Grid = list[list[Axes]]
"""Rows of axes."""


def add_grid(page: Page, n_rows: int, n_columns: int, right: float = RIGHT) -> Grid:
    """Axes that share x and y; `arrange_grid` gives them their height later."""
    firsts = page.add_axes(n_rows, right)
    width = POINTS * WIDTH
    across = (width - LEFT - right - (n_columns - 1) * GAP) / n_columns
    grid: Grid = []
    for first in firsts:
        y0, height = first.get_position().y0, first.get_position().height
        first.set_position((LEFT / width, y0, across / width, height))
        row = [first]
        for column in range(1, n_columns):
            x0 = LEFT + column * (across + GAP)
            place = (x0 / width, y0, across / width, height)
            ax = page.figure.add_axes(place, sharex=firsts[0], sharey=firsts[0])
            ax.tick_params(labelleft=False)
            row.append(ax)
        if first is not firsts[0]:
            first.sharey(firsts[0])
        grid.append(row)
    return grid


def arrange_grid(
    page: Page, grid: Grid, above: Sequence[float], below: float, least: float
) -> None:
    """Stack the rows with room above each and below the last, each at least `least` tall."""
    page.arrange([row[0] for row in grid], above, below, least)
    for row in grid:
        y0, height = row[0].get_position().y0, row[0].get_position().height
        for ax in row[1:]:
            x0, width = ax.get_position().x0, ax.get_position().width
            ax.set_position((x0, y0, width, height))
