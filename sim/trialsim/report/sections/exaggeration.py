"""How wrong a significant result can be: too large, or of the wrong sign.

Gelman and Carlin 2014, doi 10.1177/1745691614551642.
"""

from __future__ import annotations

from markupsafe import Markup

from trialsim.plots.base.words import number, plain, quoted, supported
from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table, exactly
from trialsim.report.values import UNKNOWN

ID = "exaggeration"
TITLE = "How wrong can a significant result be?"


def applies(page: Page) -> bool:
    """Where something differs under some assumption and a difference is tested for, or a figure
    says so."""
    is_any = any(not page.run.is_null(name) for name in page.run.cells)
    return bool(page.figures(FIGURES[ID])) or (is_any and page.rule.null == 0)


def render(page: Page) -> Markup:
    """The figures and the errors of significant estimates."""
    unit = page.run.outcome(page.run.primary).unit
    return fill(
        "exaggeration",
        figures=page.figures(FIGURES[ID]),
        smallest=_smallest(page, unit),
        wrong=_table(page, unit),
    )


def _smallest(page: Page, unit: str) -> str:
    """What no trial of this size can report as significant."""
    name = page.run.under_an_effect
    value = page.measures(page.run.cells[name], page.run.primary, page.contrasts[0])[
        "critical_estimate"
    ]
    if value.value != value.value:
        return ""
    size = number(abs(value.value), supported(value.mcse, 2))
    return (
        f"Under {quoted(name)} a difference must reach about {size} {unit} to be significant in a "
        f"trial of {page.design.n_total:,} participants. Smaller ones, true or not, go unnoticed."
    )


def _table(page: Page, unit: str) -> Table:
    groups = []
    for contrast in page.contrasts:
        rows = []
        for assumption, cell in page.run.cells.items():
            m = page.measures(cell, page.run.primary, contrast)
            truth, factor = m["true_value"].value, m.get("type_m", UNKNOWN)
            if truth == 0:
                continue
            rows.append(
                [
                    plain(assumption),
                    exactly(truth),
                    factor.times(abs(truth)).text,
                    factor.factor,
                    m.get("type_s", UNKNOWN).share,
                    f"{m['type_m'].n:,.0f}" if "type_m" in m else "0",
                ]
            )
        if rows:
            several = len(page.contrasts) > 1
            groups.append((page.contrast_label(contrast) if several else "", rows))
    return Table(
        "wrong",
        f"Significant trials only: what they report, in {unit}",
        [
            "If this is the truth",
            "True difference",
            "Mean size reported",
            "Exaggeration",
            "Wrong sign",
            "Significant trials",
        ],
        groups,
        "In brackets: Monte Carlo standard error. Nothing is said where fewer than 30 trials are "
        "significant.",
    )
