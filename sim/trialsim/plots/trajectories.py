"""Scores over time: what becomes of the arms on average, within the fan of their patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from trialsim.core.axes import FloatArray
from trialsim.core.records import TrialData
from trialsim.operating.truth import truth_of
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.grid import add_grid, arrange_grid
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.page import Page, new_page
from trialsim.plots.base.score_axis import Score, name_above, title_above
from trialsim.plots.base.style import INK, QUIET, TRUTH, Look, halo, looks, style
from trialsim.plots.base.visit_axis import name_visits
from trialsim.plots.base.words import plain
from trialsim.plots.effect import short
from trialsim.plots.patients_of import many_patients, score_of, visits_of
from trialsim.plots.run import Run
from trialsim.plots.trajectories_text import Told, alt_text, caption, takeaway

MOST_PANELS = 4
PERCENTILES = (5, 25, 50, 75, 95)
_LEAST_TALL = 220.0  # points
_WIDE, _MIDDLE = "#E3E3E3", "#C4C4C4"
_TOO_FEW_SCORES = 3
_MOST_ARMS = 3  # besides the comparator; beyond, their outlines cannot be told apart


def trajectories(
    frame: pd.DataFrame,
    *,
    arms: Mapping[str, str],
    score: Score,
    ax: Axes | None = None,
) -> Axes:
    """Means and percentiles of patients by visit, a panel an assumption; on axes of your own the
    first assumption of the frame.

    One row of `frame` is an arm at a visit: `assumption`, `arm`, `visit`, `weeks`, `mean`, `p5`,
    `p25`, `p50`, `p75`, `p95`. `arms` are labels by name, the comparator first.
    """
    with style():
        page = new_page() if ax is None else None
        names = list(dict.fromkeys(frame["assumption"]))
        titles = {name: [(plain(name), INK)] for name in names[: MOST_PANELS if page else 1]}
        return _draw(frame, arms, titles, score, page, ax)


def applies(run: Run) -> bool:
    """Where there is a course to show: two visits or more."""
    return len(run.design.visits) > 1


def draw(run: Run) -> Drawn:
    """Means and percentiles of many patients at every visit, a panel an assumption."""
    analysis = run.primary
    method, score = run.design.analyses[analysis], score_of(run, analysis)
    shown = list(run.cells)[:MOST_PANELS]
    pair = run.pair(analysis)
    others = [name for name in run.design.arms if name != pair[1]]
    chosen = [pair[0], *(name for name in others if name != pair[0])][:_MOST_ARMS]
    arms = {name: run.arm_label(name) for name in (pair[1], *(n for n in others if n in chosen))}
    batches = {name: many_patients(run, name) for name in shown}
    frame = pd.concat(
        [
            summary(data, method.outcome, arms, visits_of(run), name)
            for name, data in batches.items()
        ],
        ignore_index=True,
    )
    truths = {name: _true_difference(run, name) for name in shown}
    told = Told(
        arms=arms,
        arm=pair[0],
        reference=pair[1],
        visit=method.visit,
        week=visits_of(run)[method.visit],
        unit=score.unit,
        truths=truths,
        left_out=[plain(name) for name in list(run.cells)[MOST_PANELS:]],
        arms_left_out=[run.arm_label(n) for n in others if n not in arms],
        some_missing=bool(run.design.missing),
    )
    trials = next(iter(batches.values())).arm.shape[0]
    settings = replace(run.settings(), replicates=trials, analysis="")
    heading = takeaway(frame, told)
    small = caption(frame, told, visits_of(run), settings)
    titles = {name: [(plain(name), INK), (f"truth {short(truths[name])}", TRUTH)] for name in shown}
    with style():
        page = new_page(heading, small)
        _draw(frame, arms, titles, score, page, None)
    return Drawn(page.figure, frame, heading, small, alt_text(frame, told, score), "trajectories")


def _true_difference(run: Run, assumption: str) -> float:
    """Difference of the true means at the visit of the primary analysis, whatever it estimates."""
    cell = run.plan.cells[run.cells[assumption]]
    method = run.design.analyses[run.primary]
    truth = truth_of(run.design, cell, method.outcome, run.contrast(run.primary))
    return truth.mean_difference(method.visit)


def summary(
    data: TrialData,
    outcome: str,
    arms: Sequence[str] | Mapping[str, str],
    visits_weeks: Mapping[str, float],
    assumption: str,
) -> pd.DataFrame:
    """One row an arm and visit: mean with its Monte Carlo error, percentiles, patients.

    Of all patients, also those whose score was not recorded.
    """
    rows = []
    for arm in arms:
        who = data.enrolled & (data.arm == list(data.arms).index(arm))
        for visit, weeks in visits_weeks.items():
            scores = data.score(outcome, visit)[who]
            found = percentiles(scores)
            rows.append(
                {
                    "assumption": assumption,
                    "arm": arm,
                    "visit": visit,
                    "weeks": weeks,
                    "n": len(scores),
                    "mean": float(scores.mean()),
                    "mcse": float(scores.std(ddof=1) / np.sqrt(len(scores))),
                    **{f"p{q}": float(x) for q, x in zip(PERCENTILES, found, strict=True)},
                }
            )
    return pd.DataFrame(rows)


def percentiles(scores: FloatArray) -> FloatArray:
    """The percentiles of a sample; NaN where so few scores are possible that they say nothing.

    Of tied scores they are mid-quantiles (Ma, Genton and Parzen 2011, doi
    10.1007/s10463-009-0255-2), so that two arms with nearly the same patients have nearly the
    same percentiles; ordinary ones would jump by a whole point.
    """
    values, counts = np.unique(scores, return_counts=True)
    if len(values) <= _TOO_FEW_SCORES:
        return np.full(len(PERCENTILES), np.nan)
    middle = (np.cumsum(counts) - counts / 2) / len(scores)
    found: FloatArray = np.interp(np.array(PERCENTILES) / 100, middle, values)
    return found


def _draw(
    frame: pd.DataFrame,
    arms: Mapping[str, str],
    titles: Mapping[str, Sequence[tuple[str, str]]],
    score: Score,
    page: Page | None,
    own: Axes | None,
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    grid = [] if page is None else add_grid(page, 1, len(titles))
    axes = grid[0] if grid else [own]
    first = axes[0]
    assert first is not None
    seen = looks(list(arms), references=list(arms)[:1])
    visits = frame.drop_duplicates("visit").set_index("visit")["weeks"].to_dict()
    columns = ["mean", *(f"p{q}" for q in PERCENTILES)]
    score.dress(first, frame[columns].to_numpy(float).ravel())
    has_fan = bool(frame["p50"].notna().any())
    drops, heights = [], []
    for (name, title), ax in zip(titles.items(), axes, strict=True):
        assert ax is not None
        drops.append(name_visits(ax, visits))
        if page is not None:
            heights.append(title_above(ax, title))
        panel = frame[frame["assumption"] == name]
        for place, arm in enumerate(arms):
            rows = panel[panel["arm"] == arm]
            _fan(ax, rows, seen[arm], is_filled=place == 0)
            _mean(ax, rows, seen[arm], level=4 + place)
    above = 6.0 + max(heights, default=0.0) + 4
    above += name_above(first, score.name, above) + 8
    above += place_key(first, _key(arms, seen, has_fan=has_fan), above, handle=2.6)
    if page is not None:
        arrange_grid(page, grid, [above], max(drops) + 8, _LEAST_TALL)
    return first


def _fan(ax: Axes, rows: pd.DataFrame, look: Look, *, is_filled: bool) -> None:
    """The comparator's fan is filled, the others are outlined: they stay apart in grey."""
    weeks = rows["weeks"]
    if is_filled:
        ax.fill_between(weeks, rows["p5"], rows["p95"], color=_WIDE, linewidth=0, zorder=1)
        ax.fill_between(weeks, rows["p25"], rows["p75"], color=_MIDDLE, linewidth=0, zorder=1.1)
        ax.plot(weeks, rows["p50"], color="white", linewidth=1.6, zorder=1.2)
        return
    for low, high, width in (("p5", "p95", 0.9), ("p25", "p75", 1.7)):
        for side in (low, high):
            line = ax.plot(weeks, rows[side], color=look.colour, linewidth=width, zorder=2)[0]
            line.set_alpha(0.9)
    ax.plot(weeks, rows["p50"], color=look.colour, linewidth=1.0, linestyle=":", zorder=2)


def _mean(ax: Axes, rows: pd.DataFrame, look: Look, level: float) -> None:
    line = ax.plot(rows["weeks"], rows["mean"], clip_on=False, zorder=level, **_mark(look))[0]
    line.set_path_effects(halo(line.get_linewidth()))


def _mark(look: Look) -> dict[str, Any]:
    """The comparator's is wider: it shows as a rim where another mean hides it."""
    return {
        "color": QUIET if look.hollow else look.colour,
        "linestyle": look.line,
        "linewidth": 4.0 if look.hollow else 2.8,
        "marker": look.marker,
        "markersize": 10.5 if look.hollow else 7.0,
        "markerfacecolor": look.fill,
        "markeredgewidth": 1.6,
    }


def _key(arms: Mapping[str, str], seen: Mapping[str, Look], *, has_fan: bool) -> list[Entry]:
    entries: list[Entry] = [
        (Line2D([], [], **_mark(seen[name])), f"{label}, mean") for name, label in arms.items()
    ]
    if has_fan:
        first = next(iter(arms.values()))
        entries.append((Patch(color=_MIDDLE, linewidth=0), f"{first}: 50 of 100 patients"))
        entries.append((Patch(color=_WIDE, linewidth=0), "90 of 100"))
    return entries
