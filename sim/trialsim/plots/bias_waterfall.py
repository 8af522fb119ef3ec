"""P8, what makes the estimate: from the true difference, by what each mechanism adds alone and by
what they do together, to the mean estimate with all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from trialsim.core.axes import FloatArray
from trialsim.plots.base.effect_axis import Contrast, name_effect_axis
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.key import place_key
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import EDGE, POINTS, Page, new_page, wrapped
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, QUIET, SIGNIFICANT, TEXT, TRUTH, style
from trialsim.plots.base.words import decimals_of, half_width, number, per_100, plain

_ROW = 25.0  # points
_NAMES, _COLUMN = 190.0, 84.0
"""Points to the left of the axes for the names of steps, and to the right for each column."""

_CALLED = {
    "truth": "true difference",
    "trial": "without any of them",
    "interaction": "beyond their sum",
    "all": "mean estimate, all on",
}


@dataclass(frozen=True)
class Priced:
    """What the figure says in words besides its steps."""

    assumption: str
    is_null: bool
    """Whether nothing is truly different, so that significant trials are false alarms."""
    contrast: Contrast
    published: float | None
    """The estimate that a paper reports."""


def bias_waterfall(frame: pd.DataFrame, told: Priced, ax: Axes | None = None) -> Axes:
    """Steps from the true difference to the mean estimate, a row each.

    One row of `frame` is a step: `kind`, `name`, `start`, `end`, `mcse`, `significant`,
    `significant_mcse`, `coverage`, `coverage_mcse`, `beyond`, `beyond_mcse`. Names stand to the
    left of the axes and numbers to the right: axes of your own need that room.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(frame, told, page, ax)


def draw_bias_waterfall(
    frame: pd.DataFrame, told: Priced, settings: Settings, name: str = "bias_waterfall"
) -> Drawn:
    """P8: the finished figure, with its takeaway as heading and its settings as caption."""
    heading, small = takeaway(frame, told), caption(told, settings)
    with style():
        page = new_page(heading, small)
        _draw(frame, told, page)
    return Drawn(page.figure, frame, heading, small, alt_text(frame, told), name)


def takeaway(frame: pd.DataFrame, told: Priced) -> str:
    """Where the estimate starts and ends, and what that does to significance."""
    truth, last = frame.iloc[0], frame.iloc[-1]
    none = frame[frame["kind"] == "trial"].iloc[0]
    decimals = decimals_of(max(abs(last["end"]), abs(truth["end"])))
    unit = told.contrast.unit
    what = "raise a false alarm" if told.is_null else "are significant"
    true = f"the true difference is {number(truth['end'], decimals)} {unit}"
    return (
        f"If {'nothing is truly different' if told.is_null else true} and all of this misleads, "
        f"trials find {number(last['end'], decimals)} {unit} on average, and "
        f"{_of_100(last, 'significant')} of 100 {what} instead of "
        f"{_of_100(none, 'significant')}."
    )


def caption(told: Priced, settings: Settings) -> str:
    """Settings and how to read the bars."""
    parts = [
        settings.sentence().replace(" for each assumption", " for each set of mechanisms"),
        f"Assumption: {plain(told.assumption)}. Each bar is what a mechanism adds to the mean "
        "estimate when it alone is on, drawn from where the one above it ends; whiskers are 95% "
        "Monte Carlo intervals. Numbers to the right are those of trials in which it alone is on.",
        "Published sizes of bias overlap: all together are a worst case, not an estimate.",
    ]
    return " ".join(parts)


def alt_text(frame: pd.DataFrame, told: Priced) -> str:
    """The figure for somebody who does not see it."""
    largest = frame[frame["kind"] == "alone"].copy()
    order = (largest["end"] - largest["start"]).abs().sort_values(ascending=False).index[:3]
    first = ", ".join(
        f"{plain(str(row['name']))} {number(row['end'] - row['start'], 2)}"
        for _, row in largest.loc[order].iterrows()
    )
    return (
        f"Bars below one another, from the true difference to the mean estimate with all "
        f"mechanisms on. The largest: {first}. {takeaway(frame, told)}"
    )


def _of_100(row: pd.Series, column: str) -> str:
    return per_100(float(row[column]), float(row[f"{column}_mcse"]))


