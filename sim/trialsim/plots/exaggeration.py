"""P6, exaggeration: how far significant estimates overstate the truth, and how often they point
the wrong way.

Type M and type S: Gelman and Carlin 2014, doi 10.1177/1745691614551642.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from trialsim.operating.performance import MIN_SIGNIFICANT
from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import GUTTER, Page, new_page
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, QUIET, TEXT, Look, looks, style
from trialsim.plots.base.words import half_width, plain
from trialsim.plots.curves import curve, mark_size, size_axis
from trialsim.plots.exaggeration_text import alt_text, caption, takeaway
from trialsim.plots.run import Run
from trialsim.theory import exaggeration as theory
from trialsim.theory.noncentral_t import rejection_probability

_WEIGHTS = (3.0, 1.0)
"""Height of the panel of exaggeration, and of that of wrong signs."""
_LEAST_TALL = 72.0  # points, times the weight
_TICKS = (1, 10, 100, 1000, 0.1, 2, 5, 20, 50, 200, 500, 0.2, 0.5, 3, 1.5, 1.2, 0.7)
"""Round ratios; the earlier stay where there is no room for all."""
_APART = 0.062
"""Least distance of two of them, as part of the axis."""
_WRONG_TOPS = (5, 10, 20, 50, 100)
_POWERS = (0.5, 0.8)
"""Powers whose exaggeration by a z test is labelled."""


def exaggeration(
    frame: pd.DataFrame,
    *,
    marked_n_total: int | None,
    alpha: float,
    sides: int = 2,
    axes: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Type M above and type S below, against total size; with one size against power.

    One row of `frame` is one size under one assumption with an effect: `assumption`, `n_total`,
    `power`, `type_m`, `type_m_mcse`, `type_s`, `type_s_mcse`, `n_significant`. `axes` are two
    that share x.
    """
    with style():
        page = new_page() if axes is None else None
        return _draw(frame, marked_n_total, alpha, sides, page, axes)


def applies(run: Run) -> bool:
    """Where some assumption has an effect and enough significant trials."""
    found = run.by_size("type_m")
    return bool((found["value"].notna() & ~found["is_null"]).any())


def draw(run: Run) -> Drawn:
    """P6: exaggeration and wrong signs against total size, or against power for one size."""
    return draw_exaggeration(
        of_significant(run),
        marked_n_total=run.design.n_total,
        alpha=run.design.decision.alpha,
        sides=run.design.decision.sides,
        settings=run.settings(),
    )


def of_significant(run: Run) -> pd.DataFrame:
    """A row an assumption with an effect and size, as `exaggeration` takes it."""
    found = run.by_size("type_m", "type_s", "rejection_rate")
    found = found[~found["is_null"]]
    keys = ["assumption", "n_total"]
    each = {name: rows.set_index(keys) for name, rows in found.groupby("measure")}
    power, size, sign = (each[name] for name in ("rejection_rate", "type_m", "type_s"))
    frame = pd.DataFrame(
        {
            "power": power["value"],
            "type_m": size["value"],
            "type_m_mcse": size["mcse"],
            "type_s": sign["value"],
            "type_s_mcse": sign["mcse"],
            "n_significant": size["n_used"],
        }
    ).reset_index()
    order = {name: place for place, name in enumerate(run.cells)}
    return frame.sort_values(
        keys, key=lambda one: one.map(order) if one.name == "assumption" else one, ignore_index=True
    )


