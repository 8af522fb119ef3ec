"""The tables of published results among their siblings."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from trialsim.appraisal.appraise import Appraisal
from trialsim.appraisal.siblings import Measured, Sibling
from trialsim.appraisal.tables import named
from trialsim.appraisal.words import NO_POWER
from trialsim.operating.rounding import NOT_DEFINED, share_text, value_text
from trialsim.plots.base.words import exact, plain
from trialsim.report.tables import Table
from trialsim.scenario.resolve import AS_STATED

_COUNTED_ENOUGH = 0.01
"""Relative likelihoods below it are told as one in so many."""

PLACED_HEAD = (
    "If this is the truth",
    "As low or lower",
    "As high or higher",
    "Relative likelihood",
)
ERRORS_HEAD = (
    "If this is the truth",
    "Power",
    "False alarms",
    "Exaggeration",
    "Wrong sign",
    "Smallest significant",
    "Interval holds truth",
)

PLACED_NOTE = (
    "Shares of simulated trials; in brackets their Monte Carlo standard error. Relative "
    "likelihood: density of simulated estimates at the published one, as a part of that of the "
    "truth under which it is likeliest. Simulated trials within half a standard error are counted; "
    "where fewer than 30 are so near (*) the normal law is continued."
)
ERRORS_NOTE = (
    "Power: share significant where something differs; where nothing does, these are false alarms. "
    f"{NO_POWER} Exaggeration: mean size of significant estimates over the true size. Smallest "
    "significant: mean over trials, about half the width of an interval. Interval holds truth: of "
    "the treatment's own effect."
)


def placed(found: Appraisal, result: str) -> Table:
    """Where one published result falls in every cell, a group a set of changes."""
    every = found.of(result)
    first = every[0]
    return Table(
        f"placed-{result}",
        f"{named(result, first.status)}: {exact(first.estimate)} by {plain(first.analysis)}",
        PLACED_HEAD,
        _groups(every, _placed_row),
        PLACED_NOTE,
        is_text=True,
    )


def errors(found: Appraisal, result: str) -> Table:
    """What trials report by the analysis of one published result, in every cell."""
    every = found.of(result)
    return Table(
        f"errors-{result}",
        f"What such trials report by {plain(every[0].analysis)}",
        ERRORS_HEAD,
        _groups(every, _errors_row),
        ERRORS_NOTE,
        is_text=True,
    )


def _groups(
    every: Sequence[Sibling], row: Callable[[Sibling], list[str]]
) -> list[tuple[str, list[list[str]]]]:
    """Rows by set of changes."""
    return [
        (_changes(what_if), [row(one) for one in every if one.what_if == what_if])
        for what_if in dict.fromkeys(one.what_if for one in every)
    ]


def _truth(one: Sibling) -> str:
    return f"{plain(one.assumption)} ({exact(one.truth)})"


def _placed_row(one: Sibling) -> list[str]:
    mark = "*" if one.likelihood.method == "normal law" else ""
    return [_truth(one), _placed(one, -1), _placed(one, 1), _relative(one.relative, mark)]


def _errors_row(one: Sibling) -> list[str]:
    return [
        _truth(one),
        *significant(one),
        _factor(one),
        NOT_DEFINED if one.is_published else share_text(*_triple(one.type_s)),
        value_text(abs(one.critical.value), one.critical.mcse),
        share_text(*_triple(one.coverage)),
    ]


def _changes(what_if: str) -> str:
    return "as stated" if what_if == AS_STATED else f"with {plain(what_if)}"


def _placed(one: Sibling, side: int) -> str:
    share, mcse = one.placement.share(side)
    return share_text(share, mcse, one.placement.n)


def _triple(one: Measured) -> tuple[float, float, int]:
    return one.value, one.mcse, one.n


def significant(one: Sibling) -> tuple[str, str]:
    """Power, and false alarms: share significant in the column that the truth allows."""
    share = share_text(*_triple(one.significant))
    if one.is_null:
        return NOT_DEFINED, share
    return NOT_DEFINED if one.is_published else share, NOT_DEFINED


def _factor(one: Sibling) -> str:
    if one.is_published or math.isnan(one.type_m.value):
        return NOT_DEFINED
    return f"×{value_text(one.type_m.value, one.type_m.mcse)}"


def _relative(one: Measured, mark: str) -> str:
    if math.isnan(one.value):
        return NOT_DEFINED
    if one.mcse == 0 and one.value == 1:
        return "1"
    if one.value >= _COUNTED_ENOUGH:
        return f"{value_text(one.value, one.mcse)}{mark}"
    if one.value < 1e-12:
        return f"below 1 in a million million{mark}"
    inverse = 1 / one.value
    shown = round(inverse, 1 - math.floor(math.log10(inverse)))
    return f"1 in {shown:,.0f} (±{100 * one.mcse / one.value:.0f}%){mark}"


def jointly(found: Appraisal) -> Table | None:
    """Two results of one trial as a pair, in every cell."""
    pair = found.imbalance
    if pair is None or not found.jointly:
        return None
    groups = []
    for what_if in dict.fromkeys(one.what_if for one in found.jointly):
        rows = [
            [
                plain(one.assumption),
                *(share_text(*one.placement.share(side), one.placement.n) for side in (-1, 1)),
                _relative(one.relative, ""),
            ]
            for one in found.jointly
            if one.what_if == what_if
        ]
        groups.append((_changes(what_if), rows))
    implied = pair.implied
    return Table(
        "jointly",
        f"{plain(implied.follow_up)} and {plain(implied.change)} as one pair",
        PLACED_HEAD,
        groups,
        "Shares: of trials, all moved to the difference at baseline that the pair implies. "
        "Relative likelihood: by a normal law of both estimates; its error by leaving out "
        "twentieths of the trials in turn.",
        is_text=True,
    )


def order(found: Appraisal) -> Sequence[str]:
    """Published results that are placed, in the order written."""
    return list(dict.fromkeys(one.result for one in found.siblings))
