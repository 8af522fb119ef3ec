"""Analysis choices: the same trials, analysed in every way that the scenario names."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.plots.base.words import plain
from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import FOUR, HOW_TO_READ, Table, four
from trialsim.scenario.warnings import warnings

ID = "analyses"
TITLE = "Analysis choices"


def applies(page: Page) -> bool:
    """Where there is a choice, or something to warn of."""
    several = len(page.design.analyses) > 1
    return several or bool(page.figures(FIGURES[ID])) or bool(warnings(page.plan))


def render(page: Page) -> Markup:
    """The four numbers for every analysis, and the figures."""
    return fill(
        "analyses",
        figures=page.figures(FIGURES[ID]),
        four=_table(page),
        warnings=warnings(page.plan),
    )


def _table(page: Page) -> Table:
    groups = []
    for assumption, cell in page.run.cells.items():
        rows = []
        for analysis in page.design.analyses:
            contrasts = page.design.contrasts_of(analysis)
            name = (
                f"{plain(analysis)} (primary)" if analysis == page.run.primary else plain(analysis)
            )
            for contrast in contrasts:
                label = f"{name}, {page.contrast_label(contrast)}" if len(contrasts) > 1 else name
                rows.append([label, *four(page.measures(cell, analysis, contrast))])
        groups.append((f"If the truth is “{plain(assumption)}”", rows))
    return Table(
        "analyses-four",
        f"The same {page.replicates:,} trials under each assumption, analysed in different ways",
        ["Analysis", *FOUR],
        groups,
        f"Truths and half-widths are in the unit of each analysis. {HOW_TO_READ}",
    )
