"""P12, dichotomising: what is lost when a score is cut in two and responders are counted.

For a normal score and a small difference, comparing the shares beyond a cut is worth
phi(z)^2 / (p (1 - p)) of comparing the means (asymptotic relative efficiency; Cohen 1983, doi
10.1177/014662168300700301; Snapinn and Jiang 2007, doi 10.1186/1745-6215-8-31).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike
from scipy import special

from trialsim.analysis.ancova import Ancova
from trialsim.analysis.mann_whitney import MannWhitney
from trialsim.analysis.responder import Responder
from trialsim.analysis.t_test import TTest
from trialsim.core.axes import FloatArray
from trialsim.operating.truth import truth_of
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import AWAY, EDGE, GUTTER, new_page, size_of, wrapped
from trialsim.plots.base.panel_text import name_below, title_above
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, SIGNIFICANT, TEXT, style
from trialsim.plots.base.words import number, plain
from trialsim.plots.dichotomising_text import Cut, alt_text, caption, results, takeaway
from trialsim.plots.graded import is_graded
from trialsim.plots.run import Run

_LEAST_TALL = 230.0  # points
_MARKED = {50: "at the median", 25: "at a quartile", 10: "at a tenth"}
_FULL: Sequence[type] = (TTest, Ancova, MannWhitney)
_MOST_BESIDE = 3
_UNDER = 40  # percentiles that a text at the left end covers


def efficiency(percentile: ArrayLike) -> FloatArray:
    """Efficiency of a cut at a percentile (0 to 100) of a normal score, the t test being 1."""
    p = np.asarray(percentile, dtype=float) / 100
    density = np.exp(-(special.ndtri(p) ** 2) / 2) / np.sqrt(2 * np.pi)
    return np.asarray(density**2 / (p * (1 - p)))


@dataclass(frozen=True)
class _Place:
    """A cut and the responder analyses that make it."""

    outcome: str
    visit: str
    cut: float
    is_inclusive: bool


def applies(run: Run) -> bool:
    """A responder analysis that cuts a score where the comparator has patients on either side."""
    return bool(cuts_of(run))


def draw(run: Run) -> Drawn:
    """P12: efficiency against the place of the cut, with the cuts of this run marked."""
    cuts = cuts_of(run)
    numbers = _numbers(cuts)
    heading = takeaway(cuts)
    small = caption(cuts, run.settings("responders and scores"))
    with style():
        page = new_page(heading, small)
        ax = page.add_axes(1, right=GUTTER)[0]
        above = _curve(numbers, ax)
        least = _beside(ax, cuts[:_MOST_BESIDE])
        below = name_below(ax, "place of the cut, as a percentile of the comparator\u2019s scores")
        page.arrange([ax], [above], below, max(_LEAST_TALL, least))
    return Drawn(page.figure, numbers, heading, small, alt_text(cuts), "dichotomising")


def dichotomising(frame: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Efficiency against the place of the cut.

    Rows of `frame`: `kind` (theory, a point of the curve; cut, a cut of an analysis),
    `percentile`, `efficiency`, `label` (of a cut).
    """
    with style():
        own = new_page().add_axes(1, right=GUTTER)[0] if ax is None else ax
        _curve(frame, own)
    return own


def cuts_of(run: Run) -> list[Cut]:
    """The cuts of the run, in the order of its analyses, with what came of them."""
    places: dict[_Place, list[str]] = {}
    for name, method in run.design.analyses.items():
        if isinstance(method, Responder) and method.of == "score" and is_graded(run.outcome(name)):
            is_inclusive = method.event in ("at_or_above", "below")
            place = _Place(method.outcome, method.visit, method.cut, is_inclusive)
            places.setdefault(place, []).append(name)
    found = [_cut(run, place, names) for place, names in places.items()]
    cuts = [cut for cut in found if 0 < cut.percentile < 100]
    outcomes, visits = ({getattr(cut, what) for cut in cuts} for what in ("outcome_label", "visit"))
    return [cut.told_apart(len(outcomes) > 1, len(visits) > 1) for cut in cuts]


def _cut(run: Run, place: _Place, names: Sequence[str]) -> Cut:
    first = names[0]
    cell = run.plan.cells[next(iter(run.cells.values()))]
    truth = truth_of(run.design, cell, place.outcome, run.contrast(first))
    above = truth.shares_above(place.visit, place.cut, inclusive=place.is_inclusive)[1]
    outcome = run.outcome(first)
    effects = [name for name in run.cells if not run.is_null(name, first)]
    full = _full(run, place, run.contrast(first))
    assumption = (effects or list(run.cells))[0]
    counted = [(name, *_rate(run, assumption, name)) for name in names]
    return Cut(
        cut=place.cut,
        unit=outcome.unit,
        outcome_label=outcome.label or plain(place.outcome),
        visit=plain(place.visit),
        percentile=100 * (1 - above),
        efficiency=float(efficiency(100 * (1 - above))) if 0 < above < 1 else 0.0,
        assumption=assumption,
        is_null=not effects,
        responders=tuple(counted),
        full=None if full is None else (full, *_rate(run, assumption, full)),
    )


