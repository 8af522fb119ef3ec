"""A key above the axes: what each kind of mark is, in as few rows as fit the sheet."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from trialsim.plots.base.page import EDGE, POINTS, wrapped
from trialsim.plots.base.style import TEXT

Entry = tuple[Artist | tuple[Artist, ...], str]
"""A mark, or several on one another, and what it is."""


def place_key(ax: Axes, entries: Sequence[Entry], above: float, handle: float = 1.8) -> float:
    """Draw the key `above` points over the axes, from the left edge of the sheet; returns its
    height in points. `handle` is the length of a mark, in letters."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    start = EDGE - ax.get_window_extent().x0 * POINTS / figure.dpi
    across = POINTS * figure.get_figwidth() - 2 * EDGE
    room = across - (handle + 1) * TEXT
    handles = [mark for mark, _ in entries]
    texts = [wrapped(figure, text, room, TEXT) for _, text in entries]
    height = 0.0
    for n_columns in range(len(entries), 0, -1):
        legend = ax.legend(
            handles,
            texts,
            ncols=n_columns,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            bbox_transform=ax.transAxes
            + ScaledTranslation(start / POINTS, above / POINTS, figure.dpi_scale_trans),
            borderaxespad=0,
            borderpad=0,
            handlelength=handle,
            handletextpad=0.5,
            columnspacing=1.3,
            labelspacing=0.35,
            frameon=False,
        )
        box = legend.get_window_extent()
        height = box.height * POINTS / figure.dpi
        if box.width * POINTS / figure.dpi <= across:
            break
    return height
