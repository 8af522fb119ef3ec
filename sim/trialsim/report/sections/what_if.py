"""What if: the same trial with something changed, beside the trial as stated."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.plots.base.words import plain
from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import FOUR, HOW_TO_READ, Table, four
from trialsim.report.what_ifs import lessons
from trialsim.report.wording import shown
from trialsim.scenario.resolve import AS_STATED

ID = "what-if"
TITLE = "What if?"


def applies(page: Page) -> bool:
    """Where the scenario names changes."""
    return bool(page.written.what_if)


def render(page: Page) -> Markup:
    """What each change is, and the four numbers under it."""
    changes = [
        (
            plain(name),
            [f"{path} = {shown(value)}" for path, value in changed.items()],
            _source(page, name),
        )
        for name, changed in page.written.what_if.items()
    ]
    return fill(
        "what_if",
        changes=changes,
        lessons=[sentence for name in page.written.what_if for sentence in lessons(page, name)],
        figures=page.figures(FIGURES[ID]),
        four=_table(page),
    )


def _source(page: Page, name: str) -> str:
    """Where the values of a change come from, or that nobody says."""
    entry = page.written.evidence.get(f"what_if.{name}") or page.written.evidence.get("what_if")
    return f"{entry.status}: {entry.source}" if entry is not None else "no source"


def _table(page: Page) -> Table:
    stated = page.plan.cells[0].varied
    groups = []
    for assumption in page.run.cells:
        rows = []
        for index, cell in enumerate(page.plan.cells):
            if cell.assumption != assumption or not (cell.varied == stated or cell.design == 0):
                continue
            contrasts = page.plan.designs[cell.design].contrasts_of(page.run.primary)
            name = "as stated" if cell.what_if == AS_STATED else plain(cell.what_if)
            for contrast in contrasts:
                several = len(contrasts) > 1
                label = f"{name}, {page.contrast_label(contrast)}" if several else name
                rows.append([label, *four(page.measures(index, page.run.primary, contrast))])
        groups.append((f"If the truth is “{plain(assumption)}”", rows))
    return Table(
        "what-if-four",
        f"Primary analysis, {page.replicates:,} simulated trials a row",
        ["The trial", *FOUR],
        groups,
        HOW_TO_READ,
    )