def draw_exaggeration(
    frame: pd.DataFrame,
    *,
    marked_n_total: int | None,
    alpha: float,
    settings: Settings,
    sides: int = 2,
    name: str = "exaggeration",
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    heading = takeaway(frame, marked_n_total)
    small = caption(frame, settings, MIN_SIGNIFICANT, has_theory=sides == 2)
    with style():
        page = new_page(heading, small)
        _draw(frame, marked_n_total, alpha, sides, page)
    return Drawn(page.figure, frame, heading, small, alt_text(frame), name)


def _draw(
    frame: pd.DataFrame,
    marked_n_total: int | None,
    alpha: float,
    sides: int,
    page: Page | None,
    axes: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    axes = page.add_axes(2, right=GUTTER) if page is not None else axes
    assert axes is not None
    upper, lower = axes
    sizes = sorted({int(n) for n in frame["n_total"]})
    against_power = len(sizes) == 1
    marks: list[Label] = []
    if against_power:
        upper.set_xlim(0, 100)
        lower.set_xlabel("power: significant trials, of 100")
    else:
        size_axis(upper, sizes, marked_n_total)
        lower.set_xlabel("participants in all arms together")
    if not against_power and marked_n_total is not None:
        marks = [mark_size(upper, marked_n_total)]
        mark_size(lower, marked_n_total)  # its label stands above the upper panel
    upper.tick_params(labelbottom=False)
    _scales(upper, lower, frame, 10.0 if against_power else 3.0)

    x = 100 * frame["power"] if against_power else frame["n_total"].astype(float)
    shown = frame.assign(x=x)
    seen = looks([str(name) for name in frame["assumption"].unique()])
    names = _names(upper, shown, seen)
    if sides == 2:
        names += _theory(axes, alpha) if against_power else _pairs(upper, alpha)
    rows_above = place_labels(upper, marks, lift=8)
    if page is not None:
        least = max(_LEAST_TALL, height_of(names) / _WEIGHTS[0])
        page.arrange(axes, [rows_above * ROW + 10, 14], 4.0 * TEXT, least, _WEIGHTS)

    upper.axhline(1, color=INK, linewidth=1.3, zorder=1.2)
    for name, rows in shown.groupby("assumption", sort=False):
        _curves(upper, lower, rows, seen[str(name)])
    place_end_labels(upper, names)
    return list(axes)


def _scales(upper: Axes, lower: Axes, frame: pd.DataFrame, least_high: float) -> None:
    known = frame["type_m"].dropna()
    low, high = min(1.0, known.min()), max(least_high, 1.1 * known.max())
    upper.set_yscale("log")
    upper.set_ylim(0.93 * low, high)
    upper.yaxis.set_major_locator(FixedLocator(_ticks(*upper.get_ylim())))
    upper.yaxis.set_minor_locator(NullLocator())
    upper.yaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
    upper.set_ylabel("mean significant estimate,\ntimes the truth")
    wrong = 100 * float(frame["type_s"].max())
    lower.set_ylim(0, next(top for top in _WRONG_TOPS if wrong <= 0.95 * top or top == 100))
    lower.yaxis.set_major_locator(FixedLocator([0, lower.get_ylim()[1]]))
    lower.set_ylabel("wrong\nsign, %")


def _ticks(low: float, high: float) -> list[float]:
    """As many round ratios as a log axis has room for."""
    kept: list[float] = []
    for tick in _TICKS:
        near = (abs(np.log(tick / other)) < _APART * np.log(high / low) for other in kept)
        if low <= tick <= high and not any(near):
            kept.append(tick)
    return sorted(kept)


def _curves(upper: Axes, lower: Axes, rows: pd.DataFrame, look: Look) -> None:
    """Both measures of one assumption with their 95% Monte Carlo errors."""
    half = 1.96 * rows["type_m_mcse"]
    # The error of a mean of few trials may reach 0, which a log axis does not have.
    low = (rows["type_m"] - half).clip(lower=0.05)
    curve(upper, rows["x"], rows["type_m"], look, lower=low, upper=rows["type_m"] + half)
    pairs = zip(rows["type_s_mcse"], rows["n_significant"], strict=True)
    half = np.array([100 * half_width(*pair) for pair in pairs])
    share = 100 * rows["type_s"]
    ends = {"lower": (share - half).clip(lower=0), "upper": share + half}
    curve(lower, rows["x"], share, look, marker_size=5, **ends)


def _names(ax: Axes, shown: pd.DataFrame, seen: dict[str, Look]) -> list[EndLabel]:
    """What stands at the right end of every curve that has a point."""
    found = []
    for name, rows in shown.dropna(subset="type_m").groupby("assumption", sort=False):
        x, y = float(rows["x"].iloc[-1]), float(rows["type_m"].iloc[-1])
        found.append(end_label(ax, x, y, plain(str(name)), seen[str(name)].colour))
    return found


def _pairs(ax: Axes, alpha: float) -> list[EndLabel]:
    """Lines at what a z test without bias exaggerates at the powers that everybody knows."""
    found = []
    for power, ratio in _known_pairs(alpha):
        ax.axhline(ratio, color=NOT_SIGNIFICANT, linewidth=1.0, linestyle=(0, (6, 4)), zorder=1)
        text = f"{100 * power:g}% power: {ratio:.2f}"
        found.append(end_label(ax, ax.get_xlim()[1], ratio, text, QUIET))
    return found


def _theory(axes: Sequence[Axes], alpha: float) -> list[EndLabel]:
    """Both measures of a z test without bias, against its power."""
    ncp = np.concatenate([np.linspace(0.02, 1, 50), np.linspace(1.05, 5.5, 60)])
    power = 100 * rejection_probability(ncp, np.inf, alpha)
    ratio = theory.type_m(ncp, alpha=alpha)
    dashes: dict[str, Any] = {"color": NOT_SIGNIFICANT, "lw": 1.2, "ls": (0, (6, 4)), "zorder": 1}
    axes[0].plot(power, ratio, **dashes)
    axes[1].plot(power, 100 * theory.type_s(ncp, alpha=alpha), **dashes)
    for share, known in _known_pairs(alpha):
        axes[0].plot([100 * share], [known], ".", color=QUIET, zorder=1.1)
        axes[0].annotate(
            f"{known:.2f} at {100 * share:g}%",
            (100 * share, known),
            xytext=(4, 8),
            textcoords="offset points",
            color=QUIET,
            # It is legible where a leader passes behind it.
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            zorder=6,
        )
    return [end_label(axes[0], 100, float(ratio[-1]), "z test", QUIET)]


def _known_pairs(alpha: float) -> list[tuple[float, float]]:
    """Powers and what a z test without bias exaggerates at them."""
    return [
        (power, float(theory.type_m(theory.ncp_at_power(power, alpha=alpha), alpha=alpha)))
        for power in _POWERS
    ]
