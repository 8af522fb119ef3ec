"""P22, loss: what patients who are lost do to a trial, by how many they are and why they leave."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import GUTTER, new_page
from trialsim.plots.base.panel_text import name_below, title_above
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, Look, looks, style
from trialsim.plots.base.words import exact
from trialsim.plots.loss_numbers import Loss, by_share, loss_of
from trialsim.plots.loss_text import alt_text, caption, takeaway
from trialsim.plots.run import Run

_LEAST_TALL, _BETWEEN = 165.0, 16.0  # points


def applies(run: Run) -> bool:
    """The share of patients that a reason for loss takes is varied."""
    return loss_of(run) is not None


def draw(run: Run) -> Drawn:
    """P22: bias and false alarms against the share lost, a curve a reason."""
    loss = loss_of(run)
    if loss is None:
        raise ValueError("the run varies no share of patients lost")
    numbers = by_share(run, loss)
    heading = takeaway(numbers, loss)
    small = caption(numbers, loss, run.settings())
    with style():
        page = new_page(heading, small)
        axes = page.add_axes(2, right=GUTTER)
        drawn = [_panel(numbers, loss, m, ax) for m, ax in zip(_MEASURES, axes, strict=True)]
        axes[0].tick_params(labelbottom=False)
        below = name_below(axes[1], f"lost {loss.share}, of 100 patients")
        tall = max(_LEAST_TALL, *(height_of(names) for _, names in drawn))
        above = [drawn[0][0], drawn[1][0] + _BETWEEN]
        page.arrange(axes, above, below, tall)
        for ax, (_, names) in zip(axes, drawn, strict=True):
            place_end_labels(ax, names)
    return Drawn(page.figure, numbers, heading, small, alt_text(numbers, loss), "loss")


_MEASURES = ("bias", "rejection_rate")


def lost(frame: pd.DataFrame, *, loss: Loss, measure: str, ax: Axes | None = None) -> Axes:
    """One measure against the share lost, a curve a reason.

    Rows of `frame`: `reason`, `as_stated`, `share` (of 1), `measure` (bias or rejection_rate),
    `value`, `lower`, `upper`. Names stand to the right of the axes.
    """
    if measure not in _MEASURES:
        raise ValueError(f"measure is one of {', '.join(_MEASURES)}; this is {measure!r}")
    with style():
        own = new_page().add_axes(1, right=GUTTER)[0] if ax is None else ax
        _, names = _panel(frame, loss, measure, own)
        name_below(own, f"lost {loss.share}, of 100 patients")
        place_end_labels(own, names)
    return own


def _panel(
    numbers: pd.DataFrame, loss: Loss, measure: str, ax: Axes
) -> tuple[float, list[EndLabel]]:
    """Draw one measure; returns the room above the axes and the names of the curves."""
    is_share = measure == "rejection_rate"
    rows = numbers[numbers["measure"] == measure]
    scale = 100.0 if is_share else 1.0
    high = 100 * float(rows["share"].max()) if len(rows) else 1.0
    ax.set_xlim(-0.03 * high, 1.03 * high)
    if is_share:
        ax.set_ylim(0, 100)
        if loss.is_null:
            ax.axhline(100 * loss.alpha, color=INK, lw=1.3, ls=(0, (1, 2)), zorder=1)
    else:
        ax.set_ylim(*_limits(rows))
        ax.axhline(0, color=NOT_SIGNIFICANT, linewidth=1.0, zorder=1)
    names = []
    for reason, look in _looks(rows).items():
        its = rows[rows["reason"] == reason]
        share, low, up = 100 * its["share"], scale * its["lower"], scale * its["upper"]
        ax.fill_between(share, low, up, color=look.colour, alpha=0.22, linewidth=0, zorder=2)
        ax.plot(
            share,
            scale * its["value"],
            color=look.colour,
            linestyle=look.line,
            linewidth=look.width,
            marker=look.marker,
            # A hollow one may lie behind another of the same value, and shows around it.
            markersize=12 if look.hollow else 7,
            markerfacecolor=look.fill,
            markeredgewidth=1.6,
            clip_on=False,
            zorder=3,
        )
        last = its.iloc[-1]
        names.append(
            end_label(
                ax, 100 * float(last["share"]), scale * float(last["value"]), reason, look.colour
            )
        )
    labels = 0
    if loss.stated is not None and not is_share:
        labels = place_labels(
            ax, [Label(100 * loss.stated, f"as stated: {exact(100 * loss.stated)}")]
        )
    if loss.stated is not None:
        ax.axvline(100 * loss.stated, color=INK, linewidth=1.3, zorder=1.5)
    return title_above(ax, _title(loss, is_share), labels * ROW + 10) + 10, names


def _looks(rows: pd.DataFrame) -> Mapping[str, Look]:
    reasons = [str(name) for name in rows["reason"].unique()]
    stated = [str(name) for name in rows.loc[rows["as_stated"], "reason"].unique()]
    return looks(reasons, references=stated)


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    low, high = (min(0.0, float(rows["lower"].min())), max(0.0, float(rows["upper"].max())))
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _title(loss: Loss, is_share: bool) -> str:
    if is_share:
        return "False alarms, of 100 trials" if loss.is_null else "Significant trials, of 100"
    contrast = loss.contrast
    right, left = contrast.favours("right"), contrast.favours("left")
    return f"Bias ({contrast.unit}): above 0 favours {right}, below favours {left}"
