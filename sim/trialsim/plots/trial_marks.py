"""The marks of many trials: dots or bars, the band, the reference lines and the key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation
from numpy.typing import NDArray

from trialsim.plots.base.page import EDGE, POINTS
from trialsim.plots.base.style import BAND, INK, NOT_SIGNIFICANT, SIGNIFICANT, TEXT, TRUTH, halo
from trialsim.plots.base.words import decimals_of, number
from trialsim.plots.panel import Published, View
from trialsim.plots.trials import Trials, bin_edges, bin_width, dot_width, x_limits

MOST_DOTS = 500
"""Up to so many trials each is a dot; beyond, dots would be too small to be counted."""

_HATCHED: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": NOT_SIGNIFICANT,
    "hatch": "////",
    "linewidth": 0.9,
}


def shows_dots(views: Sequence[View]) -> bool:
    """Whether every trial can be a dot of its own."""
    return max(view.trials.n for view in views) <= MOST_DOTS


def limits(views: Sequence[View], published: Published | None) -> tuple[float, float]:
    """Ends of the x axis: all trials and every mark."""
    marks = [0.0] if published is None else [0.0, published.value]
    for view in views:
        marks += [view.truth, view.rule.null, *(end for end in view.grey if np.isfinite(end))]
    return x_limits([view.trials for view in views], marks)


def columns(views: Sequence[View], ax: Axes) -> NDArray[np.float64]:
    """Edges of the bins, or of the columns of dots; the axes must have their final size."""
    ends = ax.get_xlim()
    if not shows_dots(views):
        return bin_edges(ends, bin_width(ends))
    box = ax.get_window_extent()
    trials = [view.trials for view in views]
    return bin_edges(ends, dot_width(trials, ends, box.width, box.height))


def fill(axes: Sequence[Axes], views: Sequence[View]) -> None:
    """Draw the trials of every panel, all panels on one scale."""
    edges = columns(views, axes[0])
    stacks = [np.histogram(view.trials.estimate, edges)[0].max() for view in views]
    highest = max(1.0, 1.05 * max(stacks))
    for ax, view in zip(axes, views, strict=True):
        ends = np.clip(view.grey, *ax.get_xlim())
        ax.axvspan(*ends, color=BAND, linewidth=0, zorder=0)
        if shows_dots(views):
            box, (low, high) = ax.get_window_extent(), ax.get_xlim()
            # Round dots that touch: a trial is as tall as a column is wide.
            highest = box.height / ((edges[1] - edges[0]) / (high - low) * box.width)
            _dots(ax, view.trials, edges)
        else:
            _bars(ax, view.trials, edges)
        ax.set_ylim(0, highest)
        ax.yaxis.set_major_locator(MaxNLocator(nbins=5 if len(axes) == 1 else 2, integer=True))
        ax.set_ylabel("trials")
        _say_beyond(ax, view.trials, edges)


def _bars(ax: Axes, trials: Trials, edges: NDArray[np.float64]) -> None:
    every = np.histogram(trials.estimate, edges)[0]
    significant = np.histogram(trials.estimate[trials.significant], edges)[0]
    ax.stairs(every, edges, baseline=significant, fill=True, zorder=2, **_HATCHED)
    ax.stairs(significant, edges, fill=True, color=SIGNIFICANT, linewidth=0, zorder=2.5)


def _dots(ax: Axes, trials: Trials, edges: NDArray[np.float64]) -> None:
    width = edges[1] - edges[0]
    column = np.digitize(trials.estimate, edges) - 1
    for is_significant in (True, False):
        centres = []
        for place in range(len(edges) - 1):
            here = column == place
            n_below = 0 if is_significant else int((here & trials.significant).sum())
            n = int((here & (trials.significant == is_significant)).sum())
            centre = edges[place] + width / 2
            centres += [(centre, n_below + level + 0.5) for level in range(n)]
        dots = EllipseCollection(
            [0.86 * width] * len(centres),
            [0.86 * width] * len(centres),
            [0.0] * len(centres),
            units="x",
            offsets=centres or np.empty((0, 2)),
            offset_transform=ax.transData,
            facecolor=SIGNIFICANT if is_significant else "white",
            edgecolor=SIGNIFICANT if is_significant else NOT_SIGNIFICANT,
            linewidth=1.1,
            zorder=2,
        )
        ax.add_collection(dots, autolim=False)


def _say_beyond(ax: Axes, trials: Trials, edges: NDArray[np.float64]) -> None:
    """Trials off the axis are said, not lost."""
    sides = (
        (int((trials.estimate < edges[0]).sum()), 0.005, "left", "\u2190 {} beyond"),
        (int((trials.estimate >= edges[-1]).sum()), 0.995, "right", "{} beyond \u2192"),
    )
    for n, x, align, text in sides:
        if n:
            said = ax.text(
                x, 0.98, text.format(f"{n:,}"), transform=ax.transAxes, ha=align, va="top"
            )
            said.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
            said.set_zorder(5)


def reference_lines(ax: Axes, view: View, published: Published | None, *, are_behind: bool) -> None:
    """No difference thin, the truth solid, the published result dashed."""
    # Behind dots, because each of them counts; before bars, because only their outline does.
    level = 1.0 if are_behind else 3.0
    ax.axvline(0, color=INK, linewidth=1.1, zorder=level)
    if view.rule.null:
        ax.axvline(view.rule.null, color=INK, linewidth=1.6, ls=(0, (1, 1.5)), zorder=level)
    ax.axvline(view.truth, color=TRUTH, lw=3.0, zorder=level + 0.1, path_effects=halo(3.0))
    if published is not None:
        # Over the truth: where they coincide, its dashes still show.
        ax.axvline(published.value, color=INK, lw=1.8, ls=(0, (5, 3)), zorder=level + 0.2)


def key(ax: Axes, views: Sequence[View], alpha: float, above: float) -> float:
    """Explain the fills, `above` points over the axes; returns the height of the key."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    entries: list[tuple[Patch | Line2D, str]]
    if shows_dots(views):
        dot: dict[str, Any] = {"marker": "o", "linestyle": "", "markersize": 0.7 * TEXT}
        entries = [
            (Line2D([], [], color=SIGNIFICANT, **dot), f"significant (p < {alpha:g})"),
            (Line2D([], [], color=NOT_SIGNIFICANT, mfc="white", **dot), "not significant"),
        ]
    else:
        entries = [
            (Patch(color=SIGNIFICANT, linewidth=0), f"significant (p < {alpha:g})"),
            (Patch(**_HATCHED), "not significant"),
        ]
    if any(view.averages() for view in views):
        triangle = Line2D(
            [], [], color=SIGNIFICANT, marker="v", linestyle="", markersize=0.7 * TEXT
        )
        entries.insert(1, (triangle, "their mean"))
    entries.append((Patch(color=BAND), _band(views)))
    handles, texts = zip(*entries, strict=True)
    start = EDGE - ax.get_window_extent().x0 * POINTS / figure.dpi
    across = POINTS * figure.get_figwidth() - 2 * EDGE
    for n_columns in (4, 2, 1):
        legend = ax.legend(
            handles,
            texts,
            ncols=n_columns,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            bbox_transform=ax.transAxes
            + ScaledTranslation(start / POINTS, above / POINTS, figure.dpi_scale_trans),
            borderaxespad=0,
            borderpad=0,
            handlelength=1.4,
            handletextpad=0.5,
            columnspacing=1.3,
            frameon=False,
        )
        box = legend.get_window_extent()
        if box.width * POINTS / figure.dpi <= across:
            break
    return box.height * POINTS / figure.dpi


def _band(views: Sequence[View]) -> str:
    if views[0].rule.sides == 2:
        return f"smallest significant difference {_critical(views)}"
    away = f"{_critical(views).replace(chr(177), '')}"
    if views[0].rule.null:
        return f"not significant: less than {away} on the good side of the margin"
    return f"not significant: less than {away} in the good direction"


def _critical(views: Sequence[View]) -> str:
    """The smallest significant difference, "±1.9", or its range over the panels."""
    values = [view.critical for view in views if np.isfinite(view.critical)]
    if not values:
        return "unknown"
    ends = [number(value, decimals_of(max(values))) for value in (min(values), max(values))]
    return " to ".join(f"±{end}" for end in dict.fromkeys(ends))
