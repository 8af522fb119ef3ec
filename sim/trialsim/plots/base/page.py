"""The sheet a figure is drawn on: takeaway above, caption below, the axes in what is left.

Everything around the axes has a size in points. So the text decides how much room it needs, and
a figure with more panels or longer names grows instead of overlapping.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

from trialsim.plots.base.style import DPI, HEADING, HEIGHT, QUIET, SMALL, TEXT, WIDTH

POINTS = 72.0
EDGE = 16.0
LEFT, RIGHT = 70.0, 24.0
GUTTER = 190.0
"""Points to the right of the axes, for what curves and panels are called."""
AWAY = 22.0
"""Points from the axes to a text in the gutter."""


def size_of(text: Text) -> tuple[float, float]:
    """Width and height of a text that is already on a figure, in points."""
    figure = text.get_figure(root=True)
    assert figure is not None
    box = text.get_window_extent()
    return box.width * POINTS / figure.dpi, box.height * POINTS / figure.dpi


def wrapped(
    figure: Figure,
    text: str,
    width: float,
    size: float,
    weight: str = "normal",
    *,
    is_balanced: bool = False,
) -> str:
    """The text with line breaks, so that no line is wider than `width` points.

    Balanced lines are of similar length: no single word on the last one.
    """
    # Browsers without this font set it a little wider than it is measured here.
    width *= 0.97
    probe = figure.text(0, 0, "", fontsize=size, fontweight=weight)

    def across(piece: str) -> float:
        probe.set_text(piece)
        return size_of(probe)[0]

    words: list[str] = []
    # At spaces only: a no-break space holds its words together.
    for rest in text.replace("\n", " ").split(" "):
        while across(rest) > width and len(rest) > 1:
            end = next((n for n in range(len(rest) - 1, 1, -1) if across(rest[:n]) <= width), 1)
            words.append(rest[:end])
            rest = rest[end:]
        words.append(rest)
    widths = [across(word) for word in words]
    space = across("n n") - across("nn")
    probe.remove()

    lines = _lines(words, widths, space, width)
    for share in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7) if is_balanced else ():
        narrower = _lines(words, widths, space, share * width)
        if len(narrower) == len(lines):
            lines = narrower
    return "\n".join(lines)


def _lines(words: list[str], widths: list[float], space: float, width: float) -> list[str]:
    """As many words on each line as fit, by the widths of the words."""
    lines: list[str] = []
    used = 0.0
    for word, needed in zip(words, widths, strict=True):
        if lines and used + space + needed <= width:
            lines[-1] += f" {word}"
            used += space + needed
        else:
            lines.append(word)
            used = needed
    return lines


@dataclass(frozen=True)
class Page:
    """A figure with its heading and caption in place, and the room they take in points."""

    figure: Figure
    head: float
    foot: float

    def add_axes(self, n: int, right: float = RIGHT) -> list[Axes]:
        """`n` axes below one another, sharing x; `arrange` gives them their height later."""
        width = POINTS * WIDTH
        left, across = LEFT / width, (width - LEFT - right) / width
        axes = [self.figure.add_axes((left, 0.2, across, 0.5))]
        while len(axes) < n:
            axes.append(self.figure.add_axes((left, 0.2, across, 0.5), sharex=axes[0]))
        return axes

    def arrange(
        self,
        axes: Sequence[Axes],
        above: Sequence[float],
        below: float,
        least: float,
        weights: Sequence[float] | None = None,
    ) -> None:
        """Stack the axes with room above each and below the last, each at least `least` tall.

        Weights make some taller than others: each is then at least `least` times its weight.
        """
        shares = [1.0] * len(axes) if weights is None else weights
        fixed = self.head + sum(above) + below + self.foot
        height = max(POINTS * HEIGHT, fixed + sum(shares) * least)
        self.figure.set_size_inches(WIDTH, height / POINTS)
        top = height - self.head
        for ax, room, share in zip(axes, above, shares, strict=True):
            each = (height - fixed) * share / sum(shares)
            top -= room + each
            x0, width = ax.get_position().x0, ax.get_position().width
            ax.set_position((x0, top / height, width, each / height))


def new_page(takeaway: str = "", caption: str = "") -> Page:
    """A page without axes; without takeaway and caption it has only margins."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI)
    FigureCanvasAgg(figure)
    across = POINTS * WIDTH - 2 * EDGE
    head = foot = EDGE
    if takeaway:
        # A short name in quotation marks stays on one line.
        whole = re.sub("\u201c[^\u201d]{,24}\u201d", _unbroken, takeaway)
        text = wrapped(figure, whole, across, HEADING, "bold", is_balanced=True)
        heading = _held(figure, text, 1, va="top", fontsize=HEADING, fontweight="bold")
        head += size_of(heading)[1] + 0.9 * TEXT
    if caption:
        text = wrapped(figure, caption, across, SMALL, is_balanced=True)
        small = _held(figure, text, 0, va="bottom", fontsize=SMALL, color=QUIET)
        foot += size_of(small)[1] + 0.7 * TEXT
    return Page(figure, head, foot)


def _unbroken(name: re.Match[str]) -> str:
    return name[0].replace(" ", "\u00a0")


def _held(figure: Figure, text: str, y: int, **look: Any) -> Text:
    """Text held by a left corner of the figure, so that it stays there when the figure grows."""
    away = ScaledTranslation(
        EDGE / POINTS, (EDGE if y == 0 else -EDGE) / POINTS, figure.dpi_scale_trans
    )
    return figure.text(
        0, y, text, transform=figure.transFigure + away, ha="left", linespacing=1.2, **look
    )
