"""Power against cost, a point a design: which designs buy nothing with what they take."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.page import GUTTER, Page, new_page
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, SIGNIFICANT, TEXT, Look, style
from trialsim.plots.base.words import half_width, listed, number, per_100, plain, quoted, supported

EFFICIENT, NO_BETTER, DOMINATED = "efficient", "no better", "dominated"

_LOOKS = {
    EFFICIENT: Look(SIGNIFICANT, "-", "o"),
    NO_BETTER: Look(INK, "-", "o", hollow=True),
    DOMINATED: Look(NOT_SIGNIFICANT, "-", "X"),
}
_LEAST_TALL = 190.0  # points


def pareto(frame: pd.DataFrame, *, quantity: str, ax: Axes | None = None) -> Axes:
    """Share of significant trials against cost, a point a design.

    One row of `frame` is a design: `design`, `cost`, `power`, `mcse`, `n_used` and `standing`
    (efficient, no better or dominated). `quantity` names the cost in words.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(frame, quantity, page, ax)


def draw_pareto(
    frame: pd.DataFrame,
    *,
    quantity: str,
    assumption: str,
    settings: Settings,
    n_total: str | None = None,
    name: str = "pareto",
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    numbers = frame.sort_values("cost", kind="stable", ignore_index=True)
    heading = takeaway(numbers, quantity, assumption)
    small = caption(numbers, settings, n_total)
    with style():
        page = new_page(heading, small)
        _draw(numbers, quantity, page)
    return Drawn(page.figure, numbers, heading, small, alt_text(numbers, quantity), name)


def takeaway(numbers: pd.DataFrame, quantity: str, assumption: str) -> str:
    """From the cheapest to the dearest, and the designs that buy nothing."""
    cheap, dear = numbers.iloc[0], numbers.iloc[-1]
    said = (
        f"Under {quoted(assumption)}, from {_cost(cheap)} to {_cost(dear)} {quantity}, "
        f"{_of_100(cheap)} to {_of_100(dear)} of 100 trials are significant."
    )
    for standing, words in (
        (DOMINATED, "beaten by a design that takes no more"),
        (NO_BETTER, "not shown to be better than a cheaper one"),
    ):
        names = [quoted(str(one)) for one in numbers.loc[numbers["standing"] == standing, "design"]]
        if names:
            who = listed(names) if len(names) <= 2 else f"{len(names)} of {len(numbers)} designs"
            said += f" {who} {'is' if len(names) == 1 else 'are'} {words}."
    return said


def caption(numbers: pd.DataFrame, settings: Settings, n_total: str | None) -> str:
    """Settings and what the marks are."""
    marks = ["Filled: no cheaper design does as well"]
    if (numbers["standing"] == NO_BETTER).any():
        marks.append("hollow: its power cannot be told from that of a cheaper one")
    if (numbers["standing"] == DOMINATED).any():
        marks.append("cross: another that takes no more has a higher power")
    return (
        f"{settings.sentence(n_total)} {'; '.join(marks)}. Bars: 95% Monte Carlo error of each "
        "design; designs are told apart by paired errors, never by the overlap of bars."
    )


def alt_text(numbers: pd.DataFrame, quantity: str) -> str:
    """The figure for somebody who does not see it."""
    rows = [
        f"{plain(str(row['design']))}: {_cost(row)}, {_of_100(row)} of 100, {row['standing']}"
        for _, row in numbers.iterrows()
    ]
    return f"Share of significant trials against {quantity}. {'; '.join(rows)}."


def _cost(row: pd.Series) -> str:
    return number(row["cost"], supported(row["cost_mcse"], 0 if row["cost"] >= 20 else 1))


def _of_100(row: pd.Series) -> str:
    return per_100(row["power"], row["mcse"])


def _draw(frame: pd.DataFrame, quantity: str, page: Page | None, ax: Axes | None = None) -> Axes:
    ax = page.add_axes(1, right=GUTTER)[0] if page is not None else ax
    assert ax is not None
    low, high = float(frame["cost"].min()), float(frame["cost"].max())
    room = 0.06 * (high - low) or 0.1 * high
    ax.set_xlim(max(0.0, low - room), high + room)
    ax.set_ylim(0, 100)
    ax.set_yticks([0, 20, 40, 60, 80, 90, 100])
    ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
    ax.set_xlabel(quantity)
    ax.set_ylabel("significant trials, of 100")
    names = [_name(ax, row) for _, row in frame.iterrows()]
    if page is not None:
        page.arrange([ax], [10], 4.0 * TEXT, max(_LEAST_TALL, height_of(names)))
    for share in (80, 90):
        ax.axhline(share, color=NOT_SIGNIFICANT, linewidth=1.0, linestyle=(0, (6, 4)), zorder=1)
    front = frame[frame["standing"] == EFFICIENT].sort_values("cost", kind="stable")
    ax.plot(front["cost"], 100 * front["power"], color=SIGNIFICANT, linewidth=1.4, zorder=2)
    for _, row in frame.iterrows():
        _point(ax, row)
    place_end_labels(ax, names)
    return ax


def _name(ax: Axes, row: pd.Series) -> EndLabel:
    look = _LOOKS[str(row["standing"])]
    return end_label(ax, row["cost"], 100 * row["power"], plain(str(row["design"])), look.colour)


def _point(ax: Axes, row: pd.Series) -> None:
    look = _LOOKS[str(row["standing"])]
    half, middle = 100 * half_width(row["mcse"], int(row["n_used"])), 100 * row["power"]
    ends = (max(0.0, middle - half), min(100.0, middle + half))
    ax.vlines(row["cost"], *ends, color=look.colour, linewidth=1.8, zorder=3)
    ax.plot(
        row["cost"],
        middle,
        look.marker,
        color=look.colour,
        markerfacecolor=look.fill,
        markeredgewidth=1.6,
        markersize=9,
        clip_on=False,
        zorder=4,
    )
