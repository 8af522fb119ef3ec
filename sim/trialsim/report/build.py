"""The page of a run: its headline, then every section that has something to say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from markupsafe import Markup

from trialsim.report.headline import headline
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.sections import SECTIONS


@dataclass(frozen=True)
class _Part:
    """A section as the frame of the page needs it."""

    id: str
    title: str
    body: Markup


def report_html(page: Page) -> str:
    """The whole page, as one file."""
    sections = [section for section in SECTIONS if section.applies(page)]
    page = replace(page, titles={section.ID: section.TITLE for section in sections})
    parts = [_Part(section.ID, section.TITLE, section.render(page)) for section in sections]
    version = page.environment["packages"]["trialsim"]
    return str(fill("page", page=page, headline=headline(page), parts=parts, version=version))
