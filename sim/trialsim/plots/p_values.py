"""p values of many trials: flat when nothing differs, piled up near zero when something does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import AWAY, EDGE, GUTTER, RIGHT, Page, new_page, size_of, wrapped
from trialsim.plots.base.style import BAND, INK, NOT_SIGNIFICANT, SIGNIFICANT, TEXT, style
from trialsim.plots.base.words import plain
from trialsim.plots.p_values_text import Spread, alt_text, caption, takeaway
from trialsim.plots.run import Run

MOST_PANELS = 4
N_BINS = 20
EDGES = np.arange(N_BINS + 1) / N_BINS
"""Bins of 0.05. The quotient and not a sum of steps: 0.15 is the double that people write."""
_LEAST_TALL = 66.0  # points


def p_values(
    frame: pd.DataFrame, *, alpha: float, is_null: bool, name: str = "", ax: Axes | None = None
) -> Axes:
    """Histogram of p values: one row of `frame` is one trial, `p_value` and `converged`.

    A label stands above the axes: axes of your own need that room.
    """
    spread = spread_of(name, frame, alpha=alpha, is_null=is_null)
    with style():
        page = new_page() if ax is None else None
        return _draw([spread], page, None if ax is None else [ax])[0]


def applies(run: Run) -> bool:
    """Where a trial under some assumption has a p value."""
    return any(run.measure(name, "rejection_rate", what="n_used") > 0 for name in run.cells)


def draw(run: Run) -> Drawn:
    """p values of the primary analysis of the design as stated, a panel an assumption."""
    frames = {name: run.estimates(name)[["p_value", "converged"]] for name in run.cells}
    return draw_p_values(
        frames,
        nulls={name for name in run.cells if run.is_null(name)},
        alpha=run.design.decision.alpha,
        settings=run.settings(),
    )


def draw_p_values(
    frames: Mapping[str, pd.DataFrame],
    *,
    nulls: set[str],
    alpha: float,
    settings: Settings,
    name: str = "p_values",
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    if not frames:
        raise ValueError("no assumption to draw")
    shown = _shown(list(frames), nulls)
    spreads = [spread_of(one, frames[one], alpha=alpha, is_null=one in nulls) for one in shown]
    left_out = [one for one in frames if one not in shown]
    heading, small = takeaway(spreads), caption(spreads, left_out, settings)
    with style():
        page = new_page(heading, small)
        _draw(spreads, page)
    numbers = pd.concat([_table(spread) for spread in spreads], ignore_index=True)
    return Drawn(page.figure, numbers, heading, small, alt_text(spreads), name)


def _shown(names: Sequence[str], nulls: set[str]) -> list[str]:
    """The assumptions that get a panel: at most one without effect if there are too many."""
    if len(names) <= MOST_PANELS:
        return list(names)
    kept = [name for name in names if name in nulls][:1]
    kept += [name for name in names if name not in nulls][: MOST_PANELS - len(kept)]
    return [name for name in names if name in kept]


def spread_of(name: str, frame: pd.DataFrame, *, alpha: float, is_null: bool) -> Spread:
    """Count the p values of one assumption; failed analyses are counted apart."""
    p = frame["p_value"].to_numpy(float, na_value=np.nan)
    analysed = (frame["converged"].to_numpy(float, na_value=0.0) > 0) & np.isfinite(p)
    known = np.sort(p[analysed])
    # A p value of 1 belongs to the last bin, one on an edge to the bin above it.
    place = np.minimum(np.searchsorted(EDGES, known, side="right") - 1, N_BINS - 1)
    return Spread(
        name=name,
        alpha=alpha,
        is_null=is_null,
        p=known,
        n_failed=int((~analysed).sum()),
        counts=np.bincount(place, minlength=N_BINS),
        significant=np.bincount(place[known < alpha], minlength=N_BINS),
    )


def _table(spread: Spread) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "assumption": spread.name,
            "left": EDGES[:-1],
            "right": EDGES[1:],
            "trials": spread.counts,
            "significant": spread.significant,
            "of_100": 100 * spread.counts / max(1, spread.n),
        }
    )


def _draw(
    spreads: Sequence[Spread], page: Page | None, axes: Sequence[Axes] | None = None
) -> list[Axes]:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    if page is not None:
        axes = page.add_axes(len(spreads), right=GUTTER if spreads[0].name else RIGHT)
    assert axes is not None
    above, least = [], []
    for ax, spread in zip(axes, spreads, strict=True):
        is_first = ax is axes[0]
        ax.set_xlim(0, 1)
        ax.tick_params(labelbottom=ax is axes[-1])
        mark = Label(spread.alpha, f"p = {spread.alpha:g}")
        above.append(ROW * place_labels(ax, [mark]) + 6 if is_first else 14)
        least.append(_beside(ax, spread) if spread.name else 0)
    axes[-1].set_xlabel("p value of a trial")
    if page is not None:
        page.arrange(axes, above, 4.0 * TEXT, max(_LEAST_TALL, *least))
    for ax, spread in zip(axes, spreads, strict=True):
        _bars(ax, spread)
    return list(axes)


def _bars(ax: Axes, spread: Spread) -> None:
    """Significant trials filled, the others hatched, and the height at which all bins are alike."""
    every, significant = (
        100 * counts / max(1, spread.n) for counts in (spread.counts, spread.significant)
    )
    hatched: dict[str, Any] = {"facecolor": "white", "edgecolor": NOT_SIGNIFICANT, "hatch": "////"}
    # Not a step outline: edges between bins of one height keep the bins countable.
    left, width = EDGES[:-1], 1 / N_BINS
    others = every > significant  # a bar without height would still have an outline
    ax.bar(
        left[others],
        (every - significant)[others],
        width,
        bottom=significant[others],
        align="edge",
        linewidth=0.9,
        zorder=2,
        **hatched,
    )
    ax.bar(
        left,
        significant,
        width,
        align="edge",
        color=SIGNIFICANT,
        edgecolor="white",
        linewidth=0.6,
        zorder=2.5,
    )
    even, half = 100 / N_BINS, 100 * spread.half_width_if_even
    ax.axhspan(max(0, even - half), even + half, color=BAND, linewidth=0, zorder=1)
    for edge in (max(0, even - half), even + half):
        ax.axhline(edge, color=INK, linewidth=0.7, linestyle=(0, (1, 2)), zorder=3)
    ax.axhline(even, color=INK, linewidth=1.6, linestyle=(0, (5, 3)), zorder=3)
    ax.axvline(spread.alpha, color=INK, linewidth=1.3, zorder=3.5)
    ax.set_ylim(0, 1.08 * max(float(every.max()), even + half))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    ax.xaxis.set_major_locator(FixedLocator([0, 0.2, 0.4, 0.6, 0.8, 1]))
    ax.set_ylabel("of 100")


def _beside(ax: Axes, spread: Spread) -> float:
    """Name and result in the gutter, the result in the colour of its bars; returns the height."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    height = 0.0
    for text, colour in ((plain(spread.name), INK), (spread.result, SIGNIFICANT)):
        written = ax.annotate(
            wrapped(figure, text, GUTTER - AWAY - EDGE / 2, TEXT, "bold"),
            (1, 1),
            xycoords="axes fraction",
            xytext=(AWAY, 4 - height),
            textcoords="offset points",
            ha="left",
            va="top",
            color=colour,
            fontweight="bold",
        )
        height += size_of(written)[1] + 4
    return height
