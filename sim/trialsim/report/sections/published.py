"""Published results among their siblings: how many simulated trials went as far."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.operating.placement import published_among
from trialsim.plots.base.words import plain
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table, exactly
from trialsim.scenario.keys.published import Published

ID = "published"
TITLE = "The published results among their siblings"


def applies(page: Page) -> bool:
    """Where the scenario says what was published."""
    return bool(page.written.published)


def render(page: Page) -> Markup:
    """Estimates placed among simulated ones, and counts of events as they were reported."""
    placed = list(published_among(page.written.published, page.plan, page.run.values))
    rows = [
        [
            plain(one.name),
            _estimate(one.result),
            one.result.status,
            plain(one.analysis),
            *(one.as_far(assumption) for assumption in page.run.cells),
        ]
        for one in placed
    ]
    truths = [f"if “{plain(name)}”" for name in page.run.cells]
    table = Table(
        "placed",
        "Share of simulated trials whose estimate is at least as far from 0, on the same side",
        ["Published", "Estimate", "Status", "Analysis", *truths],
        [("", rows)],
        "Each result is placed by the analysis that the paper used, by itself. In brackets: Monte "
        "Carlo standard error.",
        is_text=True,
    )
    notes = [
        (plain(name), result.status, result.note)
        for name, result in page.written.published.items()
        if result.note
    ]
    return fill("published", placed=table if rows else None, events=_events(page), notes=notes)


def _estimate(result: Published) -> str:
    text = exactly(result.estimate if result.estimate is not None else float("nan"))
    if result.interval is None:
        return text
    lower, upper = (exactly(limit) for limit in result.interval)
    return f"{text} ({100 * result.level:g}% CI {lower} to {upper})"


def _events(page: Page) -> Table | None:
    rows = []
    for name, result in page.written.published.items():
        for arm, (events, n) in (result.events or {}).items():
            rows.append([plain(name), page.run.arm_label(arm), f"{events} of {n}", result.status])
    if not rows:
        return None
    return Table(
        "events",
        "Participants with an event, as the scenario gives them; they are not placed",
        ["Published", "Arm", "With the event", "Status"],
        [("", rows)],
        is_text=True,
    )
