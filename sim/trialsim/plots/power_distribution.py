"""The distribution of power: what power a trial has, when it is not known what is true.

Dots that each stand for the same probability are read with less error than a density: Kay, Kola,
Hullman and Munson 2016, doi 10.1145/2858036.2858558.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator

from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.key import place_key
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import POINTS, RIGHT, Page, new_page
from trialsim.plots.base.panel_text import name_below
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, SIGNIFICANT, TRUTH, style
from trialsim.plots.base.words import MINUS, number, per_100, plain

N_DOTS = 100
"""Truths that are drawn, each as likely as any other."""

_BIN = 2.5
"""Width of a column of dots, of 100."""
_LEAST_TALL = 190.0  # points


@dataclass(frozen=True)
class Averaged:
    """What the figure says in words: power, its mean over what is believed, and how far it
    spreads."""

    power: float
    power_mcse: float
    assurance: float
    mcse: float
    below_half: float
    """Chance that the power is below 0.5."""
    below_half_mcse: float
    favourable: float
    """The part of the assurance that is significant in the good direction."""
    favourable_mcse: float
    n_total: int
    assumption: str
    believed: Sequence[str]
    """What is uncertain, and how: a text each."""


def power_distribution(frame: pd.DataFrame, found: Averaged, ax: Axes | None = None) -> Axes:
    """Power of a trial under truths that are all as likely, as columns of dots.

    `frame` is the distribution: `power`, ascending, and `chance`, the probability of less. Labels
    stand above the axes: axes of your own need that room.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(dots_of(frame), found, page, ax)


def draw_power_distribution(
    frame: pd.DataFrame, found: Averaged, settings: Settings, name: str = "power_distribution"
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    dots = dots_of(frame)
    heading, small = takeaway(found), caption(found, settings)
    with style():
        page = new_page(heading, small)
        _draw(dots, found, page)
    return Drawn(page.figure, dots, heading, small, alt_text(dots, found), name)


def dots_of(frame: pd.DataFrame) -> pd.DataFrame:
    """The power at the middle of each of `N_DOTS` equal parts of what is believed: `chance`,
    `power`, and the `column` and `height` of its dot."""
    chance = (np.arange(N_DOTS) + 0.5) / N_DOTS
    power = np.interp(chance, frame["chance"], frame["power"])
    column = np.minimum(np.floor(100 * power / _BIN), 100 / _BIN - 1).astype(int)
    height = np.array([(column[:i] == one).sum() for i, one in enumerate(column)])
    return pd.DataFrame({"chance": chance, "power": power, "column": column, "height": height})


def takeaway(found: Averaged) -> str:
    """Power as stated, averaged, and the chance that it is less than a coin's."""
    stated, mean = (
        per_100(found.power, found.power_mcse),
        per_100(found.assurance, found.mcse),
    )
    below = per_100(found.below_half, found.below_half_mcse)
    return (
        f"If the stated values are true, {stated} of 100 trials are significant; averaged over "
        f"what is believed, {mean}. In {below} of 100 truths, fewer than 50 are."
    )


def caption(found: Averaged, settings: Settings) -> str:
    """Settings, what is believed, and how to read the marks."""
    good = per_100(found.favourable, found.favourable_mcse)
    return " ".join(
        [
            settings.sentence().replace(" for each assumption", " for each truth"),
            f"Assumption: {plain(found.assumption)}. Believed: "
            f"{'; '.join(found.believed).replace(' -', f' {MINUS}')}.",
            f"Each dot is one of {N_DOTS} truths that are all as likely, filled where at least "
            f"half of the trials are significant. {good} of 100 trials are significant in the "
            "good direction.",
        ]
    )


def alt_text(dots: pd.DataFrame, found: Averaged) -> str:
    """The figure for somebody who does not see it."""
    ends = [number(100 * float(dots["power"].iloc[at]), 0) for at in (5, N_DOTS // 2, -6)]
    return (
        f"Columns of {N_DOTS} dots over the share of significant trials: near the lower end "
        f"{ends[0]} of 100, in the middle {ends[1]}, near the upper end {ends[2]}. "
        f"{takeaway(found)}"
    )


def _draw(dots: pd.DataFrame, found: Averaged, page: Page | None, ax: Axes | None = None) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    ax = page.add_axes(1, right=RIGHT)[0] if page is not None else ax
    assert ax is not None
    ax.set_xlim(0, 100)
    ax.xaxis.set_major_locator(FixedLocator(range(0, 101, 10)))
    ax.yaxis.set_major_locator(FixedLocator([]))
    ax.spines["left"].set_visible(False)
    marks = [
        Label(
            100 * found.power, f"as stated: {per_100(found.power, found.power_mcse)}", TRUTH, "bold"
        ),
        Label(
            100 * found.assurance,
            f"averaged (assurance): {per_100(found.assurance, found.mcse)}",
            INK,
            "bold",
        ),
    ]
    above = ROW * place_labels(ax, marks, lift=4) + 10
    above += place_key(ax, _key(), above) + 8
    below = name_below(ax, "power: significant trials, of 100, if that were true")
    if page is not None:
        page.arrange([ax], [above], below, _LEAST_TALL)
    figure = ax.get_figure(root=True)
    assert figure is not None
    box = ax.get_window_extent()
    across, tall = (size * POINTS / figure.dpi for size in (box.width, box.height))
    # As large as a column is wide; smaller where the highest column would not fit.
    rows = max(6, int(dots["height"].max()) + 1)
    size = min(0.92 * across * _BIN / 100, 0.92 * tall / (rows + 0.5))
    ax.set_ylim(0, tall / (size / 0.92))
    ax.axvline(50, color=NOT_SIGNIFICANT, linewidth=1.0, linestyle=(0, (6, 4)), zorder=1)
    ax.axvline(100 * found.power, color=TRUTH, linewidth=2.4, zorder=2)
    ax.axvline(100 * found.assurance, color=INK, linewidth=2.0, linestyle=(0, (5, 3)), zorder=2)
    is_high = dots["power"] >= 0.5
    for rows_of, fill, edge in (
        (dots[is_high], SIGNIFICANT, SIGNIFICANT),
        (dots[~is_high], "white", NOT_SIGNIFICANT),
    ):
        ax.plot(
            (rows_of["column"] + 0.5) * _BIN,
            rows_of["height"] + 0.5,
            "o",
            markersize=size,
            markerfacecolor=fill,
            markeredgecolor=edge,
            markeredgewidth=1.3,
            zorder=3,
        )
    return ax


def _key() -> list[tuple[Line2D, str]]:
    def dot(colour: str, fill: str) -> Line2D:
        return Line2D([], [], marker="o", color=colour, markerfacecolor=fill, ls="", ms=9, mew=1.3)

    return [
        (dot(SIGNIFICANT, SIGNIFICANT), f"1 of {N_DOTS} truths that are all as likely"),
        (dot(NOT_SIGNIFICANT, "white"), "the same, with a power below 50"),
    ]
