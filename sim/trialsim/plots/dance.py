"""P4, the dance of the p values: the same trial again and again, a row each.

Cumming 2008, doi 10.1111/j.1745-6924.2008.00079.x.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialsim.core.program import rule_of
from trialsim.operating.rounding import p_text
from trialsim.plots.base.effect_axis import Contrast, name_effect_axis
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import Page, new_page
from trialsim.plots.base.style import (
    INK,
    NOT_SIGNIFICANT,
    QUIET,
    SIGNIFICANT,
    SMALL,
    TRUTH,
    style,
)
from trialsim.plots.dance_text import Danced, alt_text, caption, takeaway
from trialsim.plots.effect import effect_of, level_of, short
from trialsim.plots.run import Run

MOST_ROWS = 25
_TALL = 16.5  # points for a row
_FEWEST_TALL = 4  # rows; fewer stand as far apart as these
_CHIP = 98.0  # points to the right of the axes, for the p values
_MISSES = "#882255"


def dance(
    frame: pd.DataFrame,
    *,
    true_value: float,
    alpha: float,
    effect: Contrast,
    null: float = 0.0,
    ax: Axes | None = None,
) -> Axes:
    """Trials below one another, the first at the top; at most the first 25.

    One row of `frame` is a trial: `estimate`, `lower`, `upper`, `p_value`, `converged`. p values
    stand to the right of the axes: axes of your own need that room. `null` is what is tested, if
    not that nothing differs.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(rows_of(frame, true_value, alpha), true_value, null, alpha, effect, page, ax)


def applies(run: Run) -> bool:
    """Where there are several trials to compare and a truth to compare them with."""
    return run.values.shape[2] > 1 and bool(
        np.isfinite(run.measure(run.under_an_effect, "true_value"))
    )


def draw(run: Run) -> Drawn:
    """P4: the first 25 trials under the first assumption with an effect."""
    analysis, assumption = run.primary, run.under_an_effect
    truth, alpha = run.measure(assumption, "true_value"), run.design.decision.alpha
    rows = rows_of(run.estimates(assumption, analysis), truth, alpha)
    danced = Danced(
        effect=effect_of(run, analysis),
        assumption=assumption,
        truth=truth,
        alpha=alpha,
        level=level_of(run),
        sides=run.design.decision.sides,
        share=run.measure(assumption, "rejection_rate"),
        mcse=run.measure(assumption, "rejection_rate", what="mcse"),
        is_null=run.is_null(assumption),
        null=rule_of(run.design, analysis).null,
    )
    heading, small = takeaway(rows, danced), caption(rows, danced, run.settings())
    with style():
        page = new_page(heading, small)
        _draw(rows, truth, danced.null, alpha, danced.effect, page, None)
    return Drawn(page.figure, rows, heading, small, alt_text(rows, danced), "dance")


def rows_of(frame: pd.DataFrame, true_value: float, alpha: float) -> pd.DataFrame:
    """The first trials: trial, estimate, lower, upper, p_value, significant, misses, failed.

    `misses`: the truth lies outside the interval.
    """
    first = frame.iloc[:MOST_ROWS].reset_index(drop=True)
    failed = ~first["converged"].astype(bool) | ~np.isfinite(first["p_value"].to_numpy(float))
    rows = first[["estimate", "lower", "upper", "p_value"]].astype(float)
    rows = rows.where(~failed, np.nan)
    rows.insert(0, "trial", np.arange(1, len(rows) + 1))
    # A truth that is a limit up to rounding lies inside.
    room = 1e-9 * (rows["upper"] - rows["lower"])
    misses = (true_value < rows["lower"] - room) | (true_value > rows["upper"] + room)
    return rows.assign(significant=rows["p_value"] < alpha, misses=misses, failed=failed)


