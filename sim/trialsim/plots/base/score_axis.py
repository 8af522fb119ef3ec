"""Axes of scores: their ends on the natural scale, their name, and which direction is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text

from trialsim.core.axes import FloatArray
from trialsim.plots.base.page import EDGE, POINTS, size_of, wrapped
from trialsim.plots.base.style import QUIET, TEXT


@dataclass(frozen=True)
class Score:
    """An outcome as an axis shows it."""

    label: str
    unit: str
    better: Literal["lower", "higher"]
    limits: tuple[float, float] | None = None
    """Lowest and highest possible score; an end may be infinite."""

    @property
    def name(self) -> str:
        """Name of the axis, its unit, and which direction is better."""
        return f"{self.label} ({self.unit}; {self.better} is better)"

    def axis(self, values: FloatArray) -> tuple[float, float]:
        """Ends of the axis: the limits of the scale where there are any, else the values."""
        low, high = float(np.min(values)), float(np.max(values))
        ends = [low, high]
        for place, limit in enumerate(self.limits or (-np.inf, np.inf)):
            if np.isfinite(limit):
                ends[place] = limit
        room = 0.03 * (ends[1] - ends[0]) or 1.0
        return ends[0] - room, ends[1] + room

    def ticks(self) -> list[float]:
        """Round scores from the lowest to the highest possible one; empty without limits."""
        if self.limits is None or not np.isfinite(self.limits).all():
            return []
        low, high = self.limits
        for parts in (5, 4, 6, 3, 2):
            each = (high - low) / parts
            if each == round(each) or each in (0.1, 0.2, 0.25, 0.5):
                return [low + place * each for place in range(parts + 1)]
        return []

    def dress(self, ax: Axes, values: FloatArray) -> None:
        """Give a y axis the ends and ticks of the scale; values may hold NaN."""
        ax.set_ylim(self.axis(values[np.isfinite(values)]))
        if ticks := self.ticks():
            ax.set_yticks(ticks)

    def step(self, values: FloatArray) -> float:
        """Distance of neighbouring scores where few are possible, else 0."""
        found = np.unique(values)
        if len(found) < 2 or len(found) > _MOST_STEPS or 2 * len(found) > np.size(values):
            return 0.0
        return float(np.diff(found).min())


_MOST_STEPS = 200


def name_above(ax: Axes, text: str, above: float) -> float:
    """Write what the y axis is `above` points over the axes, from the left edge of the sheet;
    returns the height in points. Across it is read more easily than along the axis."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    start = EDGE - ax.get_window_extent().x0 * POINTS / figure.dpi
    across = POINTS * figure.get_figwidth() - 2 * EDGE
    written = ax.annotate(
        wrapped(figure, text, across, TEXT),
        (0, 1),
        xycoords="axes fraction",
        xytext=(start, above),
        textcoords="offset points",
        ha="left",
        va="bottom",
        color=QUIET,
    )
    return size_of(written)[1]


def title_above(ax: Axes, lines: Sequence[tuple[str, str]], above: float = 6.0) -> float:
    """Write the title of a panel, lines of (text, colour), bold; returns its height in points."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    across = ax.get_window_extent().width * POINTS / figure.dpi
    height = 0.0
    for text, colour in reversed(lines):
        written: Text = ax.annotate(
            wrapped(figure, text, across, TEXT, "bold"),
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, above + height),
            textcoords="offset points",
            ha="left",
            va="bottom",
            color=colour,
            fontweight="bold",
        )
        height += size_of(written)[1] + 3
    return height
