"""Names of curves to the right of the axes: level with their ends, never on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from trialsim.plots.base.page import AWAY, EDGE, GUTTER, POINTS, wrapped
from trialsim.plots.base.style import NOT_SIGNIFICANT, TEXT

_LINE = 1.2 * TEXT


@dataclass(frozen=True)
class EndLabel:
    """A name, already broken into lines, and the point of the data that it belongs to."""

    x: float
    y: float
    text: str
    colour: str

    @property
    def height(self) -> float:
        """Height in points, with the gap to the next label."""
        return _LINE * (self.text.count("\n") + 1) + 0.25 * TEXT


def end_label(ax: Axes, x: float, y: float, text: str, colour: str) -> EndLabel:
    """A label broken into lines that fit the gutter."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return EndLabel(x, y, wrapped(figure, text, GUTTER - AWAY - EDGE / 2, TEXT), colour)


def height_of(labels: Sequence[EndLabel]) -> float:
    """Height that the axes need for all labels, in points."""
    return sum(label.height for label in labels)


def place_end_labels(ax: Axes, labels: Sequence[EndLabel]) -> None:
    """Draw the labels as near to their points as they can stand; the axes must be final."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    tall = ax.get_window_extent().height * POINTS / figure.dpi
    to_points = figure.dpi_scale_trans
    upwards = sorted(labels, key=lambda label: label.y)
    levels = [_share_of_axes(ax, label.y) * tall for label in upwards]
    middles = _spread(levels, [label.height for label in upwards], tall)
    for label, level, middle in zip(upwards, levels, middles, strict=True):
        across = ScaledTranslation(AWAY / POINTS, (middle - level) / POINTS, to_points)
        ax.annotate(
            label.text,
            (label.x, label.y),
            xytext=(1, label.y),
            textcoords=ax.get_yaxis_transform() + across,
            ha="left",
            va="center",
            color=label.colour,
            linespacing=1.1,
            arrowprops={
                "arrowstyle": "-",
                # Thin and grey: it must not be read as a piece of the curve.
                "color": NOT_SIGNIFICANT,
                "linewidth": 0.7,
                "relpos": (0, 0.5),
                "shrinkA": 1,
                "shrinkB": 5,
            },
            annotation_clip=False,
        )


def _share_of_axes(ax: Axes, y: float) -> float:
    """Height of a value in the axes, from 0 to 1; by the transform, because they may be
    logarithmic."""
    return float((ax.transScale + ax.transLimits).transform((ax.get_xlim()[1], y))[1])


def _spread(wanted: Sequence[float], heights: Sequence[float], tall: float) -> list[float]:
    """Middles from the lowest up, moved apart so that none overlap and none leave the axes."""
    middles: list[float] = []
    for place, height in enumerate(heights):
        least = middles[-1] + (heights[place - 1] + height) / 2 if middles else height / 2 - TEXT
        middles.append(max(wanted[place], least))
    most = tall + TEXT
    for place in reversed(range(len(middles))):
        most -= heights[place] / 2
        middles[place] = min(middles[place], most)
        most = middles[place] - heights[place] / 2
    return middles
