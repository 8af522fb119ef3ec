"""P1, one trial: its patients at every visit, and the means from which its result comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D

from trialsim.analysis.responder import Responder
from trialsim.core.program import rule_of
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.grid import add_grid, arrange_grid
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.page import Page, new_page
from trialsim.plots.base.score_axis import Score, name_above, title_above
from trialsim.plots.base.style import INK, Look, halo, looks, style
from trialsim.plots.base.visit_axis import name_visits
from trialsim.plots.base.words import exact
from trialsim.plots.effect import effect_of, level_of
from trialsim.plots.one_trial_marks import ends_early, marks_of
from trialsim.plots.one_trial_text import Found, Threshold, alt_text, caption, takeaway
from trialsim.plots.patients_of import can_hold_a_batch, score_of, visits_of
from trialsim.plots.run import Run

MOST_ARMS = 4
_LEAST_TALL = 230.0  # points
_DASHED: dict[str, Any] = {"color": INK, "linewidth": 1.6, "linestyle": (0, (5, 3)), "zorder": 3}
_FEW_SCORES = 12
"""With so few possible scores the lines of patients would hide one another."""
_GOLDEN = 0.618
"""Steps that spread any number of points evenly."""
_APART = 0.16  # of the distance of neighbouring scores: bundles, not other scores


def one_trial(
    frame: pd.DataFrame,
    *,
    arms: Mapping[str, str],
    visits_weeks: Mapping[str, float],
    score: Score,
    threshold: Threshold | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Patients and arm means of one trial; all arms on one axes of your own, else a panel each.

    One row of `frame` is a patient at a visit: `patient`, `arm`, `visit`, `score`, `observed`.
    `arms` are labels by name, the comparator first.
    """
    with style():
        page = new_page() if ax is None else None
        marks = marks_of(frame, list(arms), visits_weeks)
        return _draw(marks, arms, visits_weeks, score, threshold, page, ax)


def applies(run: Run) -> bool:
    """Where a batch of the patients fits in memory and the trial enrolled somebody."""
    return can_hold_a_batch(run) and bool(run.trials(run.under_an_effect).enrolled[0].any())


def draw(run: Run) -> Drawn:
    """P1: trial 1 under the first assumption with an effect, a panel an arm."""
    analysis, assumption = run.primary, run.under_an_effect
    outcome = run.design.analyses[analysis].outcome
    frame = run.patients(assumption)
    frame = frame[frame["outcome"] == outcome]
    arms = {name: run.arm_label(name) for name in _shown_arms(run)}
    visits, score, threshold = visits_of(run), score_of(run, analysis), _threshold(run, outcome)
    marks = marks_of(frame, list(arms), visits)
    result = run.estimates(assumption, analysis).iloc[0]
    found = Found(
        effect=effect_of(run, analysis),
        estimate=float(result["estimate"]),
        se=float(result["se"]),
        lower=float(result["lower"]),
        upper=float(result["upper"]),
        p_value=float(result["p_value"]),
        alpha=run.design.decision.alpha,
        sides=run.design.decision.sides,
        level=level_of(run),
        assumption=assumption,
        truth=run.measure(assumption, "true_value"),
        is_null=run.is_null(assumption),
        visit=run.design.analyses[analysis].visit,
        null=rule_of(run.design, analysis).null,
        replicates=run.values.shape[2],
    )
    left_out = [run.arm_label(name) for name in run.design.arms if name not in arms]
    heading = takeaway(found)
    small = caption(found, marks, arms, visits, threshold, left_out, run.settings())
    with style():
        page = new_page(heading, small)
        _draw(marks, arms, visits, score, threshold, page, None)
    alt = alt_text(found, marks, arms, score)
    return Drawn(page.figure, marks, heading, small, alt, "one_trial")


