"""P5, significance against size: how often trials of each size are significant."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

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
from trialsim.plots.power_curve_text import alt_text, caption, takeaway
from trialsim.plots.run import Run

_LEAST_TALL = 190.0  # points


def power_curve(
    frame: pd.DataFrame,
    *,
    marked_n_total: int | None,
    alpha: float,
    ax: Axes | None = None,
) -> Axes:
    """Share significant against total sample size, one curve an assumption.

    One row of `frame` is one simulated size under one assumption: `assumption`, `n_total`,
    `value`, `mcse`, `is_null`. Names stand to the right of the axes.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(with_bands(frame), marked_n_total, alpha, page, ax)


def applies(run: Run) -> bool:
    """Always: a single size is drawn as a point with its error."""
    return True


def draw(run: Run) -> Drawn:
    """P5: share significant against total sample size, a curve an assumption."""
    return draw_power_curve(
        run.by_size("rejection_rate"),
        marked_n_total=run.design.n_total,
        alpha=run.design.decision.alpha,
        settings=run.settings(),
        margin=rule_of(run.design, run.primary).null or None,
    )


def draw_power_curve(
    frame: pd.DataFrame,
    *,
    marked_n_total: int | None,
    alpha: float,
    settings: Settings,
    margin: float | None = None,
    name: str = "power_curve",
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    numbers = with_bands(frame if "n_used" in frame else frame.assign(n_used=settings.replicates))
    heading = takeaway(numbers, marked_n_total, is_about_a_margin=margin is not None)
    small = caption(numbers, alpha, settings, margin)
    with style():
        page = new_page(heading, small)
        _draw(numbers, marked_n_total, alpha, page)
    return Drawn(page.figure, numbers, heading, small, alt_text(numbers), name)


def with_bands(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that have a value, curve by curve, with the ends of their Monte Carlo band."""
    wanted = ["assumption", "is_null", "n_total", "value", "mcse", "n_used"]
    columns = [name for name in wanted if name in frame]
    known: pd.DataFrame = frame.loc[
        np.isfinite(frame["value"].to_numpy(float, na_value=np.nan)), columns
    ]
    known = known.astype({"is_null": bool})
    order = {name: place for place, name in enumerate(frame["assumption"].unique())}
    known = known.sort_values("n_total", kind="stable").sort_values(
        "assumption", key=lambda names: names.map(order), kind="stable", ignore_index=True
    )
    n = known["n_used"] if "n_used" in known else pd.Series(0, index=known.index)
    half = np.array([half_width(*pair) for pair in zip(known["mcse"], n, strict=True)], float)
    banded: pd.DataFrame = known.assign(
        lower=(known["value"] - half).clip(lower=0.0), upper=(known["value"] + half).clip(upper=1.0)
    )
    return banded


def _draw(
    numbers: pd.DataFrame,
    marked_n_total: int | None,
    alpha: float,
    page: Page | None,
    ax: Axes | None = None,
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    ax = page.add_axes(1, right=GUTTER)[0] if page is not None else ax
    assert ax is not None
    ax.set_xlim(_x_limits(numbers["n_total"].tolist(), marked_n_total))
    ax.set_ylim(0, 100)
    ax.set_yticks([0, 20, 40, 60, 80, 90, 100])
    sizes = sorted({int(n) for n in numbers["n_total"]})
    is_single = len(sizes) == 1 and marked_n_total in (None, *sizes)
    locator = FixedLocator([0, *sizes]) if is_single else MaxNLocator(nbins=8, integer=True)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
    ax.set_xlabel("participants in all arms together")
    ax.set_ylabel("significant trials, of 100")

    curves = {str(name): rows for name, rows in numbers.groupby("assumption", sort=False)}
    nulls = {name for name, rows in curves.items() if rows["is_null"].all()}
    names = _names(ax, curves, nulls, alpha)
    marks = [] if marked_n_total is None else [_mark(ax, marked_n_total)]
    rows_above = place_labels(ax, marks, lift=8)
    if page is not None:
        tall = max(_LEAST_TALL, height_of(names))
        page.arrange([ax], [rows_above * ROW + 10], 4.0 * TEXT, tall)

    _references(ax, alpha)
    seen = looks(list(curves), references=nulls)
    for name, rows in curves.items():
        _curve(ax, rows, seen[name])
    place_end_labels(ax, names)
    return ax


def _x_limits(sizes: Sequence[int], marked_n_total: int | None) -> tuple[float, float]:
    ends = [*sizes, *([] if marked_n_total is None else [marked_n_total])] or [1]
    low, high = min(ends), max(ends)
    if low == high:
        return 0, 1.08 * high  # a single size stands near its names
    room = 0.04 * (high - low)
    return low - room, high + room


def _names(
    ax: Axes, curves: Mapping[str, pd.DataFrame], nulls: Collection[str], alpha: float
) -> list[EndLabel]:
    """What stands at the right end: the curves, and the share that the test allows."""
    seen = looks(list(curves), references=nulls)
    texts = {name: plain(name) + (" (false alarms)" if name in nulls else "") for name in curves}
    found = [
        end_label(
            ax,
            float(rows["n_total"].iloc[-1]),
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


def _mark(ax: Axes, n_total: int) -> Label:
    ax.axvline(n_total, color=INK, linewidth=1.3, zorder=1.5)
    return Label(n_total, f"this trial: {n_total:,}")


def _references(ax: Axes, alpha: float) -> None:
    for share in (80, 90):
        ax.axhline(share, color=NOT_SIGNIFICANT, linewidth=1.0, linestyle=(0, (6, 4)), zorder=1)
    ax.axhline(100 * alpha, color=INK, linewidth=1.3, linestyle=(0, (1, 2)), zorder=1)


def _curve(ax: Axes, rows: pd.DataFrame, look: Look) -> None:
    """Band, line and simulated sizes of one assumption; a single size gets a bar for its error."""
    n, low, high = rows["n_total"], 100 * rows["lower"], 100 * rows["upper"]
    if len(rows) > 1:
        ax.fill_between(n, low, high, color=look.colour, alpha=0.22, linewidth=0, zorder=2)
    else:
        ax.vlines(n, low, high, color=look.colour, linewidth=look.width, zorder=2)
        for end in (low, high):
            ax.plot(n, end, "_", color=look.colour, ms=18, mew=look.width, clip_on=False)
    ax.plot(
        n,
        100 * rows["value"],
        color=look.colour,
        linestyle=look.line,
        linewidth=look.width,
        marker=look.marker,
        markersize=8,
        markerfacecolor=look.fill,
        markeredgewidth=1.6,
        # A point at 0 or 100 is drawn whole.
        clip_on=False,
        zorder=3,
    )
