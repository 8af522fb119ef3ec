"""Sample size, and whatever else the scenario varies."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.plots.base.words import plain
from trialsim.plots.varied_designs import VariedDesign, assumptions_of, varied_designs
from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.sections.size_numbers import sizes_of
from trialsim.report.sections.size_table import by_truth, where_reached
from trialsim.report.sections.size_words import choices, plain_words
from trialsim.report.tables import FOUR, HOW_TO_READ, Row, Table, four
from trialsim.scenario.resolve import AS_STATED

ID = "size"
TITLE = "How many participants?"

MOST_DESIGNS = 40
"""Designs under one assumption that a page shows; the CSV has all of them."""


def applies(page: Page) -> bool:
    """Where several designs were simulated."""
    return len(_designs(page)) > 1 or bool(page.figures(FIGURES[ID][:1]))


def render(page: Page) -> Markup:
    """Sizes in plain words and in one table, the curves, and the four numbers of every design, for
    the primary analysis."""
    rows = sizes_of(page)
    return fill(
        "size",
        words=plain_words(page, rows) if rows else [],
        choices=choices(page, rows) if rows else [],
        reached=where_reached(page, rows) if rows else None,
        sizes=by_truth(page, rows) if rows else None,
        contrast=page.contrast_label(page.contrasts[0]) if len(page.contrasts) > 1 else "",
        exaggeration=bool(rows) and bool(page.figures(FIGURES["exaggeration"])),
        figures=page.figures(FIGURES[ID]),
        tables=_tables(page),
    )


def _designs(page: Page) -> set[int]:
    return {cell.design for cell in page.plan.cells if cell.what_if == AS_STATED}


def _tables(page: Page) -> list[Table]:
    designs = varied_designs(page.run)
    if len(designs) < 2:
        return []
    found = []
    for place, contrast in enumerate(page.contrasts):
        groups, left = [], 0
        for assumption in assumptions_of(designs):
            rows = [row for row in designs if assumption in row.cells]
            left += max(0, len(rows) - MOST_DESIGNS)
            cells = [_row(page, row, assumption, contrast) for row in rows[:MOST_DESIGNS]]
            groups.append((f"If the truth is “{plain(assumption)}”", cells))
        about = f": {page.contrast_label(contrast)}" if len(page.contrasts) > 1 else ""
        note = f"* The design as stated. {HOW_TO_READ}"
        if left:
            note += f" {left:,} more rows are in operating_characteristics.csv."
        found.append(
            Table(
                f"designs-{place + 1}",
                f"Primary analysis, {page.replicates:,} simulated trials a row{about}",
                ["Design", *FOUR],
                groups,
                note,
            )
        )
    return found


def _row(page: Page, row: VariedDesign, assumption: str, contrast: str) -> Row:
    label = ", ".join([f"{row.n_total:,} participants", *([row.others] if row.others else [])])
    measures = page.measures(row.cells[assumption], page.run.primary, contrast)
    return [f"{label}{'*' if row.is_stated else ''}", *four(measures)]
