"""Bars across the page, each with its number at its end: shares of 100 trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.page import EDGE, POINTS, new_page, wrapped
from trialsim.plots.base.panel_text import name_below
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, QUIET, SIGNIFICANT, TEXT, WIDTH, style
from trialsim.plots.base.words import number

_ROW = 42.0
_NAMES = 250.0  # points, left of the axes


@dataclass(frozen=True)
class Bar:
    """A share with its name."""

    name: str
    share: float


def draw_bars(
    bars: Sequence[Bar], *, heading: str, caption: str, axis: str, line: float, name: str
) -> Drawn:
    """Shares of 100 as bars from the top down, and a dotted line at `line`."""
    with style():
        page = new_page(heading, caption)
        ax = page.add_axes(1)[0]
        width = POINTS * WIDTH
        ax.set_position((_NAMES / width, 0.2, (width - _NAMES - 2 * EDGE) / width, 0.5))
        ax.set_xlim(0, 100)
        ax.set_ylim(len(bars) - 0.4, -0.6)
        ax.set_yticks([])
        page.arrange([ax], [14], name_below(ax, axis), _ROW * len(bars))
        for place, bar in enumerate(bars):
            ax.barh(place, 100 * bar.share, 0.62, color=SIGNIFICANT, zorder=2)
            _name(ax, place, bar.name)
            ax.annotate(
                number(100 * bar.share, 0),
                (100 * bar.share, place),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=INK,
                fontweight="bold",
            )
        ax.axvline(
            100 * line, color=NOT_SIGNIFICANT, linewidth=1.6, linestyle=(0, (1, 2)), zorder=3
        )
        ax.annotate(
            f"{100 * line:g}",
            (100 * line, 1),
            xycoords=ax.get_xaxis_transform(),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            color=QUIET,
        )
    numbers = pd.DataFrame([(bar.name, bar.share) for bar in bars], columns=["what", "share"])
    each = "; ".join(f"{bar.name}: {100 * bar.share:.0f} of 100" for bar in bars)
    return Drawn(page.figure, numbers, heading, caption, f"Bars. {each}.", name)


def _name(ax: Axes, place: int, text: str) -> None:
    figure = ax.get_figure(root=True)
    assert figure is not None
    ax.annotate(
        wrapped(figure, text, _NAMES - 2 * EDGE, TEXT),
        (0, place),
        xytext=(-10, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        annotation_clip=False,
    )
