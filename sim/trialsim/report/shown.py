"""A figure as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from trialsim.plots.base.figure import Drawn
from trialsim.report.svg import inline
from trialsim.report.tables import Table, numbers_of


@dataclass(frozen=True)
class Shown:
    """A figure with what belongs to it on a page."""

    name: str
    """File name without its ending."""
    svg: Markup
    takeaway: str
    caption: str
    table: Table
    """The numbers behind it."""

    @staticmethod
    def of(drawn: Drawn, svg: str) -> Shown:
        """A figure and the SVG that was saved of it."""
        return Shown(
            drawn.name,
            inline(svg, drawn.name, drawn.alt or drawn.takeaway),
            drawn.takeaway,
            drawn.caption,
            numbers_of(drawn.name, drawn.takeaway, drawn.numbers),
        )
