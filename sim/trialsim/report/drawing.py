"""Draw the figures of a run, save them, and keep what a page shows of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path

from trialsim.plots.base.figure import save
from trialsim.plots.gallery import Figures
from trialsim.report.shown import Shown

PAYS = 6
"""With fewer figures, handing some over costs more than it saves."""


def draw_figures(
    figures: Figures,
    folder: Path,
    executor: Executor | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> tuple[Shown, ...]:
    """Every figure of a run, saved in a folder, in the order of the gallery.

    A process of the executor draws every other one, of which this one does the rest, and
    `meanwhile` first. Figures are the same bytes whoever draws them.
    """
    names = figures.names()
    if executor is None or len(names) < PAYS:
        meanwhile()
        return tuple(_drawn(figures, names, folder))
    mine, theirs = names[::2], names[1::2]
    job = executor.submit(_drawn, figures, theirs, folder)
    meanwhile()
    found = dict(zip(mine, _drawn(figures, mine, folder), strict=True))
    found |= dict(zip(theirs, job.result(), strict=True))
    return tuple(found[name] for name in names)


def _drawn(figures: Figures, names: Sequence[str], folder: Path) -> list[Shown]:
    shown = []
    for name in names:
        drawn = figures.draw(name)
        _, svg, _ = save(drawn, folder)
        shown.append(Shown.of(drawn, svg.read_text(encoding="utf-8")))
    return shown
