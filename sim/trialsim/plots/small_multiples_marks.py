"""The marks of small multiples: curves of a panel, rows of dots, and their key."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trialsim.plots.base.page import wrapped
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, TEXT, Look, looks
from trialsim.plots.base.words import plain
from trialsim.plots.curves import curve
from trialsim.plots.facets import Facets


def looks_of(numbers: pd.DataFrame) -> dict[str, Look]:
    """Looks of the assumptions; one under which nothing ever differs is the reference."""
    grouped = numbers.groupby("assumption", sort=False)["is_null"].all()
    return looks(
        [str(name) for name in grouped.index], {str(one) for one in grouped[grouped].index}
    )


def draw_panel(ax: Axes, facets: Facets, panel: str, seen: dict[str, Look]) -> None:
    """One panel: a curve an assumption over the axis that all panels share."""
    numbers = facets.numbers
    low, high = float(numbers["x"].min()), float(numbers["x"].max())
    room = 0.06 * (high - low)
    ax.set_xlim(low - room, high + room)
    ax.set_ylim(0, 100)
    ax.set_yticks([0, 20, 40, 60, 80, 100])
    ax.xaxis.set_major_locator(MaxNLocator(nbins=3))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.10g}"))
    here = numbers[numbers["panel"] == panel]
    ax.axhline(80, color=NOT_SIGNIFICANT, linewidth=1.0, linestyle=(0, (6, 4)), zorder=1)
    for alpha in here["alpha"].unique():
        ax.axhline(100 * alpha, color=INK, linewidth=1.3, linestyle=(0, (1, 2)), zorder=1)
    if isfinite(facets.x_stated):
        ax.axvline(facets.x_stated, color=INK, linewidth=1.0, zorder=1.5)
    for name, rows in here.groupby("assumption", sort=False):
        value, lower, upper = (100 * rows[column] for column in ("value", "lower", "upper"))
        look = seen[str(name)]
        curve(ax, rows["x"], value, look, lower=lower, upper=upper, marker_size=5.5)
    ax.set_title(title(facets, panel), fontsize=TEXT, loc="left", fontweight=weight(facets, panel))


def draw_rows(ax: Axes, facets: Facets, seen: dict[str, Look]) -> None:
    """A row for each value, a mark for each assumption, with the bar of its error."""
    panels = facets.panels
    ax.set_xlim(0, 100)
    ax.set_ylim(len(panels) - 0.5, -0.5)
    ax.set_yticks(range(len(panels)), [title(facets, panel) for panel in panels])
    for label, panel in zip(ax.get_yticklabels(), panels, strict=True):
        label.set_fontweight(weight(facets, panel))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("significant trials, of 100")
    ax.axvline(80, color=NOT_SIGNIFICANT, linewidth=1.0, linestyle=(0, (6, 4)), zorder=1)
    for place, panel in enumerate(panels):
        ax.axhline(place, color="#D0D0D0", linewidth=0.8, zorder=0.5)
        here = facets.numbers[facets.numbers["panel"] == panel]
        for alpha in here["alpha"].unique():
            ends = [place - 0.5, place + 0.5]
            ax.plot([100 * alpha] * 2, ends, color=INK, lw=1.3, ls=(0, (1, 2)), zorder=1)
        for row in here.dropna(subset="value").to_dict("records"):
            look = seen[str(row["assumption"])]
            low, high = 100 * row["lower"], 100 * row["upper"]
            ax.hlines(place, low, high, color=look.colour, linewidth=1.8, zorder=2.5)
            ax.plot(
                100 * row["value"],
                place,
                color=look.colour,
                marker=look.marker,
                markersize=9,
                markerfacecolor=look.fill,
                markeredgewidth=1.8,
                clip_on=False,
                zorder=3,
            )


def title(facets: Facets, panel: str) -> str:
    """What stands over a panel, or beside a row."""
    is_marked = panel == facets.stated and panel != "as stated"
    return f"{panel} (as stated)" if is_marked else panel


def weight(facets: Facets, panel: str) -> str:
    """The design as stated is bold."""
    return "bold" if panel == facets.stated else "normal"


def key(
    ax: Axes, facets: Facets, seen: dict[str, Look], n_columns: int = 1, across: float = np.inf
) -> Legend:
    """Names of the assumptions beside their marks, each at most `across` points wide."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    nulls = facets.numbers.groupby("assumption")["is_null"].all()
    handles = [_handle(look, has_line=bool(facets.x_name)) for look in seen.values()]
    names = [plain(name) + (" (false alarms)" if nulls[name] else "") for name in seen]
    return ax.legend(
        handles,
        [wrapped(figure, name, across, TEXT) for name in names],
        ncols=n_columns,
        loc="upper left",
        frameon=False,
        borderaxespad=0,
        borderpad=0,
        handlelength=2.6 if facets.x_name else 1.2,
        columnspacing=1.6,
    )


def _handle(look: Look, *, has_line: bool) -> Line2D:
    line: Any = look.line if has_line else ""
    return Line2D(
        [],
        [],
        color=look.colour,
        linestyle=line,
        linewidth=look.width,
        marker=look.marker,
        markersize=8,
        markerfacecolor=look.fill,
        markeredgewidth=1.6,
    )
