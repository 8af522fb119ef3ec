"""Many trials: the estimates of all of them, and every operating characteristic."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from trialsim.plots.base.words import plain
from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import HOW_TO_READ, Table, exactly
from trialsim.report.values import UNKNOWN, Value

ID = "many-trials"
TITLE = "Many trials"

_WHAT_IF = "what-if"
"""The section of the changed trials, which has figures of its own."""

_HOW_OFTEN: tuple[tuple[str, str, Callable[[Value], str]], ...] = (
    ("rejection_rate", "Significant", lambda one: one.share),
    ("favourable_rejection_rate", "Significant, in favour", lambda one: one.share),
    ("theory_rejection_rate", "Theory", lambda one: one.share),
    ("type_s", "Wrong sign if significant", lambda one: one.share),
    ("type_m", "Exaggeration", lambda one: one.factor),
    ("critical_estimate", "Smallest significant", lambda one: one.text),
    ("failed", "Failed", lambda one: one.share),
)
_HOW_RIGHT: tuple[tuple[str, str, Callable[[Value], str]], ...] = (
    ("true_value", "Truth", lambda one: exactly(one.value)),
    ("mean_estimate", "Mean estimate", lambda one: one.text),
    ("bias", "Bias", lambda one: one.text),
    ("empirical_se", "Empirical SE", lambda one: one.text),
    ("model_se", "Model SE", lambda one: one.text),
    ("mse", "Mean squared error", lambda one: one.text),
    ("mean_ci_width", "Interval width", lambda one: one.text),
    ("coverage", "Coverage", lambda one: one.share),
    ("bias_eliminated_coverage", "Coverage, bias eliminated", lambda one: one.share),
)


def applies(page: Page) -> bool:
    """Always."""
    return True


def render(page: Page) -> Markup:
    """The figures, and the complete tables for those who want to look something up."""
    return fill(
        "many_trials",
        page=page,
        figures=page.figures(
            name
            for name in FIGURES[ID]
            if not page.written.what_if or name not in FIGURES[_WHAT_IF]
        ),
        tables=[
            _table(page, "how-often", "How often trials are significant", _HOW_OFTEN),
            _table(page, "how-right", "How right estimates and intervals are", _HOW_RIGHT),
        ],
    )


def _table(
    page: Page, key: str, caption: str, columns: tuple[tuple[str, str, Callable[[Value], str]], ...]
) -> Table:
    groups = []
    found = set()
    for assumption, cell in page.run.cells.items():
        rows = []
        for analysis in page.design.analyses:
            contrasts = page.design.contrasts_of(analysis)
            for contrast in contrasts:
                measures = page.measures(cell, analysis, contrast)
                found |= set(measures)
                name = plain(analysis)
                label = page.contrast_label(contrast)
                rows.append(
                    [
                        f"{name}, {label}" if len(contrasts) > 1 else name,
                        *(show(measures.get(measure, UNKNOWN)) for measure, _, show in columns),
                    ]
                )
        groups.append((f"If the truth is “{plain(assumption)}”", rows))
    shown = [place for place, (measure, _, _) in enumerate(columns, 1) if measure in found]
    return Table(
        key,
        f"{caption}: the design as stated, {page.replicates:,} simulated trials a row",
        ["Analysis", *(columns[place - 1][1] for place in shown)],
        [(name, [[row[0], *(row[i] for i in shown)] for row in rows]) for name, rows in groups],
        HOW_TO_READ,
    )
