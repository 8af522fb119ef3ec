"""Analysis choices: the same trials, analysed in every way that the scenario names."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.operating.needed_to_treat import numbers_needed
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
        needed=_needed(page),
        warnings=[plain(text) for text in warnings(page.plan)],
    )


def _needed(page: Page) -> Table | None:
    """Numbers needed to treat, of every risk difference."""
    groups: dict[str, list[list[str]]] = {}
    for one in numbers_needed(page.plan, page.run.values):
        arms = f"{page.run.arm_label(one.arm)} against {page.run.arm_label(one.comparator)}"
        true, _, middle = str(one.true).partition(" (")
        groups.setdefault(f"If the truth is “{plain(one.assumption)}”", []).append(
            [
                f"{plain(one.analysis)}, {arms}",
                f"{page.outcome_label(one.outcome)} {plain(one.counts)}",
                true,
                middle.removesuffix(")"),
            ]
        )
    if not groups:
        return None
    return Table(
        "needed",
        "Numbers needed to treat for one more, or one fewer, with the event",
        ["Analysis", "Event", "True", "Middle 95 of 100 trials"],
        list(groups.items()),
        "NNTB: treated for one more to benefit; NNTH: for one more to be harmed. A range that "
        "passes through infinity holds no difference. Nothing is said where the truth is 0.",
        is_text=True,
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
