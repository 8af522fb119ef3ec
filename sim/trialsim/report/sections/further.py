"""Further figures: those that no other section shows, so that nothing drawn is missing."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.shown import Shown

ID = "further"
TITLE = "Further figures"


def applies(page: Page) -> bool:
    """Where a figure was drawn that has no place of its own."""
    return bool(_left(page))


def render(page: Page) -> Markup:
    """The figures."""
    return fill("further", figures=_left(page))


def _left(page: Page) -> list[Shown]:
    placed = {name for names in FIGURES.values() for name in names}
    return [one for one in page.shown if one.name not in placed]
