"""What was not simulated, and what the page therefore cannot say."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.operating.conduct_words import calendar_leaves_out
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.scenario.describe import not_simulated

ID = "limits"
TITLE = "What was not simulated"


def applies(page: Page) -> bool:
    """Always."""
    return True


def render(page: Page) -> Markup:
    """A list, computed from what the plan contains."""
    left_out = [*not_simulated(page.plan), *calendar_leaves_out(page.design)]
    return fill("limits", page=page, left_out=left_out)
