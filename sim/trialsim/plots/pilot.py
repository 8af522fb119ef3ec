"""P20, from pilot to main trial: what each pilot leads to when it is taken at its word.

Leon, Davis and Kraemer 2011, doi 10.1016/j.jpsychires.2010.10.008.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.key import place_key
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import GUTTER, Page, new_page
from trialsim.plots.base.panel_text import name_below, title_above
from trialsim.plots.base.style import (
    INK,
    NOT_SIGNIFICANT,
    QUIET,
    SIGNIFICANT,
    TRUTH,
    style,
)
from trialsim.plots.base.words import number, per_100, plain

MOST_DOTS = 200
"""Pilots drawn: every so many-th in order of what it found, so that they stand for all."""

_TOP = 2_000.0
"""Patients an arm beyond which no trial is planned from a pilot."""
_LEAST_TALL = 90.0  # points
_WEIGHTS = (1.9, 1.0)
_SIZES = (10, 20, 50, 100, 200, 500, 1_000, 2_000)


@dataclass(frozen=True)
class Optimism:
    """What the figure says in words: pilots, and the trials that the significant ones lead to."""

    assumption: str
    per_arm: float
    """Patients an arm of the pilot."""
    true_d: float
    """True difference in SDs, positive in the good direction."""
    wanted: float
    """Power that is planned for."""
    needed_per_arm: int
    share_significant: float
    share_mcse: float
    mean_observed: float
    """Mean size of what significant pilots report, in observed SDs."""
    planned_per_arm: int | None
    """Patients an arm if that were true."""
    main_power: float
    """Of that trial, under the true effect."""
    main_mcse: float
    mean_main_power: float
    """Averaged over significant pilots, each planned by its own effect."""
    mean_main_mcse: float


def pilot(frame: pd.DataFrame, found: Optimism, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Planned size, and power of what is planned, against what each pilot found.

    One row of `frame` is one pilot: `observed`, `significant`, `planned_per_arm`, `main_power`.
    `axes` are two that share x.
    """
    with style():
        page = new_page() if axes is None else None
        return _draw(thinned(frame), found, page, axes)


def draw_pilot(
    frame: pd.DataFrame, found: Optimism, settings: Settings, name: str = "pilot"
) -> Drawn:
    """P20: the finished figure, with its takeaway as heading and its settings as caption."""
    numbers = thinned(frame)
    heading, small = takeaway(found), caption(numbers, found, settings)
    with style():
        page = new_page(heading, small)
        _draw(numbers, found, page)
    return Drawn(page.figure, numbers, heading, small, alt_text(found), name)


def thinned(frame: pd.DataFrame) -> pd.DataFrame:
    """At most `MOST_DOTS` pilots that could be analysed, evenly spaced among all by what they
    found."""
    known = frame[np.isfinite(frame["observed"])].sort_values("observed", kind="stable")
    if len(known) > MOST_DOTS:
        middles = (np.arange(MOST_DOTS) + 0.5) * len(known) / MOST_DOTS
        known = known.iloc[middles.astype(int)]
    columns = ["observed", "significant", "planned_per_arm", "main_power"]
    return known[columns].reset_index(drop=True)


def takeaway(found: Optimism) -> str:
    """What a significant pilot reports, and what the trial planned from it is worth."""
    share = per_100(found.share_significant, found.share_mcse)
    if found.planned_per_arm is None:
        return f"{share} of 100 pilots are significant."
    power = per_100(found.main_power, found.main_mcse)
    return (
        f"{share} of 100 pilots are significant, and those report {number(found.mean_observed, 2)} "
        f"SD where the truth is {number(abs(found.true_d), 2)}. Planned for that, the next trial "
        f"has {found.planned_per_arm:,} per arm instead of {found.needed_per_arm:,}, and a power "
        f"of {power} in 100."
    )


def caption(numbers: pd.DataFrame, found: Optimism, settings: Settings) -> str:
    """Settings, how to read the marks, and what is left out."""
    beyond = int((numbers["planned_per_arm"] > _TOP).sum())
    parts = [
        settings.sentence().replace(" for each assumption", ""),
        f"Pilots of {found.per_arm:g} an arm. Truth: {plain(found.assumption)}. Each dot is one of "
        f"{len(numbers)} pilots that stand for all; a filled one is significant. Each plans the "
        f"next trial for {100 * found.wanted:g} of 100 by the t test, as if that were true.",
    ]
    if beyond:
        parts.append(f"Not shown: {beyond} that found too little to plan {_TOP:,.0f} an arm.")
    if np.isfinite(found.mean_main_power):
        own = per_100(found.mean_main_power, found.mean_main_mcse)
        parts.append(f"Averaged over significant pilots the power is {own} in 100.")
    return " ".join(parts)


def alt_text(found: Optimism) -> str:
    """The figure for somebody who does not see it."""
    return (
        "Dots along a falling curve: the larger the difference that a pilot found, the fewer "
        f"patients the next trial is planned with. {takeaway(found)}"
    )


