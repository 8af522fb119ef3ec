"""The sections of the page, one file each, in the order of the page."""

from __future__ import annotations

from typing import Protocol

from markupsafe import Markup

from trialsim.report.page import Page
from trialsim.report.sections import (
    analyses,
    assumptions,
    calendar,
    checklists,
    entering,
    exaggeration,
    failures,
    further,
    limits,
    many_trials,
    missing,
    one_trial,
    published,
    reproduce,
    size,
    theory,
    treatment,
    trial,
    what_if,
)


class Section(Protocol):
    """What a section is: a module with these names."""

    ID: str
    """Identifier on the page."""
    TITLE: str
    """Heading."""

    def applies(self, page: Page) -> bool:
        """Whether the section has something to say about the run."""

    def render(self, page: Page) -> Markup:
        """The section below its heading."""


SECTIONS: tuple[Section, ...] = (
    trial,
    entering,
    calendar,
    treatment,
    assumptions,
    one_trial,
    many_trials,
    exaggeration,
    analyses,
    size,
    missing,
    what_if,
    published,
    further,
    theory,
    failures,
    limits,
    checklists,
    reproduce,
)
"""A new section is a file and a line here."""
