"""An x axis of visits at their true distance in time, named as far as there is room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text

from trialsim.plots.base.page import POINTS, size_of, wrapped
from trialsim.plots.base.style import NOT_SIGNIFICANT, QUIET, TEXT
from trialsim.plots.base.words import exact, listed, plain

_DROP = 16.0  # points from the axis to the names
_APART = 8.0
_BESIDE = 8.0  # points that a name may stand out of the axes on either side
_FAR = 12.0  # points; a name as far from its tick has a line to it
_MOST_LINES = 3


def visits_said(visits_weeks: Mapping[str, float]) -> str:
    """The visits as a caption lists them."""
    return listed([_said(name, week, " (", ")") for name, week in visits_weeks.items()])


def _said(name: str, week: float, before: str, after: str) -> str:
    """A visit with its week, unless its name is its week."""
    at = f"week\u00a0{exact(week)}"
    same = plain(name).replace(" ", "\u00a0") == at
    return at if same else f"{plain(name)}{before}{at}{after}"


def name_visits(ax: Axes, visits_weeks: Mapping[str, float]) -> float:
    """Ticks and names of the visits; returns the room they take below the axes, in points.

    Names that would touch are moved apart, with a line to their tick; where not all fit, weeks
    stand alone, and the first and last of them where not even these do.
    """
    weeks = list(visits_weeks.values())
    low, high = min(weeks), max(weeks)
    pad = 0.04 * (high - low) or 1.0
    ax.set_xlim(low - pad, high + pad)
    ax.set_xticks(weeks, labels=[""] * len(weeks))
    named = [_said(name, week, "|", "") for name, week in visits_weeks.items()]
    numbers = [exact(week) for week in weeks]
    ends = [0, len(weeks) - 1] if len(weeks) > 1 else [0]
    choices = [
        (weeks, named),
        (weeks, numbers),
        ([weeks[place] for place in ends], [numbers[place] for place in ends]),
    ]
    for at, texts in choices:
        depth = _write(ax, at, texts, is_last=texts is choices[-1][1])
        if depth is None:
            continue
        if texts is named:
            return depth
        below = ax.annotate(
            "weeks",
            (0.5, 0),
            xycoords="axes fraction",
            xytext=(0, -depth - 3),
            textcoords="offset points",
            ha="center",
            va="top",
            color=QUIET,
        )
        return depth + 3 + size_of(below)[1]
    raise AssertionError("the last choice is always written")


def _write(ax: Axes, at: Sequence[float], texts: Sequence[str], *, is_last: bool) -> float | None:
    figure = ax.get_figure(root=True)
    assert figure is not None
    across = ax.get_window_extent().width * POINTS / figure.dpi
    most = max((across + 2 * _BESIDE) / len(texts) - _APART, 1.0)
    low, high = ax.get_xlim()
    wanted = [(week - low) / (high - low) * across for week in at]
    written: list[Text] = []
    for text in texts:
        # A name is not broken inside a word: there is more room beside the next one, perhaps.
        longest = max(_width(ax, word) for word in text.replace("|", " ").split(" "))
        lines = [wrapped(figure, line, 1.05 * max(most, longest), TEXT) for line in text.split("|")]
        written.append(
            ax.annotate(
                "\n".join(lines),
                (0, 0),
                xycoords="axes fraction",
                xytext=(0, -_DROP),
                textcoords="offset points",
                ha="center",
                va="top",
                linespacing=1.1,
            )
        )
    sizes = [size_of(one) for one in written]
    widths = [width + _APART for width, _ in sizes]
    is_tall = max(one.get_text().count("\n") for one in written) >= _MOST_LINES
    if (is_tall or sum(widths) > across + 2 * _BESIDE + _APART) and not is_last:
        for one in written:
            one.remove()
        return None
    middles = spread(wanted, widths, -_BESIDE - _APART / 2, across + _BESIDE + _APART / 2)
    are_far = np.abs(np.array(middles) - np.array(wanted)) > _FAR
    drop = _DROP if are_far.any() else 8.0
    for text_there, place, middle, is_far in zip(written, wanted, middles, are_far, strict=True):
        text_there.set_position((middle, -drop))
        if is_far:
            ax.annotate(
                "",
                (place / across, 0),
                xycoords="axes fraction",
                xytext=(middle - place, -drop - 1),
                textcoords="offset points",
                arrowprops={
                    "arrowstyle": "-",
                    "color": NOT_SIGNIFICANT,
                    "linewidth": 0.8,
                    "shrinkA": 0,
                    "shrinkB": 5,
                },
                annotation_clip=False,
            )
    return drop + max(height for _, height in sizes)


def _width(ax: Axes, text: str) -> float:
    probe = ax.text(0, 0, text, fontsize=TEXT)
    width = size_of(probe)[0]
    probe.remove()
    return width


def spread(
    wanted: Sequence[float], widths: Sequence[float], low: float, high: float
) -> list[float]:
    """Middles from left to right, moved apart so that none overlap and none leave the ends."""
    middles: list[float] = []
    for place, width in zip(wanted, widths, strict=True):
        edge = middles[-1] + widths[len(middles) - 1] / 2 if middles else low
        middles.append(max(place, edge + width / 2))
    edge = high
    for place in reversed(range(len(middles))):
        middles[place] = min(middles[place], edge - widths[place] / 2)
        edge = middles[place] - widths[place] / 2
    return middles
