"""P18 as a lesson shows it: first the published trials alone, to guess at, then all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.key import place_key
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import new_page
from trialsim.plots.base.panel_text import name_below
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, SIGNIFICANT, TRUTH, style
from trialsim.plots.base.words import number

_LEAST_TALL = 250.0  # points


def draw_funnel(
    frame: pd.DataFrame, *, truth: float | None, pooled: float | None, heading: str, caption: str
) -> Drawn:
    """Estimates against their standard errors, which grow downwards.

    A row of `frame` is a trial: `estimate` (SDs, positive is better), `se`, `significant`,
    `published`. Without `truth` only what was published is shown, and nothing that tells.
    """
    shown = frame if truth is not None else frame[frame["published"]]
    with style():
        page = new_page(heading, caption)
        ax = page.add_axes(1)[0]
        reach = float(np.ceil(10 * frame["estimate"].abs().max()) / 10)
        ax.set_xlim(-reach, reach)
        ax.set_ylim(1.06 * float(frame["se"].max()), 0)
        above = 10.0
        if truth is not None and pooled is not None:
            ax.axvline(truth, color=TRUTH, linewidth=2.2)
            ax.axvline(pooled, color=INK, linewidth=1.8, linestyle=(0, (5, 3)))
            labels = [
                Label(truth, f"truth {number(truth, 2)}", TRUTH, "bold"),
                Label(pooled, f"published, pooled {number(pooled, 2)}", INK),
            ]
            above += place_labels(ax, labels) * ROW + 6
        above += place_key(ax, _key(truth is not None), above) + 8
        ax.axvline(0, color=NOT_SIGNIFICANT, linewidth=1.0)
        ax.set_ylabel("standard error (SD)")
        below = name_below(ax, "difference found, in SDs; to the right the treatment is better")
        page.arrange([ax], [above], below, _LEAST_TALL)
        for published, rows in shown.groupby("published"):
            for significant, own in rows.groupby("significant"):
                _dots(ax, own, bool(published), bool(significant))
    alt = f"Each dot is one trial, the large ones at the top. {heading}"
    return Drawn(page.figure, shown.reset_index(drop=True), heading, caption, alt, _name(truth))


def _name(truth: float | None) -> str:
    return "funnel_published" if truth is None else "funnel_all"


def _dots(ax: Axes, own: pd.DataFrame, is_published: bool, is_significant: bool) -> None:
    colour = SIGNIFICANT if is_significant else NOT_SIGNIFICANT
    ax.plot(
        own["estimate"],
        own["se"],
        ls="",
        marker="o" if is_significant else "s",
        markersize=7,
        color=colour,
        markerfacecolor=colour if is_published else "white",
        markeredgewidth=1.4,
        zorder=3,
    )


def _key(has_all: bool) -> list[tuple[Line2D, str]]:
    def mark(marker: str, colour: str, fill: str) -> Line2D:
        return Line2D(
            [], [], marker=marker, color=colour, markerfacecolor=fill, ls="", ms=7, mew=1.4
        )

    found = [
        (mark("o", SIGNIFICANT, SIGNIFICANT), "one trial, significant"),
        (mark("s", NOT_SIGNIFICANT, NOT_SIGNIFICANT), "one trial, not significant"),
    ]
    return [*found, (mark("s", NOT_SIGNIFICANT, "white"), "not published")] if has_all else found
