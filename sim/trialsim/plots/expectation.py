"""P7, expectation: how often a trial is significant although nothing works, when patients who know
what they got report what they expect.

The evidence conflicts. Hróbjartsson and others 2014, doi 10.1093/ije/dyu115, compared patients who
were blinded with others who were not, within the same trials; Moustgaard and others 2020
(MetaBLIND), doi 10.1136/bmj.l6802, compared trials with and without blinding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter

from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.key import place_key
from trialsim.plots.base.page import GUTTER, Page, new_page
from trialsim.plots.base.panel_text import name_below, title_above
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, QUIET, Look, looks, style
from trialsim.plots.base.words import exact, half_width, number, per_100

SAID_AT = 0.56
"""Size that the heading speaks of: that of Hróbjartsson 2014."""

_TO_SD = sqrt(3) / pi
"""SDs for a logarithm of odds: Chinn 2000, doi 10.1002/1097-0258(20001130)19:22<3127."""

EVIDENCE: Sequence[tuple[str, float, float, float]] = (
    ("within trials", 0.56, 0.41, 0.71),
    ("between trials", -_TO_SD * log(0.91), -_TO_SD * log(1.34), -_TO_SD * log(0.61)),
)
"""What was found, estimate and 95% interval, SDs; the second from ratios of odds ratios."""

_WEIGHTS = (2.4, 1.2, 0.5)
_LEAST_TALL = 92.0  # points, times the weight


@dataclass(frozen=True)
class Expected:
    """What the figure says in words besides its curves."""

    n_total: int
    """Patients of the trial that the heading speaks of."""
    n_arms: int
    sd: float
    """Natural units in one SD of the score."""
    unit: str
    alpha: float


def expectation(
    frame: pd.DataFrame, told: Expected, axes: Sequence[Axes] | None = None
) -> list[Axes]:
    """Significant trials, intervals that hold the truth, and evidence, against the size of an
    expectation.

    One row of `frame` is a size of trial, of expectation and a source: `n_total`, `shift` (SDs),
    `source` (theory or simulated), `significant`, `significant_mcse`, `coverage`, `coverage_mcse`.
    `axes` are three that share x.
    """
    with style():
        page = new_page() if axes is None else None
        return _draw(frame, told, page, axes)


def draw_expectation(
    frame: pd.DataFrame, told: Expected, settings: Settings, name: str = "expectation"
) -> Drawn:
    """P7: the finished figure, with its takeaway as heading and its settings as caption."""
    heading, small = takeaway(frame, told), caption(frame, settings)
    with style():
        page = new_page(heading, small)
        _draw(frame, told, page)
    return Drawn(page.figure, frame, heading, small, alt_text(frame, told), name)


def takeaway(frame: pd.DataFrame, told: Expected) -> str:
    """What one expectation does to a trial in which nothing works."""
    row = _at(frame, told.n_total, SAID_AT)
    points = number(row["shift"] * told.sd, 1)
    hit = per_100(float(row["significant"]), float(row["significant_mcse"]))
    held = per_100(float(row["coverage"]), float(row["coverage_mcse"]))
    return (
        f"Nothing works, but patients expect it to: if that is worth {number(row['shift'], 2)} SD "
        f"({points} {told.unit}), {hit} of 100 trials of {_per_arm(told.n_total, told)} per arm "
        f"are significant, and {held} of 100 intervals hold the truth."
    )


def caption(frame: pd.DataFrame, settings: Settings) -> str:
    """Settings, what theory gives, and where the evidence comes from."""
    sizes = " and ".join(f"{n:,}" for n in sorted(frame["n_total"].unique()))
    lines = "Lines: exact. " if (frame["source"] == "theory").any() else ""
    return (
        f"{settings.sentence(sizes).replace(' for each assumption', ' a dot')} No true effect; "
        f"every trial has the same expectation. {lines}Dots: simulated, with 95% Monte Carlo "
        "intervals. Within trials: Hróbjartsson 2014, 0.56 SD (0.41 to 0.71), mostly acupuncture. "
        "Between trials: MetaBLIND 2020, ratio of odds ratios 0.91 (0.61 to 1.34) in SDs by "
        "√3/π; what lies below 0 is not shown. The two disagree, and no size is right."
    )


def alt_text(frame: pd.DataFrame, told: Expected) -> str:
    """The figure for somebody who does not see it."""
    rises = ", ".join(
        f"{per_100(float(_at(frame, told.n_total, shift)['significant']))} at {number(shift, 1)} SD"
        for shift in (0.0, 0.2, 0.5)
    )
    return (
        "Curves that rise with the expectation, the steeper the larger the trial. Significant of "
        f"100 trials of {_per_arm(told.n_total, told)} per arm: {rises}. Below, intervals that "
        f"hold the truth fall by as much. {takeaway(frame, told)}"
    )


def _at(frame: pd.DataFrame, n_total: int, shift: float) -> pd.Series:
    """The row nearest to a shift, by theory where there is any."""
    own = frame[frame["n_total"] == n_total]
    known = own[own["source"] == "theory"]
    rows = known if len(known) else own
    return rows.loc[(rows["shift"] - shift).abs().idxmin()]


def _per_arm(n_total: int, told: Expected) -> int:
    return n_total // told.n_arms


def _draw(
    frame: pd.DataFrame,
    told: Expected,
    page: Page | None,
    axes: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    axes = page.add_axes(3, right=GUTTER) if page is not None else axes
    assert axes is not None
    upper, lower, strip = axes
    top = float(frame["shift"].max())
    upper.set_xlim(0, top)
    strip.xaxis.set_major_locator(FixedLocator(np.arange(0, top + 0.01, 0.1).tolist()))
    strip.xaxis.set_major_formatter(
        FuncFormatter(lambda x, _: f"{number(x, 1)}\n{number(x * told.sd, 1)}")
    )
    for ax in (upper, lower):
        ax.set_ylim(0, 100)
        ax.set_yticks([0, 50, 100] if ax is lower else [0, 25, 50, 75, 100])
        ax.tick_params(labelbottom=False)
    strip.set_ylim(-0.6, len(EVIDENCE) - 0.4)
    strip.set_yticks([])
    strip.spines["left"].set_visible(False)
    upper.axhline(100 * told.alpha, color=NOT_SIGNIFICANT, linewidth=1.2, linestyle=(0, (1, 2)))
    lower.axhline(100 * (1 - told.alpha), color=NOT_SIGNIFICANT, lw=1.2, linestyle=(0, (1, 2)))
    sizes = sorted(int(n) for n in frame["n_total"].unique())
    seen = looks([str(n) for n in sizes])
    names = _names(upper, frame, sizes, seen, told)
    has_lines = bool((frame["source"] == "theory").any())
    above = place_key(upper, _key(has_lines), 4) + 10
    above = title_above(upper, "Significant although nothing works, of 100", above) + 6
    between = title_above(lower, "Intervals that hold the truth, of 100", 8) + 14
    last = title_above(strip, "Measured: what patients add who are not blinded, 95% CI", 8) + 14
    below = name_below(
        strip, f"expectation in SDs of the score; second line: {told.unit} (SD {exact(told.sd)})"
    )
    if page is not None:
        least = max(_LEAST_TALL, height_of(names) / _WEIGHTS[0])
        page.arrange(axes, [above, between, last], below + 18, least, _WEIGHTS)
    for n in sizes:
        own, look = frame[frame["n_total"] == n], seen[str(n)]
        for ax, column in ((upper, "significant"), (lower, "coverage")):
            _curve(ax, own, column, look)
    place_end_labels(upper, names)
    _evidence(strip)
    return list(axes)


def _curve(ax: Axes, own: pd.DataFrame, column: str, look: Look) -> None:
    line = own[own["source"] == "theory"].sort_values("shift")
    dots = own[own["source"] == "simulated"].sort_values("shift")
    if len(line) == 0:
        line = dots
    ax.plot(
        line["shift"], 100 * line[column], color=look.colour, lw=look.width, ls=look.line, zorder=3
    )
    half = [100 * half_width(float(mcse), 0) for mcse in dots[f"{column}_mcse"]]
    ax.errorbar(
        dots["shift"],
        100 * dots[column],
        yerr=half,
        fmt=look.marker,
        color=look.colour,
        markerfacecolor=look.fill,
        markersize=6.5,
        elinewidth=1.2,
        clip_on=False,
        zorder=4,
    )


def _evidence(ax: Axes) -> None:
    for place, (name, middle, low, high) in enumerate(reversed(EVIDENCE)):
        left, right = max(low, ax.get_xlim()[0]), min(high, ax.get_xlim()[1])
        ax.plot([left, right], [place, place], color=NOT_SIGNIFICANT, linewidth=7, zorder=2)
        ax.plot([middle], [place], "D", color=INK, markersize=8, zorder=3)
        ax.annotate(
            name,
            (1, place),
            xycoords=ax.get_yaxis_transform(),
            xytext=(10, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            color=QUIET,
            linespacing=1.05,
            annotation_clip=False,
        )


def _names(
    ax: Axes, frame: pd.DataFrame, sizes: Sequence[int], seen: dict[str, Look], told: Expected
) -> list[EndLabel]:
    end = float(frame["shift"].max())
    return [
        end_label(
            ax,
            end,
            100 * float(_at(frame, n, end)["significant"]),
            f"{_per_arm(n, told)} per arm",
            seen[str(n)].colour,
        )
        for n in sizes
    ]


def _key(has_lines: bool) -> list[tuple[Line2D, str]]:
    dot = Line2D([], [], marker="o", color=INK, ls="", ms=6.5)
    found = [(Line2D([], [], color=INK, lw=2.4), "exact")] if has_lines else []
    return [*found, (dot, "simulated")]
