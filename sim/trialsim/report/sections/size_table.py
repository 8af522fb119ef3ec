"""Tables of a comparison of sizes: every size under every truth, and where powers are reached."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from trialsim.operating.rounding import NOT_DEFINED, round_to_error
from trialsim.plots.base.words import plain
from trialsim.plots.varied_designs import VariedDesign
from trialsim.report.page import Page
from trialsim.report.sections.size_numbers import Reach, measured, per_arm, reach
from trialsim.report.tables import Table, exactly
from trialsim.report.values import UNKNOWN, Measures

TARGETS = (0.8, 0.9)
"""Powers that trials are planned for."""

_WIDE = 3
"""Assumptions that stand side by side with both of their numbers on one line."""


def by_truth(page: Page, rows: Sequence[VariedDesign]) -> Table:
    """A row a size, a column an assumption: significant and exaggeration, then the half-width."""
    names = list(page.run.cells)
    head = ["Per arm", "Participants", *(f"If “{plain(name)}”" for name in names)]
    body = []
    for row in rows:
        found = [measured(page, row, name) for name in names]
        mark = "*" if row.is_stated else ""
        cells = [_rate(one, is_narrow=len(names) > _WIDE) for one in found]
        body.append([per_arm(row), f"{row.n_total:,}{mark}", *cells, _half_width(found)])
    return Table(
        "sizes",
        f"Significant trials and their exaggeration, {page.replicates:,} simulated trials a size",
        [*head, "Interval half-width"],
        [("", body)],
        "* This trial. In brackets: Monte Carlo standard error; for a share of exactly 0 or 100%, "
        "the far end of its 95% interval. ×: mean size of significant estimates over the true "
        "size, with the digits that its error supports. Half-width: under the assumption where it "
        "is widest.",
    )


def _rate(found: Measures | None, *, is_narrow: bool) -> str:
    """ "36.1% (0.5) ×1.62", on two lines where columns are many."""
    if found is None:
        return NOT_DEFINED
    factor = found.get("type_m", UNKNOWN)
    said = round_to_error(factor.value, factor.mcse)
    share = found["rejection_rate"].share
    if said == NOT_DEFINED:
        return share
    return Markup(f"{share}<br>×{said}") if is_narrow else f"{share} ×{said}"


def _half_width(found: Sequence[Measures | None]) -> str:
    widths = [one["mean_ci_width"] for one in found if one is not None]
    known = [one for one in widths if one.value == one.value]
    return max(known, key=lambda one: one.value).times(0.5).text if known else NOT_DEFINED


def where_reached(page: Page, rows: Sequence[VariedDesign]) -> Table | None:
    """For every effect, the smallest listed size with 80 and with 90 of 100 trials significant;
    None without an effect."""
    body = []
    for name in page.run.cells:
        if page.run.is_null(name):
            continue
        cells = []
        for target in TARGETS:
            found = reach(page, rows, name, target)
            cells += [NOT_DEFINED] * 2 if found is None else _reached(rows, found)
        body.append([plain(name), exactly(page.run.measure(name, "true_value")), *cells])
    if not body:
        return None
    head = ["If this is the truth", "True difference"]
    for target in TARGETS:
        head += [f"{100 * target:.0f} of 100 from", "there"]
    return Table(
        "reached",
        "The smallest of the listed sizes that reaches 80 and 90 of 100 significant trials",
        head,
        [("", body)],
        "Participants in all arms together; there: the share at that size, or at the largest where "
        "none is enough, with its Monte Carlo standard error unless theory gives it exactly. "
        "Perhaps: sizes that the Monte Carlo error does not tell from the target, so that one of "
        "them may be the smallest. Sizes that were not listed were not simulated: a smaller one "
        "between two of these may do.",
    )


def _reached(rows: Sequence[VariedDesign], found: Reach) -> list[str]:
    others = [f"{n:,}" for n in found.others]
    if found.perhaps_none:
        others.append("more")
    perhaps = f" (perhaps {' or '.join(others)})" if others else ""
    share = f"exactly {100 * found.rate.value:.1f}%" if found.is_exact else found.rate.share
    if found.row is None:
        return [f"more than {rows[-1].n_total:,}{perhaps}", share]
    return [f"{found.row.n_total:,}{perhaps}", share]
