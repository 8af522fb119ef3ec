"""Who may enter, and what limits on a baseline score do to the scores of those who do."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.operating.selected import Moments, Selected, selected_scores
from trialsim.plots.base.words import listed, number, plain
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Row, Table

ID = "entering"
TITLE = "Who may enter"


def applies(page: Page) -> bool:
    """Where a baseline score decides who may enter."""
    return bool(page.design.eligible)


def render(page: Page) -> Markup:
    """Who may enter, and scores of everybody who comes beside those of whoever enters."""
    found = selected_scores(page.plan)
    rules = [
        (
            f"{page.outcome_label(one.outcome)} of {limits(one)} "
            f"{page.design.outcomes[one.outcome].unit}",
            f"{100 * one.share:.1f}%",
        )
        for one in found
    ]
    return fill("entering", rules=rules, tables=[_table(page, one) for one in found])


def limits(one: Selected) -> str:
    """Between which baseline scores: `4 or more and 20 or less`."""
    said = [
        f"{one.lowest:g} or more" if one.lowest is not None else "",
        f"{one.highest:g} or less" if one.highest is not None else "",
    ]
    return listed([text for text in said if text])


def _table(page: Page, one: Selected) -> Table:
    baseline = str(page.design.baseline)
    rows = [
        row
        for before, after in zip(one.before, one.after, strict=True)
        for row in _rows(before, after, before.visit == baseline)
    ]
    return Table(
        f"entering-{one.outcome}",
        f"{page.outcome_label(one.outcome)} in the comparator arm, "
        f"in {page.design.outcomes[one.outcome].unit}",
        ["Visit", "Of all who come", "Of those who enter"],
        [("", rows)],
        "Worked out to about three digits, not simulated.",
    )


def _rows(before: Moments, after: Moments, is_baseline: bool) -> list[Row]:
    visit = plain(before.visit)
    rows: list[Row] = [
        [f"{visit}: mean", number(before.mean, 2), number(after.mean, 2)],
        [f"{visit}: SD", number(before.sd, 2), number(after.sd, 2)],
    ]
    if not is_baseline:
        both = [number(m.with_baseline, 2) for m in (before, after)]
        rows.append([f"{visit}: correlation with baseline", *both])
    return rows
