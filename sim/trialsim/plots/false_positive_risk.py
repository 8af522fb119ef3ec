"""P19, false-positive risk: a thousand trials as squares, and which of the significant ones are
false alarms, for stated prior beliefs.

Ioannidis 2005, doi 10.1371/journal.pmed.0020124; Colquhoun 2014, doi 10.1098/rsos.140216. Natural
frequencies: Gigerenzer and Hoffrage 1995, doi 10.1037/0033-295X.102.4.684.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.grid import add_grid, arrange_grid
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.page import POINTS, Page, new_page
from trialsim.plots.base.style import NOT_SIGNIFICANT, SIGNIFICANT, TEXT, style
from trialsim.plots.base.words import exact, listed
from trialsim.theory.false_positive import false_positive_risk

COLUMNS, ROWS = 40, 25
N = COLUMNS * ROWS
"""Trials that are drawn."""

FALSE_ALARM = "#882255"
"""Orange is left out: it always means the truth."""


class Kind(NamedTuple):
    """One of four kinds of trials."""

    name: str
    marker: str
    colour: str
    fill: str
    size: float
    """As a part of the distance between squares."""


KINDS = (
    Kind("works, significant", "s", SIGNIFICANT, SIGNIFICANT, 0.8),
    Kind("works, not significant", "s", SIGNIFICANT, "white", 0.72),
    Kind("does nothing, significant: false alarm", "X", FALSE_ALARM, FALSE_ALARM, 0.9),
    Kind("does nothing, not significant", "s", NOT_SIGNIFICANT, "#E9E9E9", 0.35),
)
"""In the order in which they fill the squares."""


def squares(prior: float, power: float, alpha: float = 0.05, n: int = N) -> list[int]:
    """How many of `n` trials are of each kind, to the nearest whole one, together `n`."""
    works = round(n * prior)
    found, false = round(works * power), round((n - works) * alpha)
    return [found, works - found, false, n - works - false]


def frame_of(priors: Sequence[float], power: float, alpha: float) -> pd.DataFrame:
    """A row a belief and kind: prior, power, alpha, kind, trials, risk."""
    rows = [
        (prior, power, alpha, kind.name, count, float(false_positive_risk(prior, power, alpha)))
        for prior in priors
        for kind, count in zip(KINDS, squares(prior, power, alpha), strict=True)
    ]
    return pd.DataFrame(rows, columns=["prior", "power", "alpha", "kind", "trials", "risk"])


def draw_false_positive_risk(
    priors: Sequence[float],
    power: float,
    alpha: float = 0.05,
    at_p: Sequence[float] | None = None,
    p_text: str = "",
    name: str = "false_positive_risk",
) -> Drawn:
    """A panel a prior belief. `at_p` are the risks of the published result, by belief, whose p
    value is told in words by `p_text`."""
    frame = frame_of(priors, power, alpha)
    heading = takeaway(frame)
    small = caption(frame, at_p, p_text)
    with style():
        page = new_page(heading, small)
        _draw(frame, page)
    return Drawn(page.figure, frame, heading, small, alt_text(frame), name)


def false_positive_squares(frame: pd.DataFrame, ax: Axes) -> Axes:
    """The squares of one belief: rows of `frame` as `frame_of` gives them, one prior."""
    with style():
        _squares(frame["trials"].tolist(), ax, _spacing(ax))
    return ax


def takeaway(frame: pd.DataFrame) -> str:
    """Of the significant trials, how many are false alarms, for every belief."""
    said = []
    for prior, rows in frame.groupby("prior", sort=False):
        found, _, false, _ = rows["trials"]
        said.append(
            f"{false:,} of {found + false:,} significant trials are false alarms if "
            f"{_believed(float(prior))}"
        )
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}."


def caption(frame: pd.DataFrame, at_p: Sequence[float] | None, p_text: str) -> str:
    """What was put in, what is left out, and the risk of the published p value."""
    power, alpha = float(frame["power"].iloc[0]), float(frame["alpha"].iloc[0])
    priors = list(dict.fromkeys(frame["prior"]))
    parts = [
        f"A square is one trial of {N:,}: {exact(100 * power)} of 100 trials of a treatment that "
        f"works reach p < {exact(alpha)}, and {exact(100 * alpha)} of one that does nothing.",
    ]
    if at_p:
        risks = [
            f"{100 * risk:.1g}% if {_believed(prior)}"
            for prior, risk in zip(priors, at_p, strict=True)
        ]
        parts.append(f"Of a result with exactly {p_text} the risk is {listed(risks)}.")
    parts.append(
        "What share of treatments works is a belief, not a finding. Trials are taken to be free of "
        "bias, which would add false alarms to every panel."
    )
    return " ".join(parts)


def alt_text(frame: pd.DataFrame) -> str:
    """The figure for somebody who does not see it."""
    said = []
    for prior, rows in frame.groupby("prior", sort=False):
        counts = zip(rows["kind"], rows["trials"], strict=True)
        kinds = [f"{count:,} {kind}" for kind, count in counts]
        said.append(f"If {_believed(float(prior))}: {listed(kinds)}.")
    return f"{N:,} squares, each one trial. {' '.join(said)}"


def _believed(prior: float) -> str:
    return f"{exact(100 * prior)} of 100 treatments work"


def _draw(frame: pd.DataFrame, page: Page) -> None:
    panels = [rows for _, rows in frame.groupby("prior", sort=False)]
    columns = min(2, len(panels))
    grid = add_grid(page, -(-len(panels) // columns), columns)
    axes = [ax for row in grid for ax in row]
    above = []
    for ax, rows in zip(axes, panels, strict=False):
        prior, risk = float(rows["prior"].iloc[0]), float(rows["risk"].iloc[0])
        ax.annotate(
            f"If {_believed(prior)}: {100 * risk:.0f}% of\nthe significant trials are false alarms",
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, 8),
            textcoords="offset points",
            va="bottom",
            fontweight="bold",
            linespacing=1.15,
        )
    for ax in axes:
        ax.set_axis_off()
        ax.set_xlim(-0.5, COLUMNS - 0.5)
        ax.set_ylim(ROWS - 0.5, -0.5)
    room = 8 + 2.6 * TEXT
    for i in range(len(grid)):
        above.append(room + 6 + (place_key(grid[0][0], _key(), room + 8) if i == 0 else 6))
    width = axes[0].get_window_extent().width * POINTS / page.figure.dpi
    arrange_grid(page, grid, above, 8.0, width * ROWS / COLUMNS)
    for ax, rows in zip(axes, panels, strict=False):
        _squares(rows["trials"].tolist(), ax, _spacing(ax))
    for ax in axes[len(panels) :]:
        ax.set_visible(False)


def _spacing(ax: Axes) -> float:
    """Points between neighbouring squares."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    box = ax.get_window_extent()
    return float(min(box.width / COLUMNS, box.height / ROWS)) * POINTS / figure.dpi


def _squares(trials: Sequence[int], ax: Axes, spacing: float) -> None:
    """Column by column, so that each kind is one block."""
    place = np.arange(N)
    start = 0
    for kind, count in zip(KINDS, trials, strict=True):
        own = place[start : start + count]
        start += count
        ax.plot(
            own // ROWS,
            own % ROWS,
            kind.marker,
            color=kind.colour,
            markerfacecolor=kind.fill,
            markeredgewidth=0.9,
            markersize=kind.size * spacing,
            clip_on=False,
        )


def _key() -> list[Entry]:
    return [
        (
            Line2D(
                [], [], marker=kind.marker, color=kind.colour, markerfacecolor=kind.fill,
                ls="", ms=10 * max(kind.size, 0.6), mew=1.2,
            ),
            kind.name,
        )
        for kind in KINDS
    ]  # fmt: skip