def _draw(
    rows: pd.DataFrame,
    true_value: float,
    null: float,
    alpha: float,
    effect: Contrast,
    page: Page | None,
    own: Axes | None,
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    ax = page.add_axes(1, right=_CHIP)[0] if page is not None else own
    assert ax is not None
    n = len(rows)
    ax.set_xlim(_limits(rows, true_value, null))
    ax.set_ylim(n + 0.6, 0.4)
    ax.set_yticks(range(1, n + 1) if n <= 12 else [1, *range(5, n + 1, 5)])
    ax.set_ylabel("trial")
    labels = [Label(true_value, f"truth {short(true_value)}", TRUTH, weight="bold")]
    if true_value != 0:
        labels.append(Label(0, "no difference"))
    if null not in (0, true_value):
        labels.append(Label(null, f"margin {short(null)}"))
    above = ROW * place_labels(ax, labels) + 8
    above += place_key(ax, _key(rows, alpha), above, handle=2.2)
    below = name_effect_axis(ax, effect)
    if page is not None:
        tall = _TALL * (max(n, _FEWEST_TALL) + 0.2)
        page.arrange([ax], [above], below, tall)
    ax.axvline(0, color=INK, linewidth=1.1, zorder=1)
    if null != 0:
        ax.axvline(null, color=INK, linewidth=1.8, linestyle=(0, (1, 2)), zorder=1.2)
    ax.axvline(true_value, color=TRUTH, linewidth=3.0, zorder=1.1)
    _intervals(ax, rows)
    _chips(ax, rows, alpha)
    return ax


def _limits(rows: pd.DataFrame, *marks: float) -> tuple[float, float]:
    known = rows[["lower", "upper", "estimate"]].to_numpy(float).ravel()
    ends = np.array([*known[np.isfinite(known)], *marks, 0.0])
    room = 0.04 * (ends.max() - ends.min()) or 1.0
    return float(ends.min() - room), float(ends.max() + room)


def _intervals(ax: Axes, rows: pd.DataFrame) -> None:
    """Whiskers and estimates. A miss has its own colour, width, marker and ends."""
    low, high = ax.get_xlim()
    for misses in (False, True):
        here = rows[(rows["misses"] == misses) & ~rows["failed"]]
        colour, width = (_MISSES, 3.2) if misses else (QUIET, 1.5)
        ends = here["lower"].clip(lower=low), here["upper"].clip(upper=high)
        ax.hlines(here["trial"], *ends, color=colour, linewidth=width, zorder=2)
        if misses:
            for end in ends:
                ax.plot(end, here["trial"], "|", color=colour, ms=10, mew=3.2, zorder=2.1)
        for is_significant in (False, True):
            some = here[here["significant"] == is_significant]
            mark = SIGNIFICANT if is_significant else QUIET
            ax.plot(
                some["estimate"],
                some["trial"],
                linestyle="",
                marker="D" if misses else "o",
                markersize=8 if misses else 7.5,
                markerfacecolor=mark if is_significant else "white",
                markeredgecolor=colour if misses else mark,
                markeredgewidth=1.6,
                zorder=3,
            )


def _chips(ax: Axes, rows: pd.DataFrame, alpha: float) -> None:
    """The p value of every trial beside its row: filled when significant."""
    for row in rows.to_dict("records"):
        is_filled = bool(row["significant"])
        edge = SIGNIFICANT if is_filled else NOT_SIGNIFICANT
        ax.annotate(
            "failed" if row["failed"] else p_text(row["p_value"], alpha),
            (1, row["trial"]),
            xycoords=ax.get_yaxis_transform(),
            xytext=(10, 0),
            textcoords="offset points",
            ha="left",
            va="center_baseline",
            fontsize=SMALL,
            fontweight="bold" if is_filled else "normal",
            color="white" if is_filled else INK,
            bbox={
                "boxstyle": "round,pad=0.22",
                "facecolor": SIGNIFICANT if is_filled else "white",
                "edgecolor": "none" if row["failed"] else edge,
                "linewidth": 0.9,
            },
            annotation_clip=False,
        )


def _key(rows: pd.DataFrame, alpha: float) -> list[Entry]:
    entries: list[Entry] = []
    dot: dict[str, Any] = {"linestyle": "-", "linewidth": 1.5, "marker": "o", "markersize": 7.5}
    if rows["significant"].any():
        mark = Line2D([], [], color=QUIET, mfc=SIGNIFICANT, mec=SIGNIFICANT, **dot)
        entries.append((mark, f"significant (p < {alpha:g})"))
    if (~rows["significant"] & ~rows["failed"]).any():
        entries.append(
            (Line2D([], [], color=QUIET, mfc="white", mew=1.6, **dot), "not significant")
        )
    if rows["misses"].any():
        miss = Line2D([], [], color=_MISSES, lw=3.2, marker="D", markersize=8, mfc="white", mew=1.6)
        entries.append((miss, "interval misses the truth"))
    return entries
