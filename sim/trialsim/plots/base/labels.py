"""Labels that stand at a place on the x axis, above the axes, and never on one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from trialsim.plots.base.page import POINTS, size_of
from trialsim.plots.base.style import INK, TEXT

ROW = 1.45 * TEXT
"""Height of a row of labels, in points."""
_APART = 10.0


@dataclass(frozen=True)
class Label:
    """A text for one place on the x axis."""

    x: float
    text: str
    colour: str = INK
    weight: str = "normal"
    has_triangle: bool = False
    """Marks the place with a triangle, and the text stands beside it."""


@dataclass(frozen=True)
class _Placed:
    """Where a label went: its row, its left and right end and its own place, in points."""

    row: int
    left: float
    right: float
    at: float

    def overlaps(self, other: _Placed) -> bool:
        """They share a row and touch."""
        apart = self.right + _APART < other.left or other.right + _APART < self.left
        return self.row == other.row and not apart

    def crosses(self, other: _Placed) -> bool:
        """The leader of the higher one runs through the lower one."""
        low, high = sorted((self, other), key=lambda one: one.row)
        return low.row < high.row and low.left - 3 < high.at < low.right + 3


def place_labels(ax: Axes, labels: Sequence[Label], lift: float = 3.0) -> int:
    """Draw the labels above the axes, in as few rows as they need; returns that number.

    Earlier labels get the better places. The x limits must be final; the height of the axes need
    not be, because every offset is in points. `lift` keeps them off marks at the top of the axes.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    across = ax.get_window_extent().width * POINTS / figure.dpi
    low, high = ax.get_xlim()
    places = [(label.x - low) / (high - low) * across for label in labels]
    triangles = [
        _Placed(0, at - 7, at + 7, at) if label.has_triangle else None
        for label, at in zip(labels, places, strict=True)
    ]
    texts: list[_Placed] = []
    rows = 0
    for label, at, own in zip(labels, places, triangles, strict=True):
        probe = figure.text(0, 0, label.text, fontsize=TEXT, fontweight=label.weight)
        width = size_of(probe)[0]
        probe.remove()
        others = [one for one in triangles if one is not None and one is not own]
        found = _free(label, at, width, across, [*texts, *others])
        texts.append(found)
        rows = max(rows, found.row + 1)
        _draw(ax, label, found, lift)
    return rows


def _free(
    label: Label, at: float, width: float, across: float, taken: Sequence[_Placed]
) -> _Placed:
    """The lowest place near the label's own x that is free."""
    candidates = []
    for row in range(len(taken) + 1):
        beside = label.has_triangle and row == 0
        starts = [] if beside else [at - width / 2]
        for aside in (11.0,) if beside else (4.0, 18.0):
            # Away from zero: towards it stands the truth, or another triangle.
            sides = [at - aside - width, at + aside]
            starts += sides if label.x < 0 else sides[::-1]
        for start in starts:
            clamped = min(max(start, 0.0), max(0.0, across - width))
            if not beside or clamped == start:
                candidates.append(_Placed(row, clamped, clamped + width, at))
    candidates = [one for one in candidates if not any(one.overlaps(other) for other in taken)]
    clear = (one for one in candidates if not any(one.crosses(other) for other in taken))
    # Two labels for nearly the same place: the leader then passes behind the lower one.
    return next(clear, candidates[0])


def _draw(ax: Axes, label: Label, at: _Placed, lift: float) -> None:
    figure = ax.get_figure(root=True)
    assert figure is not None
    across = ax.get_xaxis_transform()
    if label.has_triangle:
        ax.annotate(
            "\u25bc",
            (label.x, 1),
            xycoords=across,
            xytext=(0, 1),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=label.colour,
            fontsize=0.9 * TEXT,
        )
    height = lift + at.row * ROW
    if at.row > 0:
        ax.annotate(
            "",
            (label.x, 1),
            xycoords=across,
            xytext=(0, height),
            textcoords="offset points",
            arrowprops={
                "arrowstyle": "-",
                "color": label.colour,
                "linewidth": 1,
                "shrinkA": 0,
                "shrinkB": ROW if label.has_triangle else 0,
            },
        )
    ax.annotate(
        label.text,
        (label.x, 1),
        xycoords=across,
        xytext=(at.left - at.at, height),
        textcoords="offset points",
        ha="left",
        va="bottom",
        color=label.colour,
        fontweight=label.weight,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        zorder=6,
    )
