"""The calendar: how long recruitment and the whole trial last, and how many are asked."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.operating.calendar import calendar
from trialsim.operating.rounding import value_text
from trialsim.plots.base.words import number
from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table

ID = "calendar"
TITLE = "How long it takes"

MOST_TRIALS = 10_000
"""Simulated calendars; more would change nothing that the page shows."""


def applies(page: Page) -> bool:
    """Where the scenario says how participants are recruited."""
    return page.design.recruitment is not None


def render(page: Page) -> Markup:
    """Weeks to the last participant and to the last visit, and counts, with their range."""
    n = min(page.replicates, MOST_TRIALS)
    found = calendar(page.plan, n)
    rows = [
        [
            _named(row.what),
            value_text(row.mean, row.mcse),
            f"{number(row.low, 0)} to {number(row.high, 0)}",
        ]
        for row in found
    ]
    table = Table(
        "calendar",
        f"The calendar of the design as stated, over {n:,} simulated trials",
        ["What", "Mean", "In 95 of 100 trials"],
        [("", rows)],
        "In brackets: Monte Carlo standard error.",
    )
    recruitment = page.design.recruitment
    assert recruitment is not None  # see `applies`
    return fill(
        "calendar",
        calendar=table,
        figures=page.figures(FIGURES[ID]),
        n_total=page.design.n_total,
        per_week=f"{7 * recruitment.per_day:.3g}",
        has_end=recruitment.until is not None,
        consent=f"{100 * recruitment.consent:.3g}" if recruitment.consent < 1 else "",
    )


def _named(what: str) -> str:
    """A page speaks of participants."""
    said = what.replace("patient", "participant")
    return f"{said[:1].upper()}{said[1:]}"
