"""What a change of the trial does to it, in sentences: false alarms, power, honest intervals."""

from __future__ import annotations

from math import hypot, nan

from trialsim.plots.base.words import listed, per_100, quoted
from trialsim.plots.panel import MOST_FAILED
from trialsim.report.page import Page
from trialsim.report.values import Measures, Value
from trialsim.scenario.resolve import AS_STATED

_APART = 3.0
"""Standard errors between two shares before they are told apart. The trials share their patients,
so this errs on the side of saying nothing."""

_MUCH = 0.05
"""A change of a share that stands at the top of the page."""


def lessons(page: Page, what_if: str) -> list[str]:
    """What one set of changes does under every assumption, for the first comparison of the primary
    analysis, with the design as stated."""
    said = []
    for assumption, stated, changed in _pairs(page, what_if):
        is_null = page.rule.null_is_true(stated["true_value"].value)
        word = "false alarms" if is_null else "significant"
        if not is_null and page.rule.null:
            word = "showing non-inferiority"
        rate = _said(stated["rejection_rate"], changed["rejection_rate"], f"of 100 {word}")
        held = _said(stated["coverage"], changed["coverage"], "of 100 trials")
        told = f"{rate}, and the interval holds the truth in {held}"
        said.append(f"{quoted(what_if)} under {quoted(assumption)}: {told}.")
    return said


def large_changes(page: Page) -> tuple[str, ...]:
    """A sentence for each set of changes that moves false alarms, or the share of intervals that
    hold the truth, by more than chance and by 5 of 100 trials or more."""
    found = []
    for what_if in page.written.what_if:
        parts = []
        for assumption, stated, changed in _pairs(page, what_if):
            if not page.rule.null_is_true(stated["true_value"].value):
                continue
            rates = stated["rejection_rate"], changed["rejection_rate"]
            if _differ(*rates) and abs(rates[1].value - rates[0].value) >= _MUCH:
                before, after = (per_100(one.value, one.mcse) for one in rates)
                parts.append(
                    f"{after} false alarms of 100 instead of {before} under {quoted(assumption)}"
                )
        if parts:
            found.append(f"With {quoted(what_if)}, {listed(parts)}.")
    return tuple(found)


def _pairs(page: Page, what_if: str) -> list[tuple[str, Measures, Measures]]:
    """Assumption, measures of the trial as stated, and those of the changed trial; without those
    whose analyses failed too often to be compared."""
    stated = page.plan.cells[0].varied
    found = []
    for index, cell in enumerate(page.plan.cells):
        if cell.what_if != what_if or cell.what_if == AS_STATED or cell.varied != stated:
            continue
        design = page.plan.designs[cell.design]
        if page.run.primary not in design.analyses or cell.assumption not in page.run.cells:
            continue
        contrast = page.contrasts[0]
        if contrast not in design.contrasts_of(page.run.primary):
            continue
        before = page.measures(page.run.cells[cell.assumption], page.run.primary, contrast)
        after = page.measures(index, page.run.primary, contrast)
        if max(before["failed"].value, after["failed"].value) <= MOST_FAILED:
            found.append((cell.assumption, before, after))
    return found


def _said(before: Value, after: Value, what: str) -> str:
    """ "32 of 100 false alarms instead of 4", or that nothing moved."""
    shares = [per_100(one.value, one.mcse) for one in (after, before)]
    if not _differ(before, after) or shares[0] == shares[1]:
        return f"{shares[0]} {what} (no clear change)"
    return f"{shares[0]} {what} instead of {shares[1]}"


def _differ(before: Value, after: Value) -> bool:
    error = hypot(before.mcse, after.mcse)
    return abs(after.value - before.value) > _APART * (error or nan)
