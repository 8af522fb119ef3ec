"""P13, number needed to treat: how it depends on the cut, and how far trials of one cut scatter.

NNTB for benefit and NNTH for harm as in Altman 1998, doi 10.1136/bmj.317.7168.1309. Between the
two lies infinity, so trials are drawn on the scale of the risk difference.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from trialsim.plots.base.effect_axis import name_effect_axis
from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import GUTTER, POINTS, new_page
from trialsim.plots.base.panel_text import name_below, title_above
from trialsim.plots.base.style import INK, QUIET, SIGNIFICANT, TEXT, TRUTH, halo, looks, style
from trialsim.plots.base.words import exact, plain
from trialsim.plots.nnt_numbers import MOST_NEEDED, Responders, by_cut, responders_of
from trialsim.plots.nnt_text import alt_text, caption, needed, takeaway
from trialsim.plots.run import Run

_LEAST_TALL = 150.0  # points
_NUMBERS = (1, 2, 3, 4, 5, 7, 10, 20, 50, 100)
_BINS = 40
_TICK_APART = 30.0  # points between two numbers needed to treat


def applies(run: Run) -> bool:
    """Shares of patients beyond a cut of a score are compared, and some assumption moves them."""
    return responders_of(run) is not None


def draw(run: Run) -> Drawn:
    """P13: number needed to treat against the cut, and simulated risk differences at one cut."""
    found = responders_of(run)
    if found is None:
        raise ValueError("the run compares no shares of patients beyond a cut under an effect")
    curves = by_cut(run, found)
    frame = run.estimates(found.assumption, found.analysis)
    estimates = frame.loc[frame["converged"], "estimate"].astype(float)
    truth = run.measure(found.assumption, "true_value", found.analysis)
    heading = takeaway(curves, estimates, found)
    n_failed = int((~frame["converged"]).sum())
    small = caption(curves, estimates, n_failed, found, run.settings(found.analysis))
    with style():
        page = new_page(heading, small)
        top, bottom = (page.add_axes(1, right=GUTTER)[0] for _ in range(2))
        upper, names = _by_cut(curves, found, top)
        lower = _by_trial(estimates, truth, found, bottom)
        between = name_below(top, f"cut of the score ({found.outcome.unit})")
        below = name_effect_axis(bottom, found.contrast)
        tall = max(_LEAST_TALL, height_of(names))
        page.arrange([top, bottom], [upper, lower + between], below, tall)
        place_end_labels(top, names)
    numbers = pd.concat(
        [curves.assign(panel="cut"), _bins(estimates, found, bottom).assign(panel="trials")],
        ignore_index=True,
    )
    numbers.insert(0, "panel", numbers.pop("panel"))
    alt = alt_text(curves, estimates, found)
    return Drawn(page.figure, numbers, heading, small, alt, "nnt")


def numbers_needed(frame: pd.DataFrame, *, responders: Responders, ax: Axes | None = None) -> Axes:
    """Number needed to treat against the cut, a curve an assumption.

    Rows of `frame`: `assumption`, `cut`, `nnt` (negative for harm), `is_own` (the analysed cut).
    """
    with style():
        own = new_page().add_axes(1, right=GUTTER)[0] if ax is None else ax
        place_end_labels(own, _by_cut(frame, responders, own)[1])
    return own


def risk_differences(
    frame: pd.DataFrame, *, true_value: float, responders: Responders, ax: Axes | None = None
) -> Axes:
    """Simulated risk differences, `estimate` a row a trial, with numbers needed to treat above."""
    with style():
        own = new_page().add_axes(1, right=GUTTER)[0] if ax is None else ax
        _by_trial(frame["estimate"].dropna(), true_value, responders, own)
        name_effect_axis(own, responders.contrast)
    return own


def _by_cut(curves: pd.DataFrame, found: Responders, ax: Axes) -> tuple[float, list[EndLabel]]:
    """Draw; returns the room above the axes and the names of the curves."""
    shown = curves[curves["nnt"].abs() <= MOST_NEEDED]
    ends = shown["cut"] if len(shown) else curves["cut"]
    low, high = float(ends.min()), float(ends.max())
    ax.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    ax.set_yscale("log")
    least = float(shown["nnt"].abs().min()) if len(shown) else 1.0
    bottom = max([n for n in _NUMBERS if n <= least] or [1])
    ax.set_ylim(0.9 * bottom, 1.1 * MOST_NEEDED)
    ax.yaxis.set_major_locator(
        FixedLocator([n for n in (1, 2, 5, 10, 20, 50, 100, 200) if n >= bottom])
    )
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:g}"))
    ax.axvline(found.method.cut, color=INK, linewidth=1.3, zorder=1.5)
    names = []
    for name, look in looks(list(curves["assumption"].unique())).items():
        its = curves[curves["assumption"] == name]
        for is_harm in (False, True):
            side = its["nnt"].where((its["nnt"] < 0) == is_harm).abs()
            side = side.where(side <= MOST_NEEDED)
            ax.plot(
                its["cut"],
                side,
                color=look.colour,
                linestyle=look.line,
                linewidth=look.width,
                marker=look.marker,
                markevery=its["is_own"].to_numpy().nonzero()[0].tolist(),
                markersize=9,
                markerfacecolor="white" if is_harm else look.colour,
                markeredgewidth=1.6,
                zorder=3,
            )
        own = float(its.loc[its["is_own"], "nnt"].iloc[0])
        drawn = its[its["nnt"].abs() <= MOST_NEEDED]
        last = drawn.iloc[-1] if len(drawn) else its.iloc[-1]
        text = f"{plain(str(name))} ({needed(own)} at {exact(found.method.cut)})"
        height = min(abs(float(last["nnt"])), float(MOST_NEEDED))
        names.append(end_label(ax, float(last["cut"]), height, text, look.colour))
    rows = place_labels(ax, [Label(found.method.cut, f"this trial: {found.event}")])
    harms = curves.loc[curves["nnt"].abs() <= MOST_NEEDED, "nnt"] < 0
    what = "to benefit (NNTB)"
    if len(harms) and harms.all():
        what = "to be harmed (NNTH)"
    elif harms.any():
        what = "to benefit (NNTB, filled) or be harmed (NNTH, hollow)"
    title = title_above(ax, f"Number needed to treat for one more {what}", rows * ROW + 10)
    return title + 6, names


def _by_trial(estimates: pd.Series, truth: float, found: Responders, ax: Axes) -> float:
    """Draw; returns the room above the axes."""
    of_100 = 100 * estimates.to_numpy(float)
    marks = np.append(of_100, [0.0, 100 * truth])
    low, high = float(marks.min()), float(marks.max())
    room = 0.04 * (high - low) or 1.0
    ax.set_xlim(low - room, high + room)
    bins = _bins(estimates, found, ax)
    edges = np.append(bins["left"], bins["right"].iloc[-1]) * 100
    ax.stairs(bins["trials"], edges, fill=True, color=SIGNIFICANT, alpha=0.75, linewidth=0)
    ax.axvline(0, color=INK, linewidth=1.1, zorder=3)
    ax.axvline(100 * truth, color=TRUTH, lw=3.0, zorder=3.1, path_effects=halo(3.0))
    ax.set_ylim(0, 1.05 * max(1.0, float(bins["trials"].max())))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    scale = _needed_axis(ax, found)
    label = Label(100 * truth, f"truth {needed(found.sign / truth)}", TRUTH, weight="bold")
    rows = place_labels(ax, [label], lift=scale)
    title = f"Simulated trials under {plain(found.assumption)!r}, and the number that each reports"
    title = title.replace("'", "\u201c", 1).replace("'", "\u201d", 1)
    return title_above(ax, title, scale + rows * ROW + 8) + 14


def _needed_axis(ax: Axes, found: Responders) -> float:
    """Numbers needed to treat on a line of their own above the axes; returns its height.

    The line is broken at no difference, where the number runs through infinity.
    """
    figure = ax.get_figure(root=True)
    assert figure is not None
    low, high = ax.get_xlim()
    a_point = (high - low) / (ax.get_window_extent().width * POINTS / figure.dpi)
    across = ax.get_xaxis_transform()
    gap = 9 * a_point
    line: dict[str, Any] = {"color": QUIET, "linewidth": 1.0, "clip_on": False, "transform": across}
    for start, end in ((low, -gap), (gap, high)):
        if end > start:
            ax.plot([max(start, low), min(end, high)], [1.0, 1.0], **line)
    taken = [0.0]
    ticks = [(0.0, "\u221e")]
    for side in (-1, 1):
        for n in _NUMBERS:
            x = side * 100 / n
            apart = min(abs(x - other) for other in taken)
            if low < x < high and apart >= _TICK_APART * a_point:
                taken.append(x)
                ticks.append((x, str(n)))
    for x, text in ticks:
        ax.plot(
            [x, x], [1.0, 1.0], marker=2, markersize=5, color=QUIET, clip_on=False, transform=across
        )
        ax.annotate(
            text,
            (x, 1),
            xycoords=across,
            xytext=(0, 7),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=QUIET,
        )
    # What a side means stands to the right, in the gutter, level with the numbers.
    left, right = ("NNTH", "NNTB") if found.sign > 0 else ("NNTB", "NNTH")
    ax.annotate(
        f"\u2190 {left}   {right} \u2192",
        (1, 1),
        xycoords="axes fraction",
        xytext=(22, 7),
        textcoords="offset points",
        ha="left",
        va="bottom",
        color=QUIET,
    )
    return 7 + 1.35 * TEXT


def _bins(estimates: pd.Series, found: Responders, ax: Axes) -> pd.DataFrame:
    """Trials by risk difference, in shares of 1; the axes must have their limits.

    A bin is a whole number of patients wide, with 0 in its middle: otherwise some bins would hold
    one possible result more than their neighbours.
    """
    low, high = ax.get_xlim()
    width = found.one_patient * max(1, round((high - low) / found.one_patient / _BINS))
    first, last = np.floor(low / width), np.ceil(high / width)
    edges = (np.arange(first, last + 1) + 0.5) * width
    edges = np.append(edges[0] - width, edges)
    trials = np.histogram(100 * estimates.to_numpy(float), edges)[0]
    return pd.DataFrame({"left": edges[:-1] / 100, "right": edges[1:] / 100, "trials": trials})
