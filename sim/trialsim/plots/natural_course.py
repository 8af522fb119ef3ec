"""P3, natural course: patients chosen when they are bad improve without being treated better.

Comparator arm only. Everybody's change is kept apart from what choosing the worse half adds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialsim.core.axes import FloatArray
from trialsim.core.records import TrialData
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.grid import add_grid, arrange_grid
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import AWAY, EDGE, GUTTER, Page, new_page, size_of, wrapped
from trialsim.plots.base.score_axis import Score, name_above
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, SIGNIFICANT, TEXT, THIRD, halo, style
from trialsim.plots.base.words import plain
from trialsim.plots.natural_course_text import (
    Told,
    alt_text,
    caption,
    steps_said,
    takeaway,
    threshold_said,
)
from trialsim.plots.patients_of import many_patients, score_of
from trialsim.plots.regression import Course, course_of
from trialsim.plots.run import Run

MOST_DOTS = 400
_LEAST_TALL = 330.0  # points
_APART = 0.7
"""Widest distance of dots of one score, in steps of the score."""


def natural_course(
    frame: pd.DataFrame,
    *,
    score: Score,
    course: Course,
    visits: tuple[str, str],
    ax: Axes | None = None,
) -> Axes:
    """Score at baseline against score at a later visit, `visits`; one row of `frame` is a patient
    with `before`, `after` and `selected`. At most 400 are drawn, the first."""
    with style():
        page = new_page() if ax is None else None
        return _draw(frame, score, course, visits, page, ax)


def applies(run: Run) -> bool:
    """Where there is a baseline, a later visit is analysed, and a worse half can be told apart."""
    baseline, visit = run.design.baseline, run.design.analyses[run.primary].visit
    return baseline is not None and visit != baseline and _course(run) is not None


def _course(run: Run) -> tuple[TrialData, FloatArray, FloatArray, Course] | None:
    """Both scores of all patients of the comparator arm, and what becomes of them."""
    method, baseline = run.design.analyses[run.primary], run.design.baseline
    assert baseline is not None
    data = many_patients(run, run.under_an_effect)
    _, comparator = run.pair(run.primary)
    who = data.enrolled & (data.arm == list(data.arms).index(comparator))
    before = data.score(method.outcome, baseline)[who]
    after = data.score(method.outcome, method.visit)[who]
    course = course_of(before, after, run.outcome(run.primary).better)
    return None if course is None else (data, before, after, course)


def draw(run: Run) -> Drawn:
    """P3: baseline against follow-up of the comparator arm, and the worse half of it."""
    found = _course(run)
    assert found is not None
    data, before, after, course = found
    analysis = run.primary
    method, score = run.design.analyses[analysis], score_of(run, analysis)
    _, comparator = run.pair(analysis)
    told = Told(
        comparator=plain(run.arm_label(comparator)),
        unit=score.unit,
        better=score.better,
        baseline=run.design.baseline or "",
        visit=method.visit,
        some_missing=bool(run.design.missing),
        n_drawn=min(MOST_DOTS, len(before)),
        is_apart=score.step(before) > 0 or score.step(after) > 0,
    )
    is_worse = before > course.threshold if score.better == "lower" else before < course.threshold
    frame = pd.DataFrame({"before": before, "after": after, "selected": is_worse})
    settings = replace(run.settings(), replicates=data.arm.shape[0], analysis="")
    heading, small = takeaway(course, told), caption(course, told, settings)
    with style():
        page = new_page(heading, small)
        _draw(frame, score, course, (told.baseline, told.visit), page, None)
    alt = alt_text(course, told, score)
    return Drawn(page.figure, numbers_of(course), heading, small, alt, "natural_course")


def numbers_of(course: Course) -> pd.DataFrame:
    """One row a number: `what`, `value`, `mcse` (NaN where it has none of its own)."""
    amounts = {
        "mean before, selected": course.before,
        "mean after, selected": course.after,
        "improvement, selected": course.improvement,
        "improvement, everybody": course.of_everybody,
        "regression to the mean": course.regression,
    }
    rows: list[tuple[str, float, float]] = [
        ("patients", course.n, np.nan),
        ("selected", course.n_selected, np.nan),
        ("threshold", course.threshold, np.nan),
        ("sd before", course.sd, np.nan),
        ("correlation", course.correlation, np.nan),
        ("slope", course.slope, np.nan),
        ("intercept", course.intercept, np.nan),
        *((what, one.value, one.mcse) for what, one in amounts.items()),
    ]
    return pd.DataFrame(rows, columns=["what", "value", "mcse"])


def _draw(
    frame: pd.DataFrame,
    score: Score,
    course: Course,
    visits: tuple[str, str],
    page: Page | None,
    own: Axes | None,
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    grid = [] if page is None else add_grid(page, 1, 1, right=GUTTER)
    ax = grid[0][0] if grid else own
    assert ax is not None
    before, after = (frame[name].to_numpy(float) for name in ("before", "after"))
    shown = frame.iloc[:MOST_DOTS]
    means = [course.before.value, course.after.value]
    ends = np.concatenate([before[:MOST_DOTS], after[:MOST_DOTS], means])
    score.dress(ax, ends)
    ax.set_xlim(ax.get_ylim())
    if ticks := score.ticks():
        ax.set_xticks(ticks)
    ax.set_xlabel(f"{plain(visits[0])}: the same score")
    # Between two scores, so that no dot stands on the line.
    step = score.step(before) / 2
    line = course.threshold + (step if score.better == "lower" else -step)
    labels = [Label(line, threshold_said(course, score.better))]
    above = ROW * place_labels(ax, labels) + 8
    above += name_above(ax, f"{plain(visits[1])}: {score.name}", above) + 8
    above += place_key(ax, _key(), above, handle=2.0)
    if page is not None:
        arrange_grid(page, grid, [above], 4.2 * TEXT, _LEAST_TALL)
    _lines(ax, course, line)
    _dots(ax, shown, score)
    _steps(ax, course, score)
    if page is not None:
        _beside(ax, course, score)
    return ax


def _lines(ax: Axes, course: Course, threshold: float) -> None:
    low, high = ax.get_xlim()
    ax.plot([low, high], [low, high], color=INK, linewidth=1.1, zorder=2)
    ax.axvline(threshold, color=INK, linewidth=1.5, linestyle=(0, (1, 2)), zorder=2)
    fitted = [course.intercept + course.slope * x for x in (low, high)]
    fit = ax.plot([low, high], fitted, color=INK, lw=2.2, ls=(0, (6, 3)), zorder=3)[0]
    fit.set_path_effects(halo(2.2))
    ax.set_autoscale_on(False)


def _dots(ax: Axes, shown: pd.DataFrame, score: Score) -> None:
    """Filled where selected. Dots of one score stand apart, by a sequence and not by chance."""
    place = np.arange(1, len(shown) + 1)
    columns = []
    # Fractions of multiples of these two fill a square evenly (Roberts's R2 sequence).
    for name, ratio in (("before", 0.7548776662466927), ("after", 0.5698402909980532)):
        values = shown[name].to_numpy(float)
        columns.append(values + _APART * score.step(values) * (place * ratio % 1 - 0.5))
    for is_selected in (False, True):
        here = shown["selected"].to_numpy(bool) == is_selected
        ax.plot(
            columns[0][here],
            columns[1][here],
            "o",
            markersize=4,
            markerfacecolor=SIGNIFICANT if is_selected else "white",
            markeredgecolor=SIGNIFICANT if is_selected else NOT_SIGNIFICANT,
            markeredgewidth=0.8,
            alpha=0.65,
            zorder=1.5,
        )


def _steps(ax: Axes, course: Course, score: Score) -> None:
    """From the mean before, on the line of no change, to the mean after: the two steps."""
    x = course.before.value
    sign = -1.0 if score.better == "lower" else 1.0
    middle = x + sign * course.of_everybody.value
    for start, end, colour, width in (
        (x, middle, INK, 6.0),
        (middle, course.after.value, THIRD, 6.0),
    ):
        line = ax.plot(
            [x, x], [start, end], color=colour, lw=width, zorder=5, solid_capstyle="butt"
        )
        line[0].set_path_effects(halo(width))
    look: dict[str, Any] = {"color": INK, "markersize": 10, "markeredgewidth": 2, "zorder": 6}
    ax.plot(x, x, "o", markerfacecolor="white", **look)
    ax.plot(x, course.after.value, "D", markerfacecolor=THIRD, **{**look, "markersize": 9})


def _key() -> list[Entry]:
    dot: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 6}
    return [
        (Line2D([], [], color=SIGNIFICANT, **dot), "selected patient"),
        (Line2D([], [], color=NOT_SIGNIFICANT, mfc="white", **dot), "other"),
        (Line2D([], [], color=INK, linewidth=1.1), "no change"),
        (Line2D([], [], color=INK, linewidth=2.2, linestyle=(0, (6, 3))), "regression line"),
    ]


def _beside(ax: Axes, course: Course, score: Score) -> None:
    """The steps in words, in the gutter, each in the colour of its mark."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    texts = zip(steps_said(course, score.unit), (SIGNIFICANT, INK, INK, THIRD, INK), strict=True)
    height = 0.0
    for text, colour in texts:
        written = ax.annotate(
            wrapped(figure, text, GUTTER - AWAY - EDGE / 2, TEXT, "bold"),
            (1, 1),
            xycoords="axes fraction",
            xytext=(AWAY, -height),
            textcoords="offset points",
            ha="left",
            va="top",
            color=colour,
            fontweight="bold",
        )
        height += size_of(written)[1] + 12
