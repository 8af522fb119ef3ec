"""Failed fits: trials that could not be analysed, with the reason. They are data, never redrawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from markupsafe import Markup

from trialsim.core.records import COLUMNS, FAILURES
from trialsim.operating.rounding import share_text
from trialsim.plots.base.words import plain
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Row, Table

ID = "failures"
TITLE = "Trials that could not be analysed"

MOST_ROWS = 40


def applies(page: Page) -> bool:
    """Where a fit failed."""
    return bool(page.run.values[:, COLUMNS.index("failure")].any())


def render(page: Page) -> Markup:
    """Rows of results with failed fits, the worst first."""
    rows = [row for _, row in sorted(_rows(page), key=lambda one: -one[0])]
    left = max(0, len(rows) - MOST_ROWS)
    table = Table(
        "failed",
        "Trials that could not be analysed",
        ["Row", "Failed", "First such trial", "Reason"],
        [("", rows[:MOST_ROWS])],
        f"{left:,} more rows have failed fits." if left else "",
        is_text=True,
    )
    return fill("failures", failed=table)


def _rows(page: Page) -> Iterator[tuple[float, Row]]:
    column = COLUMNS.index("failure")
    for series, values in zip(page.plan.series(), page.run.values, strict=True):
        codes = values[column]
        failed = codes != 0
        if not failed.any():
            continue
        cell = page.plan.cells[series.cell]
        n_total = page.plan.designs[cell.design].n_total
        share = float(failed.mean())
        what = "" if cell.what_if == "as_stated" else f", {plain(cell.what_if)}"
        reasons = [FAILURES[int(code)] for code in np.unique(codes[failed])]
        name = f"{plain(cell.assumption)}, {plain(series.analysis)}"
        row = [
            f"{name}, {n_total:,} participants{what}",
            share_text(share, (share * (1 - share) / codes.size) ** 0.5, codes.size),
            f"{int(np.argmax(failed)) + 1:,}",
            "; ".join(reasons),
        ]
        yield share, row
