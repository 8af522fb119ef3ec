"""P14, the fragility index, with the panel that debunks it: at one p value it follows n.

Walsh and others 2014, doi 10.1016/j.jclinepi.2013.10.019; why it says little that p and n do not:
Potter 2020, doi 10.1016/j.jclinepi.2020.08.020.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from trialsim.plots.base.end_labels import EndLabel, end_label, place_end_labels
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import GUTTER, new_page
from trialsim.plots.base.panel_text import name_below, title_above
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, SIGNIFICANT, THIRD, style
from trialsim.plots.base.words import counted, exact, listed, number
from trialsim.theory.fragility import index_by_size, significant_tables

_SHARES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""Shares with the event of the arm with fewer events, of the other results of this size."""
_SIZES = (20, 30, 50, 100, 200, 300, 500, 1000, 2000, 5000)
_P_VALUE = 0.01
_SHARE = 0.1
_FAINTEST = 1e-6
"""p values below it are not drawn: nobody calls such a result fragile."""
_LEAST_TALL = 150.0  # points
_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.05)


@dataclass(frozen=True)
class Table:
    """A significant result of two arms of 1:1 whose index is known."""

    events: tuple[int, int]
    n: tuple[int, int]
    p_value: float
    index: int
    lost: int = 0
    """Patients randomised who are not counted."""
    is_reconstructed: bool = False
    """The counts were worked out from other numbers."""

    @property
    def counts(self) -> str:
        """ "1 of 64 against 8 of 65", and where they come from."""
        (a, b), (n1, n0) = self.events, self.n
        text = f"{a:,} of {n1:,} against {b:,} of {n0:,}"
        return f"{text}, reconstructed" if self.is_reconstructed else text


def draw_fragility(found: Table, alpha: float = 0.05, name: str = "fragility") -> Drawn:
    """Index against p among results of this size, and against size at one p value."""
    same_size, by_size = tables_of(found, alpha), sizes_of(alpha)
    heading = takeaway(found, by_size)
    small = caption(found, same_size, by_size, alpha)
    with style():
        page = new_page(heading, small)
        top, bottom = (page.add_axes(1, right=GUTTER)[0] for _ in range(2))
        upper = _of_one_size(same_size, found, alpha, top)
        lower, names = _of_one_p(by_size, found, bottom)
        between = name_below(top, "p value by Fisher's exact test")
        below = name_below(bottom, "participants an arm")
        page.arrange([top, bottom], [upper, lower + between], below, _LEAST_TALL)
        place_end_labels(bottom, names)
    numbers = pd.concat(
        [same_size.assign(panel="one size"), by_size.assign(panel="one p value")],
        ignore_index=True,
    )
    numbers.insert(0, "panel", numbers.pop("panel"))
    return Drawn(page.figure, numbers, heading, small, alt_text(found, same_size, by_size), name)


def tables_of(found: Table, alpha: float) -> pd.DataFrame:
    """Other significant results of this size: per_arm, p_value, index."""
    per_arm = round(sum(found.n) / 2)
    rows = significant_tables(per_arm, _SHARES, alpha)
    frame = pd.DataFrame(rows, columns=["p_value", "index"]).assign(per_arm=per_arm)
    return frame[["per_arm", "p_value", "index"]].sort_values("p_value", ignore_index=True)


def sizes_of(alpha: float) -> pd.DataFrame:
    """Results of other sizes at nearly one p value: per_arm, p_value, index."""
    rows = [
        (one.per_arm, one.p_value, one.index)
        for one in index_by_size(_SIZES, _SHARE, _P_VALUE, alpha)
    ]
    return pd.DataFrame(rows, columns=["per_arm", "p_value", "index"])


def rank_correlation(frame: pd.DataFrame) -> float:
    """Spearman's correlation of p value and index."""
    return float(frame["p_value"].rank().corr(frame["index"].rank()))


def takeaway(found: Table, by_size: pd.DataFrame) -> str:
    """The index of this trial, and that it follows n."""
    first, last = by_size.iloc[0], by_size.iloc[-1]
    return (
        f"The fragility index is {found.index} with {sum(found.n):,} participants. At one p value "
        f"it runs from {int(first['index'])} with {int(first['per_arm']):,} an arm to "
        f"{int(last['index'])} with {int(last['per_arm']):,}: it says what p and n have said."
    )


