"""Checklists: what the page answers of each, where, and what it does not answer."""

from __future__ import annotations

from markupsafe import Markup

from trialsim.report.checklist_items import CHECKLISTS, Checklist, Item
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table

ID = "checklists"
TITLE = "Checklists"


def applies(page: Page) -> bool:
    """Always."""
    return True


def render(page: Page) -> Markup:
    """A table for each checklist."""
    titles = {"top": "Headline", **page.titles}
    return fill(
        "checklists", lists=[(one, _table(one, titles), _count(one, titles)) for one in CHECKLISTS]
    )


def _count(checklist: Checklist, titles: dict[str, str]) -> int:
    return sum(item.section in titles for item in checklist.items)


def _table(checklist: Checklist, titles: dict[str, str]) -> Table:
    return Table(
        checklist.key,
        f"{checklist.name}: {checklist.about}",
        ["Item", "What", "Where on this page"],
        [("", [[item.number or "–", item.what, _where(item, titles)] for item in checklist.items])],
        is_text=True,
    )


def _where(item: Item, titles: dict[str, str]) -> str:
    if item.section in titles:
        return Markup('<a href="#{}">{}</a>').format(item.section, titles[item.section])
    return f"Not answered: {item.why_not}."
