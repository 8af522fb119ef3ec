"""Small multiples: shares significant where more than the size of the trial varies.

A small panel for each value of what varies, with a curve an assumption; where nothing remains for
an axis, a row of dots for each value.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from matplotlib.axes import Axes
from matplotlib.legend import Legend

from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.page import EDGE, LEFT, POINTS, RIGHT, Page, new_page, size_of, wrapped
from trialsim.plots.base.style import (
    HEIGHT,
    TEXT,
    WIDTH,
    Look,
    style,
)
from trialsim.plots.facets import Facets, facets_of
from trialsim.plots.run import Run
from trialsim.plots.small_multiples_marks import draw_panel, draw_rows, key, looks_of, title, weight
from trialsim.plots.small_multiples_text import alt_text, caption, takeaway
from trialsim.plots.varied import dimensions
from trialsim.scenario.resolve import N_TOTAL

_GAP = 24.0
"""Points between columns: half a tick label of either neighbour."""
_LEAST_TALL = 105.0
_MOST_TALL = 230.0
"""Points: a panel is no taller than this when there is a single row of them."""
_ROW_LABEL = 235.0


def small_multiples(facets: Facets, *, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Shares significant, a panel a value of what varies (or one axes with a row a value).

    Panels stand in `facets.n_columns` columns; your own `axes` need one for each panel.
    """
    with style():
        page = new_page() if axes is None else None
        return _draw(facets, page, axes)


def applies(run: Run) -> bool:
    """Where something other than the number of participants varies."""
    if all(one.path == N_TOTAL for one in dimensions(run)):
        return False
    return bool(facets_of(run).numbers["value"].notna().any())


def draw(run: Run) -> Drawn:
    """Shares significant, by everything that varies besides the number of participants."""
    return draw_small_multiples(facets_of(run), settings=run.settings())


def draw_small_multiples(
    facets: Facets, *, settings: Settings, name: str = "small_multiples"
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    heading, small = takeaway(facets), caption(facets, settings)
    with style():
        page = new_page(heading, small)
        _draw(facets, page)
    return Drawn(page.figure, facets.numbers, heading, small, alt_text(facets), name)


def _draw(facets: Facets, page: Page | None, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    seen = looks_of(facets.numbers)
    n_axes = len(facets.panels) if facets.x_name else 1
    if axes is None:
        assert page is not None
        axes = [page.figure.add_axes((0.1, 0.2, 0.5, 0.5)) for _ in range(n_axes)]
    if facets.x_name:
        for ax, panel in zip(axes, facets.panels, strict=True):
            draw_panel(ax, facets, panel, seen)
    else:
        draw_rows(axes[0], facets, seen)
    if page is None:
        key(axes[0], facets, seen)
    elif facets.x_name:
        _grid(page, axes, facets, seen)
    else:
        _one_below_another(page, axes[0], facets, seen)
    return list(axes)


def _place_key(page: Page, ax: Axes, facets: Facets, seen: dict[str, Look]) -> tuple[Legend, float]:
    """The key in as few rows as the page is wide; returns it with its height in points."""
    across = POINTS * WIDTH - 2 * EDGE
    for n_columns in range(len(seen), 0, -1):
        legend = key(ax, facets, seen, n_columns, across - 4 * TEXT)
        box = legend.get_window_extent()
        if box.width * POINTS / page.figure.dpi <= across:
            break
    return legend, box.height * POINTS / page.figure.dpi


def _anchor(legend: Legend, page: Page, height: float) -> None:
    """Under the heading, at the left edge of the page whose height is now known."""
    place = (EDGE / (POINTS * WIDTH), 1 - page.head / height)
    legend.set_bbox_to_anchor(place, transform=page.figure.transFigure)


def _grid(page: Page, axes: Sequence[Axes], facets: Facets, seen: dict[str, Look]) -> None:
    """Panels in rows and columns of one size, with titles above and names of the axes once."""
    n, n_columns = len(axes), facets.n_columns
    n_rows = ceil(n / n_columns)
    across = (POINTS * WIDTH - LEFT - RIGHT - (n_columns - 1) * _GAP) / n_columns
    titles = []
    for ax, panel in zip(axes, facets.panels, strict=True):
        bold = weight(facets, panel)
        ax.title.set_text("")
        text = wrapped(page.figure, title(facets, panel), across, TEXT, bold)
        ax.set_title(text, fontsize=TEXT, loc="left", fontweight=bold, pad=8)
        titles.append(1.25 * TEXT * (text.count("\n") + 1) + 12)
    above = [max(titles[row * n_columns : (row + 1) * n_columns]) for row in range(n_rows)]
    legend, tall_key = _place_key(page, axes[0], facets, seen)
    # A short last row leaves panels above it that need tick labels of their own.
    between = 1.9 * TEXT if n % n_columns else 10.0
    fixed = page.head + tall_key + 10 + sum(above) + (n_rows - 1) * between + 4.0 * TEXT + page.foot
    room = POINTS * HEIGHT - fixed
    tall = min(_MOST_TALL, max(_LEAST_TALL, room / n_rows))
    height = fixed + n_rows * tall
    page.figure.set_size_inches(WIDTH, height / POINTS)
    top = height - page.head - tall_key - 10
    for place, ax in enumerate(axes):
        row, column = divmod(place, n_columns)
        if column == 0:
            top -= above[row] + tall + (between if row else 0)
        left = LEFT + column * (across + _GAP)
        width = POINTS * WIDTH
        ax.set_position((left / width, top / height, across / width, tall / height))
        ax.tick_params(labelleft=column == 0, labelbottom=place + n_columns >= n)
    _name_axes(page, facets, height, (top, height - page.head - tall_key - 10 - above[0]))
    _anchor(legend, page, height)


def _name_axes(page: Page, facets: Facets, height: float, ends: tuple[float, float]) -> None:
    """The names of both axes, once for all panels; `ends` of the grid in points from below."""
    width = POINTS * WIDTH
    middle = (LEFT + width - RIGHT) / 2 / width
    below = (page.foot + 0.9 * TEXT) / height
    page.figure.text(middle, below, facets.x_name, ha="center", va="bottom")
    across, up = EDGE / width, sum(ends) / 2 / height
    page.figure.text(across, up, "significant trials, of 100", ha="left", va="center", rotation=90)


def _one_below_another(page: Page, ax: Axes, facets: Facets, seen: dict[str, Look]) -> None:
    """Rows of dots with their names to the left."""
    labels = [
        wrapped(page.figure, title(facets, one), _ROW_LABEL, TEXT, weight(facets, one))
        for one in facets.panels
    ]
    ax.set_yticks(range(len(labels)), labels)
    for label, panel in zip(ax.get_yticklabels(), facets.panels, strict=True):
        label.set_fontweight(weight(facets, panel))
    widest = max(size_of(label)[0] for label in ax.get_yticklabels())
    lines = max(label.count("\n") + 1 for label in labels)
    legend, tall_key = _place_key(page, ax, facets, seen)
    left, width = EDGE + widest + 12, POINTS * WIDTH
    ax.set_position((left / width, 0.2, (width - left - RIGHT) / width, 0.5))
    least = len(labels) * max(30.0, (1.25 * lines + 0.5) * TEXT)
    page.arrange([ax], [tall_key + 16], 4.0 * TEXT, least)
    _anchor(legend, page, page.figure.get_figheight() * POINTS)