def _rate(run: Run, assumption: str, analysis: str) -> tuple[float, float]:
    value = run.measure(assumption, "rejection_rate", analysis)
    return value, run.measure(assumption, "rejection_rate", analysis, "mcse")


def _full(run: Run, place: _Place, contrast: str) -> str | None:
    """An analysis of the whole score: a t test rather than another."""
    for kind in _FULL:
        for name, method in run.design.analyses.items():
            same = (method.outcome, method.visit) == (place.outcome, place.visit)
            if isinstance(method, kind) and same and run.contrast(name) == contrast:
                return name
    return None


def _numbers(cuts: Sequence[Cut]) -> pd.DataFrame:
    percentiles = np.arange(5, 96)
    curve = pd.DataFrame(
        {"kind": "theory", "percentile": percentiles, "efficiency": efficiency(percentiles)}
    )
    rows: list[Mapping[str, object]] = []
    for cut in cuts:
        for name, value, mcse in (*cut.responders, *([cut.full] if cut.full else [])):
            rows.append(
                {
                    "kind": "cut",
                    "percentile": cut.percentile,
                    "efficiency": cut.efficiency,
                    "label": cut.name,
                    "analysis": name,
                    "assumption": cut.assumption,
                    "significant": value,
                    "mcse": mcse,
                }
            )
    return pd.concat([curve, pd.DataFrame(rows)], ignore_index=True)


def _curve(frame: pd.DataFrame, ax: Axes) -> float:
    """Draw the curve and the cuts; returns the room above the axes."""
    theory = frame[frame["kind"] == "theory"]
    cuts = frame[frame["kind"] == "cut"].drop_duplicates("label")
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 1.04)
    ax.set_xticks([5, 10, 25, 50, 75, 90, 95])
    ax.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
    ax.axhline(1, color=NOT_SIGNIFICANT, linewidth=1.5, zorder=1)
    # On the side where no line of a cut runs through it.
    is_right = bool((cuts["percentile"] < _UNDER).any())
    ax.annotate(
        "the score itself (t test)",
        (100 if is_right else 0, 1),
        xytext=(-4 if is_right else 4, -4),
        textcoords="offset points",
        ha="right" if is_right else "left",
        va="top",
        color=NOT_SIGNIFICANT,
    )
    ax.plot(theory["percentile"], theory["efficiency"], color=SIGNIFICANT, zorder=2)
    for percentile, where in _MARKED.items():
        value = float(efficiency(percentile))
        ax.plot(percentile, value, "o", color=SIGNIFICANT, mfc="white", mew=1.6, ms=7, zorder=3)
        ax.annotate(
            f"\u00d7\u00a0{number(1 / value, 2)} {where}",
            (percentile, value),
            xytext={50: (0, -16), 25: (9, -14), 10: (9, -2)}[percentile],
            textcoords="offset points",
            ha="center" if percentile == 50 else "left",
            va="top",
            zorder=5,
        )
    labels = []
    for row in cuts.itertuples():
        inside = float(np.clip(row.percentile, 1, 99))
        # Upwards only: below the curve stand the multipliers.
        ax.plot([inside] * 2, [row.efficiency, 1.04], color=INK, linewidth=1.3, zorder=1.5)
        ax.plot(inside, row.efficiency, "D", color=INK, mec="white", ms=11, zorder=6)
        labels.append(Label(inside, str(row.label), INK))
    rows = place_labels(ax, labels)
    return 10 + title_above(
        ax,
        "Efficiency, the analysis of the score itself = 1 (\u00d7: participants)",
        rows * ROW + 8,
    )


def _beside(ax: Axes, cuts: Sequence[Cut]) -> float:
    """What came of each cut, in the gutter; returns the height that it takes."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    height = 0.0
    for cut in cuts:
        for text, weight, colour in results(cut):
            written = ax.annotate(
                wrapped(figure, text, GUTTER - AWAY - EDGE / 2, TEXT, weight),
                (1, 1),
                xycoords="axes fraction",
                xytext=(AWAY, -height),
                textcoords="offset points",
                ha="left",
                va="top",
                fontweight=weight,
                color=colour,
                linespacing=1.1,
            )
            height += size_of(written)[1] + 4
        height += 0.7 * TEXT
    return height
