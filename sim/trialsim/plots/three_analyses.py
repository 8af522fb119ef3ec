"""P9, three analyses of one score: follow-up, change from baseline, ANCOVA.

Vickers and Altman 2001, doi 10.1136/bmj.323.7321.1123, for their variances; Senn 1994, doi
10.1002/sim.4780131703, for what a chance imbalance at baseline does to each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import GUTTER, new_page
from trialsim.plots.base.panel_text import name_below, title_above
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, Look, looks, style
from trialsim.plots.base.words import exact, listed
from trialsim.plots.run import Run
from trialsim.plots.three_analyses_numbers import CALLED, Baseline, Trio, numbers_of, trio_of
from trialsim.plots.three_analyses_text import alt_text, caption, direction, takeaway

_LEAST_TALL = 150.0  # points
_LOOKS: Mapping[str, Look] = looks(["ancova", "change", "follow_up"], references=["follow_up"])


def applies(run: Run) -> bool:
    """Two of the three analyses of the same score, and a score at baseline."""
    return trio_of(run) is not None


def draw(run: Run) -> Drawn:
    """P9: variances of the three analyses, and what an imbalance at baseline does to each."""
    trio = trio_of(run)
    if trio is None:
        raise ValueError("the run has no two of the three analyses of one score")
    baseline, numbers = numbers_of(run, trio)
    heading = takeaway(numbers, baseline, trio)
    small = caption(numbers, baseline, trio, run.settings(listed(list(trio.names.values()))))
    with style():
        page = new_page(heading, small)
        top, bottom = (page.add_axes(1, right=GUTTER)[0] for _ in range(2))
        upper = _variances(numbers, baseline.correlation, top)
        lower = _biases(numbers, baseline, trio, bottom)
        between = name_below(top, "correlation of baseline and follow-up scores")
        below = name_below(bottom, _difference(trio))
        page.arrange(
            [top, bottom],
            [upper[0], lower[0] + between],
            below,
            max(_LEAST_TALL, height_of(upper[1]), height_of(lower[1])),
        )
        place_end_labels(top, upper[1])
        place_end_labels(bottom, lower[1])
    alt = alt_text(numbers, baseline, trio)
    return Drawn(page.figure, numbers, heading, small, alt, "three_analyses")


def variance_ratios(frame: pd.DataFrame, *, correlation: float, ax: Axes | None = None) -> Axes:
    """Variance of each analysis against the correlation; that of follow-up scores is 1.

    Rows of `frame`: `panel` ("variance"), `analysis` (follow_up, change, ancova), `kind` (theory
    or simulated), `x` (correlation), `value`, `mcse`.
    """
    with style():
        own = new_page().add_axes(1, right=GUTTER)[0] if ax is None else ax
        place_end_labels(own, _variances(frame, correlation, own)[1])
    return own


def imbalance_biases(
    frame: pd.DataFrame, *, baseline: Baseline, trio: Trio, ax: Axes | None = None
) -> Axes:
    """Bias of each analysis against the difference of the arms at baseline.

    Rows of `frame` as for `variance_ratios`, `panel` "bias", `x` in points; `kind` may also be
    published, a point on the line of its analysis.
    """
    with style():
        own = new_page().add_axes(1, right=GUTTER)[0] if ax is None else ax
        place_end_labels(own, _biases(frame, baseline, trio, own)[1])
    return own


def _variances(
    frame: pd.DataFrame, correlation: float, ax: Axes
) -> tuple[float, Sequence[EndLabel]]:
    """Draw; returns the room above the axes and the names of the lines."""
    rows = frame[frame["panel"] == "variance"]
    ax.set_xlim(rows["x"].min(), rows["x"].max())
    ax.set_ylim(0, 1.06 * max(1.0, rows["value"].max()))
    ax.axvline(correlation, color=INK, linewidth=1.3, zorder=1.5)
    labels = place_labels(ax, [Label(correlation, f"this trial: {exact(correlation)}")])
    room = title_above(ax, "Variance of the estimate, follow-up scores = 1", labels * ROW + 10)
    return room + 6, _lines(rows, ax)


def _biases(
    frame: pd.DataFrame, baseline: Baseline, trio: Trio, ax: Axes
) -> tuple[float, Sequence[EndLabel]]:
    rows = frame[frame["panel"] == "bias"]
    theory = rows[rows["kind"] == "theory"]
    ax.set_xlim(theory["x"].min(), theory["x"].max())
    most = max(rows["value"].abs().max(), 1e-9)
    ax.set_ylim(-1.1 * most, 1.1 * most)
    ax.axvline(0, color=NOT_SIGNIFICANT, linewidth=1.0, zorder=1)
    if baseline.implied is not None:
        ax.axvline(baseline.implied, color=INK, linewidth=1.8, linestyle=(0, (5, 3)), zorder=1.5)
        text = f"implied by the published results: {baseline.sized(baseline.implied)}"
        labels = place_labels(ax, [Label(baseline.implied, text)])
    else:
        labels = 0
    room = title_above(ax, direction(trio), labels * ROW + 10)
    return room + 14, _lines(rows, ax, trio.published)


def _lines(
    rows: pd.DataFrame, ax: Axes, published: Mapping[str, str] | None = None
) -> list[EndLabel]:
    """Theory as a line, what was simulated as points with their error, publications as diamonds."""
    names = []
    for analysis, its in rows.groupby("analysis", sort=False):
        look, name = _LOOKS[str(analysis)], CALLED[str(analysis)]
        theory = its[its["kind"] == "theory"]
        ax.plot(theory["x"], theory["value"], color=look.colour, ls=look.line, lw=look.width)
        seen = its[(its["kind"] == "simulated") & np.isfinite(its["value"])]
        ax.errorbar(
            seen["x"],
            seen["value"],
            yerr=1.96 * seen["mcse"].fillna(0.0),
            fmt=look.marker,
            color=look.colour,
            markerfacecolor=look.fill,
            markersize=8,
            markeredgewidth=1.6,
            elinewidth=1.4,
            zorder=3,
            clip_on=False,
        )
        paper = its[its["kind"] == "published"]
        ax.plot(paper["x"], paper["value"], "D", color=INK, mec="white", ms=10, zorder=4)
        if published and analysis in published:
            name += f" (published {published[str(analysis)]})"
        end = theory.iloc[-1]
        names.append(end_label(ax, float(end["x"]), float(end["value"]), name, look.colour))
    return names


def _difference(trio: Trio) -> str:
    contrast = trio.contrast
    arms = f"{contrast.treatment} minus {contrast.comparator}"
    return f"difference at baseline: {arms} ({contrast.unit})"
