"""The first thing on the page: how many of 100 trials, and the four numbers that go with it."""

from __future__ import annotations

from dataclasses import dataclass

from trialsim.core.plan import Cell
from trialsim.plots.base.words import exact, number, per_100, quoted, supported
from trialsim.plots.effect import amount, effect_of
from trialsim.plots.panel import MOST_FAILED
from trialsim.report.page import Page
from trialsim.report.tables import FOUR, HOW_TO_READ, Table, four
from trialsim.report.values import Measures
from trialsim.report.what_ifs import large_changes

_MOST_NAMED = 4
"""Assumptions that the sentence names; of more it gives the range."""

_EXAGGERATES = 1.1


@dataclass(frozen=True)
class Headline:
    """What a reader takes away who reads nothing else."""

    sentences: tuple[str, ...]
    """One for each comparison of the primary analysis."""
    warning: str
    """What a significant trial would report too much, or nothing."""
    what_if: tuple[str, ...]
    """What changes of the trial would do to its errors, where they would do much."""
    table: Table


def headline(page: Page) -> Headline:
    """The headline of a run, all of it from its numbers."""
    several = len(page.contrasts) > 1
    sentences = []
    for contrast in page.contrasts:
        sentence = _sentence(page, contrast)
        if several:
            sentence = f"{page.contrast_label(contrast)}: {sentence}"
        sentences.append(f"{sentence[:1].upper()}{sentence[1:]}")
    return Headline(tuple(sentences), _warning(page), large_changes(page), _table(page))


def _sentence(page: Page, contrast: str) -> str:
    found = [(name, _of(page, name, contrast)) for name in page.run.cells]
    sound = [(name, m) for name, m in found if m["failed"].value <= MOST_FAILED]
    effects = [(name, m) for name, m in sound if not _is_null(page, m)]
    nulls = [(name, m) for name, m in sound if _is_null(page, m)]
    if len(effects) > _MOST_NAMED:
        effects = sorted(effects, key=lambda one: one[1]["rejection_rate"].value)
        effects = [effects[0], effects[-1]]
        joint = " to "
    else:
        joint = "; "
    reach = f"of 100 trials like this one {success(page)} "
    said = [
        f"{_count(m)} {'' if place else reach}under {quoted(name)}"
        for place, (name, m) in enumerate(effects)
    ]
    parts = [joint.join(said)] if said else []
    for name, m in nulls:
        what = "false alarm" if _count(m) == "1" else "false alarms"
        trials = "of 100" if effects else "of 100 trials like this one"
        parts.append(f"{_count(m)} {what} {trials} under {quoted(name)}")
    for name, m in found:
        if m["failed"].value > MOST_FAILED:
            share = per_100(m["failed"].value, m["failed"].mcse)
            parts.append(f"the analysis fails in {share} of 100 trials under {quoted(name)}")
    return f"{'; '.join(parts)}."


def success(page: Page) -> str:
    """What a trial does that rejects what it tests."""
    if page.rule.null:
        return "show non-inferiority"
    # The three signs of p < 0.05 stay on one line.
    return f"reach p\u00a0<\u00a0{page.rule.alpha:g}"


def _of(page: Page, assumption: str, contrast: str) -> Measures:
    return page.measures(page.run.cells[assumption], page.run.primary, contrast)


def _is_null(page: Page, measures: Measures) -> bool:
    """Whether what is tested is true, so that a rejection is a false alarm."""
    return page.rule.null_is_true(measures["true_value"].value)


def _count(measures: Measures) -> str:
    return per_100(measures["rejection_rate"].value, measures["rejection_rate"].mcse)


def _warning(page: Page) -> str:
    """The weakest effect whose significant trials overstate it."""
    if page.rule.null:
        return ""  # nobody reads the size of an effect from a test against a margin
    contrast = page.contrasts[0]
    told = []
    for name in page.run.cells:
        m = _of(page, name, contrast)
        factor = m.get("type_m")
        if factor is not None and factor.value >= _EXAGGERATES and m["failed"].value <= MOST_FAILED:
            told.append((m["rejection_rate"].value, name, m))
    if not told:
        return ""
    _, name, m = min(told, key=lambda one: one[0])
    truth, factor = m["true_value"].value, m["type_m"]
    size = number(abs(truth) * factor.value, supported(abs(truth) * factor.mcse, 2))
    unit = effect_of(page.run, page.run.primary).unit
    of = f" ({page.contrast_label(contrast)})" if len(page.contrasts) > 1 else ""
    return (
        f"Under {quoted(name)} the true difference{of} is {amount(exact(abs(truth)), unit)}; the "
        f"trials that reach significance report {size} on average, "
        f"{number(factor.value, supported(factor.mcse, 2))} times the truth."
    )


def _table(page: Page) -> Table:
    cells: list[tuple[int, Cell]] = [(i, page.plan.cells[i]) for i in page.run.cells.values()]
    groups = []
    for contrast in page.contrasts:
        rows = [
            [cell.assumption.replace("_", " "), *four(page.measures(i, page.run.primary, contrast))]
            for i, cell in cells
        ]
        heading = page.contrast_label(contrast) if len(page.contrasts) > 1 else ""
        groups.append((heading, rows))
    return Table(
        "four",
        f"Four numbers together: primary analysis, {page.design.n_total:,} participants, "
        f"{page.replicates:,} simulated trials under each assumption; truth and half-width in "
        f"{effect_of(page.run, page.run.primary).unit}",
        ["If this is the truth", *FOUR],
        groups,
        HOW_TO_READ,
    )
