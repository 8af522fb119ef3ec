"""An x axis of treatment effects that says which direction favours whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.text import Text

from trialsim.plots.base.page import POINTS, size_of, wrapped
from trialsim.plots.base.style import QUIET, TEXT
from trialsim.plots.base.words import plain


@dataclass(frozen=True)
class Contrast:
    """What an estimate is: treatment minus comparator, in the natural units of an outcome."""

    treatment: str
    comparator: str
    outcome_label: str
    better: Literal["lower", "higher"]
    unit: str = "points"

    def favours(self, side: Literal["left", "right"]) -> str:
        """The arm that estimates on that side of zero speak for."""
        is_treatment = (side == "left") == (self.better == "lower")
        return plain(self.treatment if is_treatment else self.comparator)

    @property
    def name(self) -> str:
        """Name of the axis, with its unit."""
        arms = f"{plain(self.treatment)} minus {plain(self.comparator)}"
        return f"{self.outcome_label}: {arms} ({self.unit})"


def name_effect_axis(ax: Axes, contrast: Contrast) -> float:
    """Write directions and name below the axis; returns the room they take, in points."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    across = ax.get_window_extent().width * POINTS / figure.dpi
    half = across / 2 - TEXT
    below = 10 + 1.3 * TEXT  # under the tick labels

    def write(text: str, width: float, side: Literal["left", "center", "right"]) -> Text:
        place = {"left": 0.0, "center": 0.5, "right": 1.0}[side]
        return ax.annotate(
            wrapped(figure, text, width, TEXT),
            (place, 0),
            xycoords="axes fraction",
            xytext=(0, -below),
            textcoords="offset points",
            ha=side,
            va="top",
        )

    # A no-break space keeps the arrow on the line of the word next to it.
    directions = (
        write(f"\u2190\u00a0favours {contrast.favours('left')}", half, "left"),
        write(f"favours {contrast.favours('right')}\u00a0\u2192", half, "right"),
    )
    below += 5 + max(size_of(text)[1] for text in directions)
    name = write(contrast.name, across, "center")
    name.set_color(QUIET)
    return below + size_of(name)[1] + TEXT
