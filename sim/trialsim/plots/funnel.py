"""P18, the funnel: every trial's estimate against its standard error, those not published too.

Contours of significance as Peters and colleagues 2008, doi 10.1016/j.jclinepi.2007.11.010.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy import special

from trialsim.plots.base.effect_axis import name_effect_axis
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import Page, new_page
from trialsim.plots.base.style import BAND, INK, NOT_SIGNIFICANT, QUIET, SIGNIFICANT, TRUTH, style
from trialsim.plots.literature_text import (
    ToldLiterature,
    about_asymmetry,
    about_drawn,
    about_method,
    averages,
    noticed,
)

_LEAST_TALL = 250.0  # points
_ALPHAS = (0.05, 0.01)
_DASHES = (0, (6, 3))
_DOTS = (0, (1.2, 1.8))


def funnel(frame: pd.DataFrame, told: ToldLiterature, ax: Axes | None = None) -> Axes:
    """Estimates against standard errors, the largest trials on top.

    One row of `frame` is one trial: `estimate`, `se`, `published`.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(frame, told, page, ax)


def draw_funnel(frame: pd.DataFrame, told: ToldLiterature, name: str = "funnel") -> Drawn:
    """P18: the finished figure, with its takeaway as heading and its settings as caption."""
    numbers = frame[["trial", "n", "estimate", "se", "p_value", "published"]].copy()
    heading, small = takeaway(told), caption(told)
    with style():
        page = new_page(heading, small)
        _draw(numbers, told, page)
    return Drawn(page.figure, numbers, heading, small, alt_text(told), name)


def takeaway(told: ToldLiterature) -> str:
    """What the published trials say, the truth, and how often the missing ones are noticed."""
    return f"{averages(told)} {noticed(told)}"


def caption(told: ToldLiterature) -> str:
    """Which literature is drawn, how to read it, and the settings."""
    return (
        f"{about_drawn(told)} {about_asymmetry(told)} Dashed: where 95 of 100 trials would lie "
        f"around the pooled published estimate if all had one true effect. {about_method(told)}"
    )


def alt_text(told: ToldLiterature) -> str:
    """The figure for somebody who does not see it."""
    return (
        f"{told.n_done} trials as points, precise ones on top, in a funnel that widens downwards; "
        f"{told.published.n} filled points are published, {told.n_done - told.published.n} hollow "
        f"ones are not. {takeaway(told)}"
    )


def _draw(
    frame: pd.DataFrame, told: ToldLiterature, page: Page | None, own: Axes | None = None
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    ax = page.add_axes(1)[0] if page is not None else own
    assert ax is not None
    bottom = 1.06 * float(frame["se"].max())
    ax.set_ylim(bottom, 0)
    ax.set_xlim(_limits(frame, told, bottom))
    ax.set_ylabel(f"standard error ({told.contrast.unit})")
    above = ROW * place_labels(ax, _labels(told)) + 8
    above += place_key(ax, _key(told), above, handle=2.2)
    below = name_effect_axis(ax, told.contrast)
    if page is not None:
        page.arrange([ax], [above], below, _LEAST_TALL)
    _contours(ax, told, bottom)
    _lines(ax, told)
    for is_published in (False, True):
        rows = frame[frame["published"].astype(bool) == is_published]
        ax.plot(rows["estimate"], rows["se"], ls="", zorder=3 + is_published, **_dot(is_published))
    return ax


def _limits(frame: pd.DataFrame, told: ToldLiterature, bottom: float) -> tuple[float, float]:
    z = float(special.ndtri(0.975))
    ends = [
        *frame["estimate"],
        told.truth,
        0.0,
        told.published.estimate - z * bottom,
        told.published.estimate + z * bottom,
    ]
    known = np.array(ends)[np.isfinite(ends)]
    room = 0.03 * (known.max() - known.min()) or 1.0
    return float(known.min() - room), float(known.max() + room)


def _contours(ax: Axes, told: ToldLiterature, bottom: float) -> None:
    """Where a trial is not significant, and the funnel around the pooled estimate."""
    far = float(special.ndtri(1 - _ALPHAS[0] / 2)) * bottom
    ax.fill([0, -far, far], [0, bottom, bottom], color=BAND, zorder=0.2, linewidth=0)
    strict = float(special.ndtri(1 - _ALPHAS[1] / 2)) * bottom
    for end in (-strict, strict):
        ax.plot([0, end], [0, bottom], color=NOT_SIGNIFICANT, lw=1.1, ls=_DOTS, zorder=0.5)
    middle = told.published.estimate
    if np.isfinite(middle):
        for end in (middle - far, middle + far):
            ax.plot([middle, end], [0, bottom], color=SIGNIFICANT, lw=1.3, ls=_DASHES, zorder=1)


def _lines(ax: Axes, told: ToldLiterature) -> None:
    ax.axvline(0, color=QUIET, linewidth=1.0, zorder=1)
    ax.axvline(told.truth, color=TRUTH, linewidth=3.0, zorder=1.4)
    if not told.is_whole:
        ax.axvline(told.everything.estimate, color=INK, linewidth=1.6, ls=(0, (1.2, 1.4)), zorder=2)
    ax.axvline(told.published.estimate, color=SIGNIFICANT, linewidth=2.2, ls=_DASHES, zorder=2)


def _labels(told: ToldLiterature) -> list[Label]:
    found = [
        Label(told.truth, f"truth {told.true}", TRUTH, "bold"),
        Label(
            told.published.estimate,
            f"published pool to {told.effect(told.published.estimate)}",
            SIGNIFICANT,
            "bold",
        ),
    ]
    if not told.is_whole:
        text = f"all pool to {told.effect(told.everything.estimate)}"
        found.append(Label(told.everything.estimate, text))
    return [one for one in found if np.isfinite(one.x)]


def _dot(is_published: bool) -> dict[str, Any]:
    colour = SIGNIFICANT if is_published else NOT_SIGNIFICANT
    return {
        "marker": "o",
        "color": colour,
        "markerfacecolor": colour if is_published else "white",
        "markersize": 8,
        "markeredgewidth": 1.4,
    }


def _key(told: ToldLiterature) -> list[Entry]:
    entries: list[Entry] = [(Line2D([], [], ls="", **_dot(True)), "published")]
    if not told.is_whole:
        entries.append((Line2D([], [], ls="", **_dot(False)), "not published"))
    entries += [
        (Patch(facecolor=BAND), f"not significant (p > {_ALPHAS[0]:g})"),
        (Line2D([], [], color=NOT_SIGNIFICANT, lw=1.1, ls=_DOTS), f"p = {_ALPHAS[1]:g}"),
        (Line2D([], [], color=SIGNIFICANT, lw=1.3, ls=_DASHES), "95% funnel"),
    ]
    return entries