def _draw(
    numbers: pd.DataFrame, found: Optimism, page: Page | None, axes: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    axes = page.add_axes(2, right=GUTTER) if page is not None else axes
    assert axes is not None
    upper, lower = axes
    low, high = float(numbers["observed"].min()), float(numbers["observed"].max())
    ends = [min(low, found.true_d, 0), max(high, found.true_d, 0)]
    room = 0.04 * (ends[1] - ends[0]) or 0.1
    upper.set_xlim(ends[0] - room, ends[1] + room)
    _size_scale(upper, numbers, found)
    lower.set_ylim(0, 100)
    lower.set_yticks([0, 50, 100])
    upper.tick_params(labelbottom=False)
    for ax in axes:
        ax.axvline(found.true_d, color=TRUTH, linewidth=2.2, zorder=1.5)
        ax.axvline(0, color=NOT_SIGNIFICANT, linewidth=1.0, zorder=1)
    names = _names(upper, found)
    power_names = _power_names(lower, found)
    rows_above = place_labels(
        upper, [Label(found.true_d, f"truth: {number(found.true_d, 2)} SD", TRUTH, "bold")], lift=4
    )
    above = rows_above * ROW + 10
    above += place_key(upper, _key(), above) + 8
    above = title_above(upper, "Patients per arm that the pilot asks for", above + 2) + 6
    between = title_above(lower, "True power of that trial, of 100", 8) + 14
    below = name_below(lower, "difference that the pilot found, in observed SDs")
    if page is not None:
        least = max(_LEAST_TALL, height_of(names) / _WEIGHTS[0], height_of(power_names))
        page.arrange(axes, [above, between], below, least, _WEIGHTS)
    for significant, rows in numbers.groupby("significant"):
        _dots(upper, rows, "planned_per_arm", 1.0, is_filled=bool(significant))
        if significant:
            _dots(lower, rows, "main_power", 100.0, is_filled=True)
    upper.axhline(found.needed_per_arm, color=INK, linewidth=1.6, linestyle=(0, (5, 3)), zorder=2)
    lower.axhline(100 * found.wanted, color=INK, linewidth=1.6, linestyle=(0, (5, 3)), zorder=2)
    place_end_labels(upper, names)
    place_end_labels(lower, power_names)
    return list(axes)


def _size_scale(ax: Axes, numbers: pd.DataFrame, found: Optimism) -> None:
    """A log axis from the smallest trial that is planned to the largest that is shown."""
    known = numbers["planned_per_arm"][numbers["planned_per_arm"] <= _TOP]
    least = min([*known, found.needed_per_arm])
    most = max([*known, found.needed_per_arm])
    ax.set_yscale("log")
    ax.set_ylim(0.75 * least, 1.25 * most)
    ax.yaxis.set_major_locator(
        FixedLocator([n for n in _SIZES if 0.75 * least <= n <= 1.25 * most])
    )
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))


def _dots(ax: Axes, rows: pd.DataFrame, column: str, scale: float, *, is_filled: bool) -> None:
    shown = rows[np.isfinite(rows[column]) & (rows[column] <= _TOP)]
    ax.plot(
        shown["observed"],
        scale * shown[column],
        "o",
        color=SIGNIFICANT if is_filled else NOT_SIGNIFICANT,
        markerfacecolor=SIGNIFICANT if is_filled else "white",
        markersize=7 if is_filled else 6,
        markeredgewidth=1.1,
        zorder=4 if is_filled else 3,
    )


def _key() -> list[tuple[Line2D, str]]:
    return [
        (_mark(SIGNIFICANT, SIGNIFICANT), "significant pilot"),
        (_mark(NOT_SIGNIFICANT, "white"), "not significant: no next trial"),
    ]


def _mark(colour: str, fill: str) -> Line2D:
    return Line2D([], [], marker="o", color=colour, markerfacecolor=fill, ls="", ms=7, mew=1.1)


def _names(ax: Axes, found: Optimism) -> list[EndLabel]:
    end = ax.get_xlim()[1]
    texts = [(found.needed_per_arm, f"really needed: {found.needed_per_arm:,}", INK)]
    if found.planned_per_arm is not None:
        text = f"planned from the mean significant pilot: {found.planned_per_arm:,}"
        texts.append((found.planned_per_arm, text, SIGNIFICANT))
    return [end_label(ax, end, float(n), text, colour) for n, text, colour in texts]


def _power_names(ax: Axes, found: Optimism) -> list[EndLabel]:
    end = ax.get_xlim()[1]
    wanted = end_label(ax, end, 100 * found.wanted, f"planned for: {100 * found.wanted:g}", QUIET)
    if not np.isfinite(found.mean_main_power):
        return [wanted]
    own = per_100(found.mean_main_power, found.mean_main_mcse)
    text = f"mean of significant pilots: {own}"
    return [wanted, end_label(ax, end, 100 * found.mean_main_power, text, SIGNIFICANT)]
