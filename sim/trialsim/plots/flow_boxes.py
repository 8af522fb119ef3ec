"""Boxes in rows with arrows between them: text decides how tall a row is, so none can overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from trialsim.plots.base.page import EDGE, POINTS, Page, size_of, wrapped
from trialsim.plots.base.style import INK, QUIET, SMALL, TEXT, WIDTH

_LABEL = 112.0
"""Points to the left of the boxes, for what a row is about."""
_BETWEEN, _GAP, _PAD = 10.0, 26.0, 7.0  # points: between columns, between rows, inside a box
_SIZES = {2: TEXT, 3: TEXT, 4: 11.5}
"""Letters by the number of columns; smaller ones for more."""
_WIDEST = 250.0


@dataclass(frozen=True)
class Box:
    """A box: lines of text, the first of them bold if it is a name."""

    lines: tuple[str, ...]
    name: str = ""
    colour: str = INK


@dataclass(frozen=True)
class Row:
    """Boxes beside one another: one for all, or one a column."""

    label: str
    about: str
    boxes: tuple[Box, ...]


@dataclass
class _Drawn:
    """Texts of a row, not yet in place, and the height that they need in points."""

    row: Row
    label: Text
    names: list[Text | None]
    bodies: list[Text]
    height: float


def draw_boxes(page: Page, rows: Sequence[Row]) -> Axes:
    """Draw the rows below one another on a page, which gets the height that they need."""
    n = max(len(row.boxes) for row in rows)
    across = POINTS * WIDTH - 2 * EDGE
    width = min(_WIDEST, (across - _LABEL - (n - 1) * _BETWEEN) / n)
    # Columns of their natural width, spread over the room that there is.
    step = (across - _LABEL - width) / (n - 1) if n > 1 else 0.0
    columns = [EDGE + _LABEL + width / 2 + i * step for i in range(n)]
    if n == 2:  # two narrow columns need not stand at the ends of the sheet
        middle, apart = EDGE + _LABEL + (across - _LABEL) / 2, width / 2 + 2 * _BETWEEN
        columns = [middle - apart, middle + apart]
    ax = page.figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    drawn = [_texts(ax, row, width, _SIZES.get(n, SMALL)) for row in rows]
    inside = sum(one.height for one in drawn) + _GAP * (len(rows) - 1)
    height = page.head + inside + page.foot
    page.figure.set_size_inches(WIDTH, height / POINTS)
    ax.set_xlim(0, POINTS * WIDTH)
    ax.set_ylim(0, height)
    before: tuple[list[float], float] = ([], 0.0)
    top = height - page.head
    for one in drawn:
        middles = columns if len(one.row.boxes) > 1 else [sum(columns) / n]
        _arrows(ax, *before, middles, top)
        _place(ax, one, middles, width, top)
        before = (middles, top - one.height)
        top -= one.height + _GAP
    return ax


def _texts(ax: Axes, row: Row, width: float, size: float) -> _Drawn:
    figure = ax.get_figure(root=True)
    assert figure is not None

    def write(text: str, room: float, letters: float, **look: Any) -> Text:
        weight = str(look.get("fontweight", "normal"))
        lines = [wrapped(figure, line, room, letters, weight) for line in text.split("\n")]
        return ax.text(0, 0, "\n".join(lines), fontsize=letters, linespacing=1.2, va="top", **look)

    about = f"{row.label}\n{row.about}" if row.about else row.label
    label = write(about, _LABEL - _BETWEEN, SMALL, color=QUIET)
    names: list[Text | None] = []
    bodies, heights = [], [size_of(label)[1]]
    for box in row.boxes:
        room = width - 2 * _PAD
        name = None
        if box.name:
            name = write(box.name, room, size, fontweight="bold", color=box.colour, ha="center")
        body = write("\n".join(box.lines), room, size, ha="center")
        names.append(name)
        bodies.append(body)
        above = 0.0 if name is None else size_of(name)[1] + 2
        heights.append(above + size_of(body)[1] + 2 * _PAD)
    return _Drawn(row, label, names, bodies, max(heights))


def _place(ax: Axes, one: _Drawn, middles: Sequence[float], width: float, top: float) -> None:
    one.label.set_position((EDGE, top - (one.height - size_of(one.label)[1]) / 2))
    for box, name, body, middle in zip(one.row.boxes, one.names, one.bodies, middles, strict=True):
        corner = (middle - width / 2, top - one.height)
        frame = Rectangle(
            corner, width, one.height, facecolor="white", edgecolor=box.colour, linewidth=1.5
        )
        ax.add_patch(frame)
        tall = size_of(body)[1] + (0.0 if name is None else size_of(name)[1] + 2)
        y = top - (one.height - tall) / 2
        if name is not None:
            name.set_position((middle, y))
            y -= size_of(name)[1] + 2
        body.set_position((middle, y))


def _arrows(
    ax: Axes, above: Sequence[float], bottom: float, below: Sequence[float], top: float
) -> None:
    """Arrows from boxes to those below: straight, or from one to many by way of a line across."""
    if not above:
        return
    half = (bottom + top) / 2
    if len(above) != len(below):
        for x in above:
            ax.plot([x, x], [bottom, half], color=QUIET, linewidth=1.2)
        ends = [*above, *below]
        ax.plot([min(ends), max(ends)], [half, half], color=QUIET, linewidth=1.2)
    for x in below:
        start = bottom if len(above) == len(below) else half
        ax.annotate(
            "",
            (x, top),
            xytext=(x, start),
            arrowprops={
                "arrowstyle": "-|>",
                "color": QUIET,
                "linewidth": 1.2,
                "shrinkA": 0,
                "shrinkB": 0,
                "mutation_scale": 10,
            },
        )
