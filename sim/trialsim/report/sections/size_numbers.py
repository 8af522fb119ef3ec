"""The sizes of a comparison, and from which of them on a power is reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialsim.plots.base.words import half_width
from trialsim.plots.numeric_axis import alike_but_for
from trialsim.plots.panel import MOST_FAILED
from trialsim.plots.varied_designs import VariedDesign, varied_designs
from trialsim.report.page import Page
from trialsim.report.values import Measures, Value
from trialsim.scenario.resolve import N_TOTAL


def sizes_of(page: Page) -> list[VariedDesign]:
    """The design points that differ from the trial as stated in nothing but their size, smallest
    first; nothing where it has only one."""
    cells = page.plan.cells
    alike = [
        row
        for row in varied_designs(page.run)
        if alike_but_for(N_TOTAL, cells[next(iter(row.cells.values()))], cells[0])
    ]
    by_size = {row.n_total: row for row in reversed(alike)}
    return [by_size[n] for n in sorted(by_size)] if len(by_size) > 1 else []


def measured(page: Page, row: VariedDesign, assumption: str) -> Measures | None:
    """Measures of the primary analysis and first contrast at a size; None where it was not
    simulated, or too many analyses failed."""
    if assumption not in row.cells:
        return None
    found = page.measures(row.cells[assumption], page.run.primary, page.contrasts[0])
    return found if found["failed"].value <= MOST_FAILED else None


def per_arm(row: VariedDesign) -> str:
    """Sizes of the arms: "65" where all are alike, else "65 and 64"."""
    first, *others = row.arms
    if all(n == first for n in others):
        return f"{first:,}"
    return " and ".join([", ".join(f"{n:,}" for n in row.arms[:-1]), f"{row.arms[-1]:,}"])


@dataclass(frozen=True)
class Reach:
    """From which of the listed sizes on a share of trials is significant."""

    target: float
    row: VariedDesign | None
    """The smallest listed size whose simulated share reaches it."""
    rate: Value
    """The share there, exact where theory gives it; at the largest size where none reaches it."""
    is_exact: bool
    others: tuple[int, ...] = ()
    """Listed sizes that might be the smallest as well: the Monte Carlo error of their shares does
    not tell them from the target."""
    perhaps_none: bool = False
    """Whether the share of no listed size is known to reach it, or to miss it."""


def reach(page: Page, rows: Sequence[VariedDesign], assumption: str, target: float) -> Reach | None:
    """The smallest of the sizes that reaches a share under an assumption: by theory where it is
    exact for all of them, else by simulation, with what the Monte Carlo error leaves open. None
    where nothing is known."""
    measures = [(row, measured(page, row, assumption)) for row in rows]
    found = [(row, one) for row, one in measures if one is not None]
    if not found:
        return None
    is_exact = all("theory_rejection_rate" in one for _, one in found)
    known = [
        (row, one["theory_rejection_rate" if is_exact else "rejection_rate"]) for row, one in found
    ]
    half = [0.0 if is_exact else half_width(rate.mcse, round(rate.n)) for _, rate in known]
    low = [rate.value - one for (_, rate), one in zip(known, half, strict=True)]
    high = [rate.value + one for (_, rate), one in zip(known, half, strict=True)]
    n = len(known)
    first = next((i for i in range(n) if known[i][1].value >= target), n)
    earliest = next((i for i in range(n) if high[i] >= target), n)
    surely = next((i for i in range(n) if low[i] >= target), n)
    possible = [i for i in range(earliest, min(surely, n - 1) + 1) if i != first]
    place = min(first, n - 1)
    return Reach(
        target,
        known[first][0] if first < n else None,
        known[place][1],
        is_exact,
        tuple(known[i][0].n_total for i in possible if high[i] >= target),
        surely == n and earliest < n,
    )