def _shown_arms(run: Run) -> list[str]:
    """The arms of the primary contrast, then as many others as fit."""
    pair = run.pair(run.primary)
    others = [name for name in run.design.arms if name not in pair]
    chosen = {*pair, *others[: MOST_ARMS - 2]}
    comparator = pair[1]
    return [comparator, *(name for name in run.design.arms if name in chosen - {comparator})]


def _threshold(run: Run, outcome: str) -> Threshold | None:
    """Where an analysis of this run cuts this score, if one does; the primary analysis first."""
    names = [run.primary, *run.design.analyses]
    for name in names:
        method = run.design.analyses[name]
        if isinstance(method, Responder) and method.outcome == outcome and method.of == "score":
            return Threshold(method.cut, method.event, name)
    return None


def _draw(
    marks: pd.DataFrame,
    arms: Mapping[str, str],
    visits_weeks: Mapping[str, float],
    score: Score,
    threshold: Threshold | None,
    page: Page | None,
    own: Axes | None,
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    if page is not None:
        grid = add_grid(page, 1, len(arms))
        panels = dict(zip(arms, grid[0], strict=True))
    else:
        assert own is not None
        panels = dict.fromkeys(arms, own)
    seen = looks(list(arms), references=list(arms)[:1])
    # Every panel shows means, so the comparator's must be as plain as the others'.
    seen = {name: replace(look, width=2.8) for name, look in seen.items()}
    distinct = list(dict.fromkeys(panels.values()))
    drops = [name_visits(ax, visits_weeks) for ax in distinct]
    first = distinct[0]
    values = marks.loc[marks["kind"] == "patient", "value"].to_numpy(float)
    every = marks[["value", "lower", "upper"]].to_numpy(float).ravel()
    cut = [] if threshold is None else [threshold.cut]
    score.dress(first, np.concatenate([every, cut]))
    apart = _APART * score.step(values) if len(np.unique(values)) <= _FEW_SCORES else 0.0
    low, high = first.get_ylim()
    first.set_ylim(min(low, values.min() - 0.7 * apart), max(high, values.max() + 0.7 * apart))
    above = 6.0
    if page is not None:
        titles = [
            title_above(ax, [(_title(marks, name, label), seen[name].colour)])
            for (name, label), ax in zip(arms.items(), distinct, strict=True)
        ]
        above += max(titles) + 4
    above += name_above(first, score.name, above) + 8
    above += place_key(first, _key(marks, arms, seen, threshold, page is not None), above)
    if page is not None:
        arrange_grid(page, grid, [above], max(drops) + 8, _LEAST_TALL)
    for name, ax in panels.items():
        lines = marks[(marks["kind"] == "patient") & (marks["arm"] == name)]
        _patients(ax, lines, visits_weeks, seen[name], apart)
        if threshold is not None:
            ax.axhline(threshold.cut, color=INK, linewidth=1.4, linestyle=(0, (1, 2)), zorder=2)
    reference = next(iter(arms))
    for name, ax in panels.items():
        if page is not None and name != reference:
            _mean_line(ax, marks, reference, seen[reference], **_DASHED)
        _means(ax, marks, name, seen[name])
    return first


def _title(marks: pd.DataFrame, name: str, label: str) -> str:
    here = marks[(marks["arm"] == name) & (marks["kind"] == "mean")]
    n = int(here["enrolled"].iloc[0]) if len(here) else 0
    return f"{label}, n\u00a0=\u00a0{n:,}"


def _key(
    marks: pd.DataFrame,
    arms: Mapping[str, str],
    seen: Mapping[str, Look],
    threshold: Threshold | None,
    has_panels: bool,
) -> list[Entry]:
    thin = Line2D([], [], color="#8A8A8A", linewidth=1.0)
    entries: list[Entry] = [(thin, "one patient")]
    if has_panels:
        dot = Line2D([], [], color=INK, linewidth=2.8, marker="o", markersize=8)
        entries.append((dot, "mean and its 95% interval"))
        dashed = Line2D([], [], **_DASHED)
        entries.append((dashed, f"mean of {next(iter(arms.values()))}"))
    else:
        entries += [
            (
                Line2D([], [], color=look.colour, lw=2.8, ls=look.line, marker=look.marker)
                if not look.hollow
                else Line2D([], [], color=look.colour, lw=2.8, marker=look.marker, mfc="white"),
                f"mean of {label}",
            )
            for (label, look) in zip(arms.values(), seen.values(), strict=True)
        ]
    if ends_early(marks).any():
        cross = Line2D([], [], color=INK, linestyle="", marker="x", markersize=7, mew=1.5)
        entries.append((cross, "not seen again"))
    if threshold is not None:
        dotted = Line2D([], [], color=INK, linewidth=1.4, linestyle=(0, (1, 2)))
        entries.append((dotted, f"cut at {exact(threshold.cut)}"))
    return entries


def _patients(
    ax: Axes,
    lines: pd.DataFrame,
    visits_weeks: Mapping[str, float],
    look: Look,
    apart: float,
) -> None:
    """A thin line a patient, broken where a visit was missed; nearly equal scores set apart."""
    n = lines["patient"].nunique()
    ranks = (np.arange(n) + 0.5) / max(1, n)
    weeks = np.array(list(visits_weeks.values()))
    pieces, dots, ends = [], [], []
    for place, ((_, rows), rank) in enumerate(zip(lines.groupby("patient"), ranks, strict=True)):
        # A lone visit also moves them sideways by rank: up and down they then need another order.
        up = place * _GOLDEN % 1 if len(weeks) == 1 else rank
        shift = apart * (up - 0.5)
        at = np.searchsorted(weeks, rows["weeks"].to_numpy())
        points = np.column_stack([rows["weeks"], rows["value"] + shift])
        if points[-1, 0] < weeks[-1]:
            ends.append(points[-1])
        if len(weeks) == 1:  # beside their mean, not under it
            points[:, 0] += 0.8 * (rank - 0.5)
        for run in np.split(points, np.flatnonzero(np.diff(at) > 1) + 1):
            pieces.append(run)
            if len(run) == 1:
                dots.append(run[0])
    colour = look.colour
    lines_of = LineCollection(pieces, colors=colour, linewidths=0.9, alpha=0.5, zorder=1.5)
    ax.add_collection(lines_of, autolim=False)
    if dots:
        ax.plot(*np.array(dots).T, ".", color=colour, markersize=5, alpha=0.6, zorder=1.5)
    if ends:
        ax.plot(*np.array(ends).T, "x", color=INK, markersize=5, mew=1.1, zorder=1.6)


def _mean_line(
    ax: Axes,
    marks: pd.DataFrame,
    arm: str,
    look: Look,
    **changes: Any,
) -> pd.DataFrame:
    """The means of an arm, joined; returns their rows."""
    rows = marks[(marks["kind"] == "mean") & (marks["arm"] == arm)]
    drawn = {"color": look.colour, "linestyle": look.line, "linewidth": look.width, "zorder": 4}
    line = ax.plot(rows["weeks"], rows["value"], **(drawn | changes))[0]
    line.set_path_effects(halo(line.get_linewidth()))
    return rows


def _means(ax: Axes, marks: pd.DataFrame, arm: str, look: Look) -> None:
    """Bold means of an arm with their intervals."""
    rows = _mean_line(ax, marks, arm, look)
    ends = rows["lower"], rows["upper"]
    bars = ax.vlines(rows["weeks"], *ends, color=look.colour, lw=2.6, zorder=5)
    bars.set_path_effects(halo(2.6))
    for end in ("lower", "upper"):
        ax.plot(rows["weeks"], rows[end], "_", color=look.colour, ms=11, mew=2.4, zorder=5)
    ax.plot(
        rows["weeks"],
        rows["value"],
        linestyle="",
        marker=look.marker,
        color=look.colour,
        markersize=8,
        markerfacecolor=look.fill,
        markeredgewidth=1.8,
        clip_on=False,
        zorder=6,
    )
