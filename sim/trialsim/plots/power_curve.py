"""P5, significance against size: how often trials of each size are significant.

Where theory is exact the lines are its curves, and the simulated sizes are points on them. A run
that varies another number and not the size is drawn against that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from trialsim.core.program import rule_of
from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import GUTTER, Page, new_page
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, QUIET, TEXT, Look, looks, style
from trialsim.plots.base.words import half_width, plain
from trialsim.plots.numeric_axis import SIZE, NumericAxis, along, axis_of, stated_at
from trialsim.plots.power_curve_exact import exact_curves
from trialsim.plots.power_curve_text import alt_text, caption, takeaway
from trialsim.plots.run import Run

_LEAST_TALL = 190.0  # points


def power_curve(
    frame: pd.DataFrame,
    *,
    marked_n_total: float | None,
    alpha: float,
    exact: pd.DataFrame | None = None,
    axis: NumericAxis = SIZE,
    ax: Axes | None = None,
) -> Axes:
    """Share significant against total sample size, one curve an assumption.

    One row of `frame` is one simulated size under one assumption: `assumption`, `n_total`,
    `value`, `mcse`, `is_null`. Names stand to the right of the axes. `exact` has the points of
    exact curves, `assumption`, `n_total`, `value`. With another `axis` its column replaces
    `n_total`, and `marked_n_total` lies on it.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(with_bands(frame, axis), marked_n_total, alpha, page, ax, exact, axis)


def applies(run: Run) -> bool:
    """Always: a single size is drawn as a point with its error."""
    return True


def draw(run: Run) -> Drawn:
    """P5: share significant against total sample size, a curve an assumption."""
    axis = axis_of(run)
    frame = along(run, axis, "rejection_rate")
    sizes = [int(n) for n in frame[axis.column]] if axis.is_size else []
    return draw_power_curve(
        frame.astype({axis.column: int}) if axis.is_size else frame,
        marked_n_total=stated_at(run, axis),
        alpha=run.design.decision.alpha,
        settings=run.settings(),
        margin=rule_of(run.design, run.primary).null or None,
        exact=exact_curves(run, sizes),
        axis=axis,
    )


def draw_power_curve(
    frame: pd.DataFrame,
    *,
    marked_n_total: float | None,
    alpha: float,
    settings: Settings,
    margin: float | None = None,
    exact: pd.DataFrame | None = None,
    axis: NumericAxis = SIZE,
    name: str = "power_curve",
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    filled = frame if "n_used" in frame else frame.assign(n_used=settings.replicates)
    numbers = _with_exact(with_bands(filled, axis), exact)
    heading = takeaway(numbers, marked_n_total, is_about_a_margin=margin is not None, axis=axis)
    small = caption(numbers, alpha, settings, margin, axis)
    with style():
        page = new_page(heading, small)
        _draw(numbers, marked_n_total, alpha, page, exact=exact, axis=axis)
    return Drawn(page.figure, numbers, heading, small, alt_text(numbers, axis), name)


def with_bands(frame: pd.DataFrame, axis: NumericAxis = SIZE) -> pd.DataFrame:
    """The rows that have a value, curve by curve, with the ends of their Monte Carlo band."""
    wanted = ["assumption", "is_null", axis.column, "value", "mcse", "n_used"]
    columns = [name for name in wanted if name in frame]
    known: pd.DataFrame = frame.loc[
        np.isfinite(frame["value"].to_numpy(float, na_value=np.nan)), columns
    ]
    known = known.astype({"is_null": bool})
    order = {name: place for place, name in enumerate(frame["assumption"].unique())}
    known = known.sort_values(axis.column, kind="stable").sort_values(
        "assumption", key=lambda names: names.map(order), kind="stable", ignore_index=True
    )
    n = known["n_used"] if "n_used" in known else pd.Series(0, index=known.index)
    half = np.array([half_width(*pair) for pair in zip(known["mcse"], n, strict=True)], float)
    banded: pd.DataFrame = known.assign(
        lower=(known["value"] - half).clip(lower=0.0), upper=(known["value"] + half).clip(upper=1.0)
    )
    return banded


def _with_exact(numbers: pd.DataFrame, exact: pd.DataFrame | None) -> pd.DataFrame:
    """With the exact share of every simulated size, if any has one."""
    if exact is None or exact.empty:
        return numbers
    known = exact.rename(columns={"value": "exact"}).astype({"n_total": int})
    return numbers.merge(known, on=["assumption", "n_total"], how="left")


def _draw(
    numbers: pd.DataFrame,
    marked: float | None,
    alpha: float,
    page: Page | None,
    ax: Axes | None = None,
    exact: pd.DataFrame | None = None,
    axis: NumericAxis = SIZE,
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    ax = page.add_axes(1, right=GUTTER)[0] if page is not None else ax
    assert ax is not None
    places = sorted(set(numbers[axis.column].tolist()))
    ax.set_xlim(_x_limits(places, marked))
    ax.set_ylim(0, 100)
    ax.set_yticks([0, 20, 40, 60, 80, 90, 100])
    is_single = len(places) == 1 and marked in (None, *places) and axis.is_size
    locator = FixedLocator([0, *places]) if is_single else MaxNLocator(8, integer=axis.is_size)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: axis.bare(x)))
    ax.set_xlabel(axis.name)
    ax.set_ylabel("significant trials, of 100")

    curves = {str(name): rows for name, rows in numbers.groupby("assumption", sort=False)}
    nulls = {name for name, rows in curves.items() if rows["is_null"].all()}
    names = _names(ax, curves, nulls, alpha, axis)
    marks = [] if marked is None else [_mark(ax, marked, axis)]
    rows_above = place_labels(ax, marks, lift=8)
    if page is not None:
        tall = max(_LEAST_TALL, height_of(names))
        page.arrange([ax], [rows_above * ROW + 10], 4.0 * TEXT, tall)

    _references(ax, alpha)
    seen = looks(list(curves), references=nulls)
    theory = {} if exact is None else dict(list(exact.groupby("assumption", sort=False)))
    for name, rows in curves.items():
        _curve(ax, rows, seen[name], axis, theory.get(name))
    place_end_labels(ax, names)
    return ax


