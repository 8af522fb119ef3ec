"""One trial: its participants, before any of it becomes a number among thousands."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill

ID = "one-trial"
TITLE = "One trial"


def applies(page: Page) -> bool:
    """Where a figure of single participants was drawn."""
    return bool(page.figures(FIGURES[ID]))


def render(page: Page) -> Markup:
    """The figures of one simulated trial."""
    return fill("one_trial", figures=page.figures(FIGURES[ID]))