def caption(found: Table, same_size: pd.DataFrame, by_size: pd.DataFrame, alpha: float) -> str:
    """What is counted, of which results, and what it cannot say."""
    low, high = by_size["p_value"].min(), by_size["p_value"].max()
    shares = listed([exact(100 * share) for share in _SHARES])
    parts = [
        f"This trial: {found.counts}, p = {found.p_value:.2g} (Fisher). Index: participants whose "
        f"event must change, in the arm with fewer, for p to reach {exact(alpha)} (Walsh 2014).",
        f"Above: every significant result of {int(same_size['per_arm'].iloc[0]):,} an arm in which "
        f"the arm with fewer events has {shares}%; rank correlation of index and p "
        f"{number(rank_correlation(same_size), 2)}.",
        f"Below: {exact(100 * _SHARE)}% in one arm, and in the other the fewest more with p at "
        f"most {exact(_P_VALUE)} ({low:.2g} to {high:.2g}).",
    ]
    if found.lost:
        parts.append(f"{counted(found.lost, 'participant')} randomised but not counted (dashed).")
    parts.append("A small index does not make a result wrong, nor a large one right.")
    return " ".join(parts)


def alt_text(found: Table, same_size: pd.DataFrame, by_size: pd.DataFrame) -> str:
    """The figure for somebody who does not see it."""
    said = [f"{int(r['index'])} with {int(r['per_arm']):,} an arm" for _, r in by_size.iterrows()]
    return (
        f"Above, {len(same_size)} possible results of one size: the smaller p, the larger the "
        f"index; this trial has {found.index} at p {found.p_value:.2g}. Below, the index at nearly "
        f"one p value: {listed(said)}."
    )


def fragility_by_size(frame: pd.DataFrame, ax: Axes) -> Axes:
    """Index against patients an arm at one p value: rows `per_arm`, `index`."""
    with style():
        _curve(frame, ax)
    return ax


def _of_one_size(frame: pd.DataFrame, found: Table, alpha: float, ax: Axes) -> float:
    shown = frame[frame["p_value"] >= min(_FAINTEST, found.p_value)]
    ax.set_xscale("log")
    ax.set_xlim(1.3 * alpha, min(0.8 * _FAINTEST, 0.5 * found.p_value))
    ax.xaxis.set_major_locator(FixedLocator([t for t in _TICKS if t <= 1.3 * alpha]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda p, _: f"{p:.6f}".rstrip("0")))
    most = float(max(shown["index"].max() if len(shown) else 1, found.index, found.lost))
    ax.set_ylim(0, 1.12 * most)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.plot(
        shown["p_value"], shown["index"], "o", color=NOT_SIGNIFICANT, mfc="white", ms=7, mew=1.3
    )
    ax.plot([found.p_value], [found.index], "D", color=SIGNIFICANT, mec="white", ms=13, zorder=4)
    if found.lost:
        ax.axhline(found.lost, color=INK, linewidth=1.4, linestyle=(0, (5, 3)), zorder=1)
    rows = _label_at(ax, found.p_value, f"this trial: {found.index}")
    return title_above(ax, "Index of all significant results of this size", rows * ROW + 8) + 10


def _of_one_p(frame: pd.DataFrame, found: Table, ax: Axes) -> tuple[float, Sequence[EndLabel]]:
    _curve(frame, ax)
    own = sum(found.n) / 2
    ax.axvline(own, color=INK, linewidth=1.3, zorder=1)
    ax.plot([own], [found.index], "D", color=SIGNIFICANT, mec="white", ms=13, zorder=4)
    rows = _label_at(ax, own, f"this trial: {sum(found.n):,} in all")
    last = frame.iloc[-1]
    text = f"at p {frame['p_value'].min():.2g} to {frame['p_value'].max():.2g}"
    name = end_label(ax, float(last["per_arm"]), float(last["index"]), text, THIRD)
    return title_above(ax, "Index at one p value, by size", rows * ROW + 8) + 10, [name]


def _label_at(ax: Axes, x: float, text: str) -> int:
    """A label above the axes, which have a logarithmic x: at the same share of a linear one."""
    low, high = ax.get_xlim()
    share = (np.log(x) - np.log(low)) / (np.log(high) - np.log(low))
    twin = ax.twiny()
    twin.set_axis_off()
    twin.set_xlim(0, 1)
    return place_labels(twin, [Label(float(share), text)])


def _curve(frame: pd.DataFrame, ax: Axes) -> None:
    ax.set_xscale("log")
    ax.set_xlim(0.8 * frame["per_arm"].min(), 1.15 * frame["per_arm"].max())
    ax.xaxis.set_major_locator(FixedLocator([20, 50, 100, 200, 500, 1000, 2000, 5000]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
    ax.set_ylim(0, 1.12 * float(frame["index"].max()))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    ax.plot(frame["per_arm"], frame["index"], "s-", color=THIRD, ms=8, lw=2.2)
