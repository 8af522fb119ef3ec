"""What a comparison of sizes says in plain words, all of it from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from trialsim.plots.base.words import exact, number, per_100, quoted, supported
from trialsim.plots.effect import amount, effect_of
from trialsim.plots.numeric_axis import alike_but_for
from trialsim.plots.power_map_numbers import thinned
from trialsim.plots.varied_designs import VariedDesign
from trialsim.report.page import Page
from trialsim.report.sections.size_numbers import measured, per_arm, reach
from trialsim.report.values import UNKNOWN, Value
from trialsim.scenario.resolve import N_TOTAL

_APART = 3.0
"""Standard errors between two shares before they are told apart."""
_MOST_CHOICES = 12


@dataclass(frozen=True)
class Choice:
    """One size, for a reader who picks it."""

    title: str
    lead: str
    """What the lines are about, where the title is not printed."""
    is_stated: bool
    lines: tuple[str, ...]


def choices(page: Page, rows: Sequence[VariedDesign]) -> list[Choice]:
    """What to expect of each listed size, or of a dozen of them, this trial's included."""
    shown = thinned([row for row in rows if not row.is_stated], _MOST_CHOICES - 1)
    shown = sorted([*shown, *(row for row in rows if row.is_stated)], key=lambda row: row.n_total)
    return [_choice(page, row) for row in shown]


def _choice(page: Page, row: VariedDesign) -> Choice:
    lines = []
    for name in page.run.cells:
        found = measured(page, row, name)
        if found is None:
            continue
        rate, factor = found["rejection_rate"], found.get("type_m", UNKNOWN)
        count = per_100(rate.value, rate.mcse)
        if page.run.is_null(name):
            lines.append(f"Under {quoted(name)}, {count} raise a false alarm.")
            continue
        times = number(factor.value, supported(factor.mcse, 1)) if factor.value > 0 else ""
        more = f"; what they report is {times} times the truth on average" if times else ""
        lines.append(f"Under {quoted(name)}, {count} are significant{more}.")
    size, is_whole = per_arm(row), len(set(row.arms)) == 1
    who = f"{size} per arm" if is_whole else f"{size} in the arms"
    title = f"{who}, {row.n_total:,} in all{' (this trial)' if row.is_stated else ''}"
    lead = f"Of 100 trials with {who} and {row.n_total:,} participants in all:"
    return Choice(title, lead, row.is_stated, (*lines, *_precision(page, row)))


def _precision(page: Page, row: VariedDesign) -> list[str]:
    found = measured(page, row, page.run.under_an_effect)
    if found is None:
        return []
    unit = effect_of(page.run, page.run.primary).unit
    said = []
    for name, words in (
        ("mean_ci_width", "The interval reaches {} to either side of the estimate"),
        ("critical_estimate", "the smallest significant difference is {}"),
    ):
        value = found.get(name, UNKNOWN).times(0.5 if name == "mean_ci_width" else 1)
        if value.value == value.value:
            text = number(abs(value.value), supported(value.mcse, 2))
            said.append(words.format(amount(text, unit)))
    return [f"{'; '.join(said)}."] if said else []


def plain_words(page: Page, rows: Sequence[VariedDesign]) -> list[str]:
    """This trial beside the size that would be enough, with what that size is worth."""
    said = []
    unit = effect_of(page.run, page.run.primary).unit
    stated = next(row for row in rows if row.is_stated)
    for name in page.run.cells:
        found = measured(page, stated, name)
        reached = reach(page, rows, name, 0.8)
        if page.run.is_null(name) or found is None or reached is None:
            continue
        truth = amount(exact(float(f"{found['true_value'].value:.4g}")), unit)
        rate = found["rejection_rate"]
        here = f"{per_100(rate.value, rate.mcse)} of 100 trials of this size"
        if page.rule.null:
            here += " show non-inferiority"
        else:
            here += " find a difference"
        sentence = f"If the truth is {quoted(name)} ({truth}), {here}"
        if reached.row is None:
            more = f"; no listed size, up to {rows[-1].n_total:,}, brings it to 80"
        elif reached.row.is_stated:
            more = ", and no smaller listed size reaches 80"
        elif reached.row.n_total < stated.n_total:
            more = f"; {reached.row.n_total:,} participants already bring it to 80"
        else:
            more = f"; {reached.row.n_total:,} participants bring it to 80"
        said.append(f"{sentence}{more}.")
    return [*said, *_false_alarms(page, rows), *unprotected(page)]


def _false_alarms(page: Page, rows: Sequence[VariedDesign]) -> list[str]:
    """Sizes at which the test rejects more often than it may where there is nothing to find."""
    alpha = page.design.decision.alpha
    said = []
    for name in page.run.cells:
        if not page.run.is_null(name):
            continue
        too_many = [
            (row, rate)
            for row in rows
            if (found := measured(page, row, name)) is not None
            and (rate := found["rejection_rate"]).value - alpha > _APART * rate.mcse
        ]
        if too_many:
            row, rate = max(too_many, key=lambda one: one[1].value)
            many = f"{per_100(rate.value, rate.mcse)} of 100 trials raise a false alarm"
            said.append(
                f"Beware: with {row.n_total:,} participants {many} under {quoted(name)}, more than "
                f"the {100 * alpha:g} that the test allows. What it finds is not all power."
            )
    return said


def unprotected(page: Page) -> list[str]:
    """What no size protects against: each what_if of bias or of therapists whose false alarms,
    simulated here, do not go away with more participants."""
    alpha = page.design.decision.alpha
    said = []
    for what_if, changes in page.written.what_if.items():
        if not any(path.startswith(("bias", "conduct.therapists")) for path in changes):
            continue
        rates = _null_rates(page, what_if)
        if len(rates) < 2:
            continue
        (few, first), (many, last) = rates[0], rates[-1]
        if last.value - alpha <= _APART * last.mcse:
            continue
        shares = [per_100(one.value, one.mcse) for one in (first, last)]
        grows = last.value - first.value > _APART * hypot(first.mcse, last.mcse)
        more = "; more participants make it worse" if grows else ""
        said.append(
            f"With {quoted(what_if)}, {shares[0]} of 100 trials without any effect raise a false "
            f"alarm at {few:,} participants and {shares[1]} at {many:,}: no size protects against "
            f"it{more}."
        )
    return said


def _null_rates(page: Page, what_if: str) -> list[tuple[int, Value]]:
    """Sizes and false alarms under a what_if, all other varied values as stated."""
    nulls = [name for name in page.run.cells if page.run.is_null(name)]
    found = {}
    for index, cell in enumerate(page.plan.cells):
        design = page.plan.designs[cell.design]
        alike = alike_but_for(N_TOTAL, cell, page.plan.cells[0])
        if cell.what_if != what_if or cell.assumption not in nulls[:1] or not alike:
            continue
        if page.run.primary in design.analyses:
            measures = page.measures(index, page.run.primary, page.contrasts[0])
            found[design.n_total] = measures["rejection_rate"]
    return sorted(found.items())
