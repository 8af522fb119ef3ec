"""Missing data: why scores are not seen, and what became of them in the analysis."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.plots.base.words import plain
from trialsim.report.figure_places import FIGURES
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table
from trialsim.report.wording import shown

ID = "missing"
TITLE = "Missing data"


def applies(page: Page) -> bool:
    """Where scores are lost, in the design as stated or in another."""
    return any(design.missing for design in page.plan.designs)


def render(page: Page) -> Markup:
    """The reasons, and the figures."""
    rows = []
    for name, method in page.design.missing.items():
        spec = method.model_dump(exclude_none=True)
        what = ", ".join(f"{plain(key)} {shown(value)}" for key, value in spec.items())
        rows.append([plain(name), method.name.upper(), what])
    table = Table(
        "reasons",
        "Why scores are missing in the design as stated",
        ["Reason", "Mechanism", "What was assumed"],
        [("", rows)],
        "MCAR: whoever they are. MAR: depending on what was seen. MNAR: depending on the score "
        "that is lost.",
        is_text=True,
    )
    return fill("missing", figures=page.figures(FIGURES[ID]), reasons=table if rows else None)