def _x_limits(places: Sequence[float], marked: float | None) -> tuple[float, float]:
    ends = [*places, *([] if marked is None else [marked])] or [1]
    low, high = min(ends), max(ends)
    if low == high:
        return 0, 1.08 * high  # a single size stands near its names
    room = 0.04 * (high - low)
    return low - room, high + room


def _names(
    ax: Axes,
    curves: Mapping[str, pd.DataFrame],
    nulls: Collection[str],
    alpha: float,
    axis: NumericAxis,
) -> list[EndLabel]:
    """What stands at the right end: the curves, and the share that the test allows."""
    seen = looks(list(curves), references=nulls)
    texts = {name: plain(name) + (" (false alarms)" if name in nulls else "") for name in curves}
    found = [
        end_label(
            ax,
            float(rows[axis.column].iloc[-1]),
            100 * float(rows["value"].iloc[-1]),
            texts[name],
            seen[name].colour,
        )
        for name, rows in curves.items()
    ]
    if nulls:
        # Their curve runs along that line, and the caption names it.
        return found
    end = ax.get_xlim()[1]
    return [*found, end_label(ax, end, 100 * alpha, f"allowed by p < {alpha:g}", QUIET)]


def _mark(ax: Axes, place: float, axis: NumericAxis) -> Label:
    ax.axvline(place, color=INK, linewidth=1.3, zorder=1.5)
    return Label(place, f"this trial: {axis.bare(place)}")


def _references(ax: Axes, alpha: float) -> None:
    for share in (80, 90):
        ax.axhline(share, color=NOT_SIGNIFICANT, linewidth=1.0, linestyle=(0, (6, 4)), zorder=1)
    ax.axhline(100 * alpha, color=INK, linewidth=1.3, linestyle=(0, (1, 2)), zorder=1)


def _curve(
    ax: Axes, rows: pd.DataFrame, look: Look, axis: NumericAxis, exact: pd.DataFrame | None
) -> None:
    """Band, line and simulated places of one assumption; a single place, and a place beside an
    exact curve, gets a bar for its error."""
    x, low, high = rows[axis.column], 100 * rows["lower"], 100 * rows["upper"]
    line: Any = look.line
    if exact is not None and len(exact):
        share = 100 * exact["value"]
        ax.plot(exact["n_total"], share, color=look.colour, ls=line, lw=look.width, clip_on=False)
        ax.vlines(x, low, high, color=look.colour, linewidth=look.width, zorder=2)
        line = ""
    elif len(rows) > 1:
        ax.fill_between(x, low, high, color=look.colour, alpha=0.22, linewidth=0, zorder=2)
    else:
        ax.vlines(x, low, high, color=look.colour, linewidth=look.width, zorder=2)
        for end in (low, high):
            ax.plot(x, end, "_", color=look.colour, ms=18, mew=look.width, clip_on=False)
    ax.plot(
        x,
        100 * rows["value"],
        color=look.colour,
        linestyle=line,
        linewidth=look.width,
        marker=look.marker,
        markersize=8,
        markerfacecolor=look.fill,
        markeredgewidth=1.6,
        # A point at 0 or 100 is drawn whole.
        clip_on=False,
        zorder=3,
    )
