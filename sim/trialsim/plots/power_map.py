"""A map of power: shares significant over two numbers that vary, or over size and effect.

The number stands in every cell; its shade, which darkens steadily in colour and in grey, only
helps to find one's way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.page import EDGE, POINTS, RIGHT, Page, new_page, size_of, wrapped
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, TEXT, WIDTH, style
from trialsim.plots.power_map_numbers import PowerMap, power_map_of
from trialsim.plots.power_map_text import alt_text, caption, number_in_cell, reaches, takeaway
from trialsim.plots.run import Run

_SHADES = colormaps["cividis"].reversed()
"""Made for readers with and without colour vision; its lightness falls steadily (Nunez and others
2018, doi 10.1371/journal.pone.0199239)."""
_LEAST_TALL = 34.0
"""Points of a row."""
_ROW_LABEL = 210.0
_SMALLEST = 9.0


def power_map(found: PowerMap, *, ax: Axes | None = None) -> Axes:
    """Shares significant in cells, columns and rows in the order of their values."""
    with style():
        page = new_page() if ax is None else None
        return _draw(found, page, ax)


def applies(run: Run) -> bool:
    """Where two numbers vary, or the size does under several effects."""
    return power_map_of(run) is not None


def draw(run: Run) -> Drawn:
    """Shares significant over two varied numbers, or over size and effect."""
    found = power_map_of(run)
    if found is None:
        raise ValueError("this run varies no two numbers")
    return draw_power_map(found, settings=run.settings())


def draw_power_map(found: PowerMap, *, settings: Settings, name: str = "power_map") -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    shares = found.shares()
    has_gaps = bool(np.isnan(shares).any())
    heading = takeaway(found)
    small = caption(found, settings, has_line=bool(_steps(shares)), has_gaps=has_gaps)
    with style():
        page = new_page(heading, small)
        _draw(found, page)
    columns = {"x": found.x.column, "y": found.y_name} if found.x.is_size else {}
    numbers = found.numbers.rename(columns=columns)
    return Drawn(page.figure, numbers, heading, small, alt_text(found), name)


def _draw(found: PowerMap, page: Page | None, ax: Axes | None = None) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    if ax is None:
        assert page is not None
        ax = page.add_axes(1)[0]
    shares = found.shares()
    n_rows, n_columns = shares.shape
    ax.set_xlim(-0.5, n_columns - 0.5)
    ax.set_ylim(-0.5, n_rows - 0.5)
    figure = ax.get_figure(root=True)
    assert figure is not None
    labels = [wrapped(figure, label, _ROW_LABEL, TEXT) for _, label in found.rows]
    ax.set_yticks(range(n_rows), labels)
    ax.set_xticks(range(n_columns), [found.x.bare(x) for x in found.columns])
    stated_column = found.stated_column()
    if stated_column is not None:
        ax.get_xticklabels()[stated_column].set_fontweight("bold")
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xlabel(found.x.name)
    if page is not None:
        _arrange(ax, page, found)
    size = _text_size(ax, n_columns)
    for row, column in np.ndindex(shares.shape):
        _cell(ax, row, column, float(shares[row, column]), size)
    for ends in _steps(shares):
        ax.plot(*ends, color="white", linewidth=5.5, solid_capstyle="projecting", zorder=3)
        ax.plot(*ends, color=INK, linewidth=2.8, solid_capstyle="projecting", zorder=3.1)
    stated = found.stated()
    if stated is not None:
        row, column = stated
        box: dict[str, Any] = {"fill": False, "linewidth": 2.0, "zorder": 2.6}
        colour = _on(float(shares[row, column]))
        corner = (column - 0.42, row - 0.40)
        ax.add_patch(Rectangle(corner, 0.84, 0.80, edgecolor=colour, **box))
    return ax


def _arrange(ax: Axes, page: Page, found: PowerMap) -> None:
    """Room for the names of the rows, which stand to the left under what they are of."""
    widest = max(size_of(label)[0] for label in ax.get_yticklabels())
    lines = max(label.get_text().count("\n") + 1 for label in ax.get_yticklabels())
    left, width = EDGE + widest + 10, POINTS * WIDTH
    ax.set_position((left / width, 0.2, (width - left - RIGHT) / width, 0.5))
    least = len(found.rows) * max(_LEAST_TALL, 1.3 * TEXT * lines)
    page.arrange([ax], [1.5 * TEXT + 12], 4.0 * TEXT, least)
    ax.annotate(
        found.y_name,
        (0, 1),
        xycoords="axes fraction",
        xytext=(EDGE - left, 10),
        textcoords="offset points",
        ha="left",
        va="bottom",
    )


def _text_size(ax: Axes, n_columns: int) -> float:
    """Points of the numbers: three letters fit a cell."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    across = ax.get_window_extent().width * POINTS / figure.dpi / n_columns
    return float(np.clip(across / 2.6, _SMALLEST, TEXT + 1))


def _cell(ax: Axes, row: int, column: int, share: float, size: float) -> None:
    corner = (column - 0.5, row - 0.5)
    if np.isnan(share):
        ax.add_patch(
            Rectangle(corner, 1, 1, facecolor="white", edgecolor="#BDBDBD", hatch="///", lw=0)
        )
        return
    ax.add_patch(Rectangle(corner, 1, 1, facecolor=_SHADES(share), edgecolor="white", lw=1.2))
    text = number_in_cell(share)
    ax.text(column, row, text, ha="center", va="center", fontsize=size, color=_on(share), zorder=4)


def _on(share: float) -> str:
    """Ink or white, whichever has more contrast with the shade of a share (WCAG 2)."""
    if np.isnan(share):
        return NOT_SIGNIFICANT
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
              for c in to_rgb(_SHADES(share))]  # fmt: skip
    light = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return INK if (light + 0.05) / 0.06 > 1.05 / (light + 0.05) else "white"


def _steps(shares: np.ndarray) -> list[tuple[list[float], list[float]]]:
    """Edges (xs, ys) between a cell that reaches 80 of 100 and a neighbour that does not."""
    enough, known = reaches(shares), np.isfinite(shares)
    found: list[tuple[list[float], list[float]]] = []
    n_rows, n_columns = shares.shape
    for row, column in np.ndindex(n_rows, n_columns):
        for other, edge in (
            ((row, column + 1), ([column + 0.5] * 2, [row - 0.5, row + 0.5])),
            ((row + 1, column), ([column - 0.5, column + 0.5], [row + 0.5] * 2)),
        ):
            inside = other[0] < n_rows and other[1] < n_columns
            if not (inside and known[row, column] and known[other]):
                continue
            if enough[row, column] != enough[other]:
                found.append(edge)
    return found