def _draw(frame: pd.DataFrame, told: Priced, page: Page | None, ax: Axes | None = None) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    if page is not None:
        ax = page.add_axes(1, right=_COLUMN * len(_columns(told)) + EDGE)[0]
        box = ax.get_position()
        left = _NAMES / (POINTS * page.figure.get_figwidth())
        ax.set_position((left, box.y0, box.x1 - left, box.height))
    assert ax is not None
    rows = np.arange(len(frame))[::-1].astype(float)
    ends = np.concatenate([frame["start"], frame["end"], [0.0, told.published or 0.0]])
    room = 0.07 * (ends.max() - ends.min()) or 1.0
    ax.set_xlim(ends.min() - room, ends.max() + room)
    ax.set_ylim(-0.7, len(frame) - 0.3)
    ax.set_yticks(rows)
    ax.set_yticklabels([_name(ax, row) for _, row in frame.iterrows()])
    for label, kind in zip(ax.get_yticklabels(), frame["kind"], strict=True):
        label.set_fontweight("bold" if kind in ("truth", "all") else "normal")
    ax.tick_params(axis="y", length=0)
    marks = [Label(0, "none", QUIET)]
    if told.published is not None:
        marks.append(Label(told.published, f"published: {number(told.published, 1)}", INK, "bold"))
    above = ROW * place_labels(ax, marks, lift=4) + 2.6 * TEXT
    above += place_key(ax, _key(), above) + 8
    below = name_effect_axis(ax, told.contrast)
    if page is not None:
        page.arrange([ax], [above], below, _ROW * len(frame))
    ax.axvline(0, color=NOT_SIGNIFICANT, linewidth=1.0, zorder=1)
    if told.published is not None:
        ax.axvline(told.published, color=INK, linewidth=1.8, linestyle=(0, (5, 3)), zorder=1)
    _bars(ax, frame, rows)
    _numbers(ax, frame, rows, told)
    return ax


def _name(ax: Axes, row: pd.Series) -> str:
    figure = ax.get_figure(root=True)
    assert figure is not None
    text = _CALLED.get(str(row["kind"]), plain(str(row["name"])))
    lines = wrapped(figure, text, _NAMES - EDGE - 8, TEXT, "bold").split("\n")
    return lines[0] if len(lines) == 1 else f"{lines[0]}…"


_LOOKS = {
    "truth": (TRUTH, TRUTH, ""),
    "trial": ("white", NOT_SIGNIFICANT, ""),
    "alone": (SIGNIFICANT, SIGNIFICANT, ""),
    "interaction": ("white", NOT_SIGNIFICANT, "////"),
    "all": (INK, INK, ""),
}
"""By kind of step: fill, edge, hatch."""


def _bars(ax: Axes, frame: pd.DataFrame, rows: FloatArray) -> None:
    for (_, step), y in zip(frame.iterrows(), rows, strict=True):
        fill, edge, hatch = _LOOKS[str(step["kind"])]
        start, end = float(step["start"]), float(step["end"])
        ax.barh(
            y,
            end - start,
            left=start,
            height=0.56,
            facecolor=fill,
            edgecolor=edge,
            hatch=hatch,
            linewidth=1.4,
            zorder=2,
        )
        half = half_width(float(step["mcse"]), 0)
        if half > 0:
            ax.plot([end - half, end + half], [y, y], color=INK, linewidth=4.2, zorder=3)
            ax.plot([end - half, end + half], [y, y], color="white", linewidth=1.6, zorder=4)
        if step["kind"] not in ("truth", "all"):  # from where the one above ends
            ax.plot([start, start], [y + 1, y], color=QUIET, linewidth=1.0, zorder=1.5)


def _columns(told: Priced) -> dict[str, str]:
    """Numbers to the right, of 100 trials, and what stands above them."""
    found = {
        "significant": "false\nalarms" if told.is_null else "signi-\nficant",
        "coverage": "CI holds\ntruth",
    }
    return found if told.published is None else {**found, "beyond": "as far as\npublished"}


def _numbers(ax: Axes, frame: pd.DataFrame, rows: FloatArray, told: Priced) -> None:
    figure = ax.get_figure(root=True)
    assert figure is not None
    across = ax.get_window_extent().width * POINTS / figure.dpi
    for place, (column, head) in enumerate(_columns(told).items()):
        x = 1 + _COLUMN * (place + 0.62) / across
        ax.annotate(
            head,
            (x, 1),
            xycoords="axes fraction",
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=QUIET,
            linespacing=1.05,
        )
        for (_, step), y in zip(frame.iterrows(), rows, strict=True):
            if np.isfinite(step[column]):
                ax.text(
                    x,
                    y,
                    _short(float(step[column])),
                    transform=ax.get_yaxis_transform(),
                    ha="center",
                    va="center",
                    fontweight="bold" if step["kind"] == "all" else "normal",
                )


def _short(share: float) -> str:
    """Of 100, for a column: "24", "<1", ">99"."""
    words = per_100(share)
    return words.replace("more than ", ">").replace("fewer than ", "<")


def _key() -> list[tuple[Patch, str]]:
    texts = {"truth": "true", "alone": "one mechanism, alone"}
    texts["interaction"] = "together, beyond their sum"
    return [
        (Patch(facecolor=fill, edgecolor=edge, hatch=hatch), texts[kind])
        for kind, (fill, edge, hatch) in _LOOKS.items()
        if kind in texts
    ]
