"""Where a published estimate falls among the estimates of simulated trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Plan, Series
from trialsim.core.records import COLUMNS
from trialsim.operating.rounding import share_text
from trialsim.scenario.keys.published import Published


@dataclass(frozen=True)
class Placement:
    """Shares of simulated trials on each side of a published estimate."""

    n: int
    """Trials with an estimate."""
    at_or_below: int
    """Trials with an estimate as low as the published one, or lower."""
    at_or_above: int
    """Trials with an estimate as high as the published one, or higher."""

    def share(self, side: int) -> tuple[float, float]:
        """Share of trials at or beyond the published value, and its Monte Carlo error.

        `side` -1 counts lower estimates, +1 higher ones.
        """
        if self.n == 0:
            return float("nan"), float("nan")
        share = (self.at_or_below if side < 0 else self.at_or_above) / self.n
        return share, float(np.sqrt(share * (1 - share) / self.n))


def place(estimate: FloatArray, published: float) -> Placement:
    """Count the estimates (r,) on each side of `published`; failed analyses are left out."""
    found = estimate[np.isfinite(estimate)]
    return Placement(len(found), int(np.sum(found <= published)), int(np.sum(found >= published)))


@dataclass(frozen=True)
class PlacedResult:
    """A published estimate among the trials of the design as stated."""

    name: str
    result: Published
    analysis: str
    """The analysis that the paper used for it."""
    contrast: str
    estimate: float
    placements: Mapping[str, Placement]
    """By assumption."""

    def as_far(self, assumption: str) -> str:
        """Share of trials at least as far from 0, on the same side, as a table shows it."""
        placement = self.placements[assumption]
        share, mcse = placement.share(-1 if self.estimate < 0 else 1)
        return f"none of {placement.n:,}" if share == 0 else share_text(share, mcse, placement.n)


def published_among(
    published: Mapping[str, Published], plan: Plan, results: FloatArray
) -> Iterator[PlacedResult]:
    """Every published estimate that names an analysis, placed in results (series, column, r)."""
    design = plan.designs[0]
    rows = {series: row for row, series in enumerate(plan.series())}
    cells = {cell.assumption: i for i, cell in enumerate(plan.cells) if cell.design == 0}
    column = COLUMNS.index("estimate")
    for name, result in published.items():
        if result.analysis is None or result.estimate is None:
            continue  # counts of events, kept for the reader
        contrast = result.contrast or design.contrasts_of(result.analysis)[0]
        placements = {
            assumption: place(
                results[rows[Series(cell, result.analysis, contrast)], column], result.estimate
            )
            for assumption, cell in cells.items()
        }
        yield PlacedResult(name, result, result.analysis, contrast, result.estimate, placements)
