"""Simulation beside theory, wherever a closed form holds."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.operating.characteristics import check_against_theory
from trialsim.operating.rounding import percent
from trialsim.plots.base.words import number, plain
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table

ID = "theory"
TITLE = "Simulation beside theory"

MOST_ROWS = 40


def applies(page: Page) -> bool:
    """Always: that there is nothing to compare with is worth knowing."""
    return True


def render(page: Page) -> Markup:
    """Whether they agree, and the rows."""
    check = check_against_theory(page.run.table)
    table = check.table.sort_values("chance", kind="stable")
    largest = check.table["distance"].abs().max()
    rows = []
    for row in table.head(MOST_ROWS).itertuples():
        mcse = (row.theory * (1 - row.theory) / page.replicates) ** 0.5
        rows.append(
            [
                f"{plain(row.assumption)}, {plain(row.analysis)}, {row.n_total:,} participants",
                percent(row.simulated, mcse),
                percent(row.theory, mcse),
                number(row.distance, 1),
            ]
        )
    left = len(table) - len(rows)
    shown = Table(
        "theory-rows",
        "Share significant, simulated and exact; the least likely rows first",
        ["Row", "Simulated", "Exact", "Distance in standard errors"],
        [("", rows)],
        f"{left:,} more rows are in operating_characteristics.csv." if left else "",
    )
    return fill(
        "theory",
        n=len(table),
        alarms=len(check.alarms),
        largest=number(largest, 1) if len(table) else "",
        rows=shown if rows else None,
    )
