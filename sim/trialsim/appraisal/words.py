"""What an appraisal says in sentences, all of it from its numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator

from trialsim.appraisal.appraise import Appraisal
from trialsim.appraisal.credibility import ACCEPTED, Credibility
from trialsim.appraisal.fragile import Fragile
from trialsim.appraisal.imbalance import Imbalance
from trialsim.appraisal.numbers_needed import Needed
from trialsim.appraisal.siblings import Sibling
from trialsim.operating.rounding import p_text
from trialsim.plots.base.words import (
    counted,
    decimals_of,
    exact,
    listed,
    number,
    per_100,
    plain,
    quoted,
)
from trialsim.scenario.resolve import AS_STATED

RARE = 0.01
"""A result that fewer trials than this reach is not explained by chance under that truth."""

NO_POWER = (
    "It is left blank where a published difference is taken to be true: that would be observed "
    "power, which only repeats the p value."
)


def headline(found: Appraisal) -> str:
    """How many trials of 100 are at least as far out as the published result, by assumption."""
    stated = [one for one in found.of(found.result) if one.what_if == AS_STATED]
    first = stated[0]
    side = "or lower" if first.side < 0 else "or higher"
    parts = [
        f"{_frequency(one)} {'report ' + exact(first.estimate) + ' ' + side + ' ' if not i else ''}"
        f"under {quoted(one.assumption)}"
        for i, one in enumerate(stated)
    ]
    return f"Of 100 trials like this one, {'; '.join(parts)}."


def _frequency(one: Sibling) -> str:
    share, mcse = one.placement.share(one.side)
    if share == 0:
        return f"none (of {one.placement.n:,} simulated)"
    return per_100(share, mcse)


def beyond_chance(found: Appraisal) -> str:
    """That chance alone does not explain the result, where so few trials without an effect reach
    it; nothing elsewhere."""
    stated = [one for one in found.of(found.result) if one.what_if == AS_STATED and one.is_null]
    if not stated or stated[0].placement.share(stated[0].side)[0] >= RARE:
        return ""
    return (
        "Chance alone does not explain it: fewer than 1 of 100 unbiased trials without any effect "
        "come so far. Either the treatments differ, or something else moved the result, or both."
    )


def baseline(found: Imbalance, arm: str) -> str:
    """The imbalance that two published results imply, and how ordinary it is."""
    size = number(abs(found.implied.difference), 2)
    if found.arm_is_worse is None:
        return "The two published results imply arms that began alike."
    how = "worse" if found.arm_is_worse else "better"
    return (
        f"Together {quoted(found.implied.follow_up)} and {quoted(found.implied.change)} say that "
        f"{plain(arm)} began {size} {found.unit} {how}. Randomisation makes a difference at least "
        f"so large in {per_100(found.chance)} of 100 trials of this size."
    )


def repeat(found: Credibility) -> str:
    """The chance that an exact repeat is significant, for two prior beliefs."""
    return (
        f"An exact repeat of the trial would be significant in the same direction in "
        f"{per_100(found.repeat_flat)} of 100 if every effect was as likely before it, in "
        f"{per_100(found.repeat_in_general)} of 100 if it is a trial like others."
    )


def shrunk(found: Credibility) -> str:
    """What is left of the estimate, for a trial in general."""
    digits = 1
    low, high = (number(x, digits) for x in found.shrunk_interval)
    return (
        f"Among trials in general (median power {per_100(found.median_power)} of 100) an estimate "
        f"as many standard errors from 0 ({number(abs(found.z), 2)}) keeps "
        f"{number(found.shrinkage, 2)} of its size: {exact(found.estimate)} becomes "
        f"{number(found.shrunk, digits)} ({low} to {high})."
    )


def risk(found: Credibility) -> str:
    """The false-positive risk of the published p value, for the first stated belief."""
    one = found.beliefs[0]
    return (
        f"If {exact(100 * one.prior)} of 100 such treatments work and {exact(100 * one.power)} of "
        f"100 trials of them find it, {100 * one.below_alpha:.0f} of 100 results with "
        f"p < {exact(found.alpha)} are false alarms, and {_percent(one.at_p)} of results with "
        f"exactly {p_text(found.p_value, found.alpha)}. A risk of {100 * ACCEPTED:.0f}% takes the "
        f"belief that {_percent(one.prior_needed)} of such treatments work."
    )


def _percent(share: float) -> str:
    return f"{number(100 * share, decimals_of(100 * share))}%"


def needed(found: Needed) -> str:
    """A number needed to treat with its interval, and the counts behind it."""
    (a, b), (n1, n0) = found.events, found.n
    label = "reconstructed counts: " if found.is_reconstructed else ""
    text = (
        f"{plain(found.result)}: {label}{a:,} of {n1:,} with {plain(found.arm)}, {b:,} of {n0:,} "
        f"with {plain(found.comparator)}; {found.text}"
    )
    if found.told is not None:
        text += f"; the paper says {found.told:g}"
    return f"{text} (p = {found.p_value:.2g}, Fisher)"


def fragility(found: Fragile) -> str:
    """The index beside n and its dependence on it, or why there is none."""
    if found.index is None:
        reason = f"{found.refused[0].upper()}{found.refused[1:]}"
        return f"{plain(found.result)}: no fragility index. {reason}."
    sizes = [f"{one.index} with {one.per_arm:,}" for one in found.at_one_p]
    low, high = (f(one.p_value for one in found.at_one_p) for f in (min, max))
    label = " (reconstructed counts)" if found.is_reconstructed else ""
    return (
        f"{plain(found.result)}{label}: {found.index} with {counted(sum(found.n), 'patient')}, "
        f"p = {found.p_value:.2g}. The index mostly says how large a trial is: at one p value "
        f"({low:.1g} to {high:.1g}) it is {listed(sizes)} an arm."
    )


def cut_lesson(found: Appraisal) -> str:
    """That the number needed moves with the cut though everybody gains the same."""
    table = found.by_cut
    if table is None or len(table.cuts) < 2:
        return ""
    first, last = table.cuts[0], table.cuts[-1]
    return (
        f"If the score of everybody moved by {exact(table.shift)}, {number(first.normal, 1)} would "
        f"be treated for one more to pass {exact(first.cut)} and {_needed(last.normal)} for one "
        f"more to pass {exact(last.cut)}: the number is about the cut, not about how many gain."
    )


def _needed(value: float) -> str:
    if not math.isfinite(value):
        return "infinitely many"
    return number(value, 0 if value >= 9.95 else 1)


def contradiction_lines(found: Appraisal) -> Iterator[str]:
    """A line a contradiction."""
    for one in found.contradictions:
        names = listed([plain(name) for name in one.results])
        yield f"{names}: {one.text}."


def not_compared(found: Appraisal) -> str:
    """Said where nothing was found not to fit."""
    n = len(found.recovered)
    return (
        "Nothing was found that does not fit together "
        f"({counted(n, 'interval')} recomputed; rounding allowed for)."
    )
