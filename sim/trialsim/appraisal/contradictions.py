"""Reported numbers that do not fit together, after what rounding can explain."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scipy import special

from trialsim.analysis.ancova import Ancova
from trialsim.analysis.change_score import ChangeScore
from trialsim.analysis.t_test import TTest
from trialsim.appraisal.reported import (
    Recovered,
    events_of,
    is_of_means,
    recover_published,
    rounding,
    sizes_of,
)
from trialsim.core.plan import Design
from trialsim.plots.base.words import exact, number, plain, quoted
from trialsim.scenario.keys.published import Published

RARELY = 0.001
"""A difference at baseline that randomisation makes less often than this does not fit it."""

_SLACK = 1e-9
"""Float noise is no contradiction."""


@dataclass(frozen=True)
class Contradiction:
    """Two reported numbers that cannot both be right, or one that cannot be."""

    results: tuple[str, ...]
    """Names in `published:`."""
    kind: str
    text: str


@dataclass(frozen=True)
class Implied:
    """The difference at baseline that a follow-up and a change result of one score imply."""

    follow_up: str
    change: str
    """Names in `published:`."""
    difference: float
    """Follow-up estimate less that of change: arm minus comparator, before treatment."""
    slack: float
    """How far rounding lets it lie on either side."""
    outcome: str
    visit: str
    from_visit: str
    contrast: str


def contradictions(published: Mapping[str, Published], design: Design) -> tuple[Contradiction, ...]:
    """Whatever does not fit together among published results; nothing where all fits."""
    found: list[Contradiction] = []
    for name, result in published.items():
        found += _of_interval(name, result, design)
        found += _of_p_value(name, result, design)
        found += _of_scale(name, result, design)
        found += _of_events(name, result, design)
    for implied in implied_differences(published, design):
        found += _of_baseline(implied, published, design)
    return tuple(found)


def implied_differences(published: Mapping[str, Published], design: Design) -> Iterator[Implied]:
    """Every pair of a follow-up and a change result of one score, visit and contrast."""
    placed = list(_estimates(published, design))
    for first, post, method in placed:
        for second, change, other in placed:
            if not (isinstance(method, TTest) and isinstance(other, ChangeScore)):
                continue
            same = (method.outcome, method.visit) == (other.outcome, other.visit)
            contrasts = [_contrast(one, design) for one in (post, change)]
            if same and contrasts[0] == contrasts[1] and other.from_visit == design.baseline:
                a, b = float(post.estimate or 0.0), float(change.estimate or 0.0)
                slack = rounding(a) + rounding(b)
                # As the two are rounded: 3.8 and 4.64 differ by 0.84, not by 0.8399999.
                difference = round(a - b, 9)
                yield Implied(
                    first, second, difference, slack,
                    method.outcome, method.visit, other.from_visit, contrasts[0],
                )  # fmt: skip


def _estimates(
    published: Mapping[str, Published], design: Design
) -> Iterator[tuple[str, Published, object]]:
    for name, result in published.items():
        if result.analysis is not None and result.estimate is not None:
            yield name, result, design.analyses[result.analysis]


def _contrast(result: Published, design: Design) -> str:
    return result.contrast or design.contrasts_of(str(result.analysis))[0]


def _of_interval(name: str, result: Published, design: Design) -> Iterator[Contradiction]:
    if result.estimate is None or result.interval is None or result.analysis is None:
        return
    (lower, upper), estimate = result.interval, result.estimate
    said = f"{exact(lower)} to {exact(upper)}"
    if not lower <= estimate <= upper:
        text = f"the estimate {exact(estimate)} lies outside its interval, {said}"
        yield Contradiction((name,), "estimate outside its interval", text)
        return
    if not is_of_means(design.analyses[result.analysis]):
        return  # intervals of shares and ratios need not be symmetric
    middle = (lower + upper) / 2
    slack = rounding(estimate) + (rounding(lower) + rounding(upper)) / 2
    if abs(estimate - middle) > slack + _SLACK:
        text = (
            f"the interval {said} of a mean difference has {exact(round(middle, 9))} in its "
            f"middle, and the estimate is {exact(estimate)}"
        )
        if lower * upper > 0 and abs(abs(estimate) - math.sqrt(lower * upper)) <= slack:
            text += "; it is in the middle on a scale of logarithms, like the interval of a ratio"
        yield Contradiction((name,), "asymmetric interval", text)


def _of_p_value(name: str, result: Published, design: Design) -> Iterator[Contradiction]:
    found = recover_published(name, result, design)
    if found is None:
        return
    computed = f"recomputed from the interval it is {_p_range(found)}"
    told, below = result.p_value, result.p_below
    if told is not None:
        slack = rounding(told)
        if told + slack < found.p_value.low or told - slack > found.p_value.high:
            yield Contradiction(
                (name,), "p value against interval", f"p is reported as {told:g}; {computed}"
            )
    if below is not None and found.p_value.low >= below:
        yield Contradiction(
            (name,), "p value against interval", f"p is reported below {below:g}; {computed}"
        )


def _p_range(found: Recovered) -> str:
    low, high = f"{found.p_value.low:.1g}", f"{found.p_value.high:.1g}"
    return low if low == high else f"{low} to {high}"


def _of_scale(name: str, result: Published, design: Design) -> Iterator[Contradiction]:
    """Differences and SDs that scores between limits cannot have."""
    if result.analysis is None or result.estimate is None:
        return
    method = design.analyses[result.analysis]
    limits = design.outcomes[method.outcome].limits
    if limits is None or not is_of_means(method) or not all(map(math.isfinite, limits)):
        return
    width = limits[1] - limits[0]
    if abs(result.estimate) > width:
        text = f"a difference of {exact(result.estimate)} on a scale {exact(width)} wide"
        yield Contradiction((name,), "difference beyond the scale", text)
    found = recover_published(name, result, design)
    # Half of the width, reached when everybody has the lowest or the highest score.
    most = (width if isinstance(method, ChangeScore) else width / 2) * 1.02
    if found is not None and found.sd.low > most:
        text = (
            f"the interval asks for an SD of {number(found.sd.value, 1)}, and scores between "
            f"{exact(limits[0])} and {exact(limits[1])} have at most {exact(most / 1.02)}"
        )
        yield Contradiction((name,), "SD beyond the scale", text)


def _of_events(name: str, result: Published, design: Design) -> Iterator[Contradiction]:
    for arm, (events, n) in (result.events or {}).items():
        planned = design.arms.get(arm)
        if events > n:
            text = f"{events:,} events among {n:,} patients of {plain(arm)}"
            yield Contradiction((name,), "more events than patients", text)
        if planned is not None and n > planned:
            text = f"{n:,} patients of {plain(arm)} are counted, and {planned:,} were randomised"
            yield Contradiction((name,), "more patients than randomised", text)
    told = result.needed_to_treat
    pair = event_pair(result, design)
    if told is None or pair is None:
        return
    counted = events_of(result, pair)
    assert counted is not None
    events1, n1, events0, n0 = counted
    if events1 > n1 or events0 > n0:
        return
    difference = abs(events1 / n1 - events0 / n0)
    found = 1 / difference if difference else math.inf
    if abs(found - told) > rounding(told) + _SLACK and math.ceil(found) != told:
        counts = f"{events1:,} of {n1:,} and {events0:,} of {n0:,}"
        shown = "infinitely many" if math.isinf(found) else number(found, 1)
        text = f"the number needed to treat is reported as {told:g}; {counts} give {shown}"
        yield Contradiction((name,), "number needed to treat against events", text)


def event_pair(result: Published, design: Design) -> tuple[str, str] | None:
    """Arm and comparator of reported events: those of its contrast, else of the first that has
    both."""
    pairs = [design.contrasts[result.contrast]] if result.contrast else design.contrasts.values()
    return next((pair for pair in pairs if events_of(result, pair) is not None), None)


def _of_baseline(
    implied: Implied, published: Mapping[str, Published], design: Design
) -> Iterator[Contradiction]:
    """A difference at baseline that randomisation does not make, SDs that no correlation joins,
    and an adjusted result that is not between the other two."""
    names = (implied.follow_up, implied.change)
    outcome, visits = design.outcomes[implied.outcome], list(design.visits)
    sd = outcome.at(outcome.sd, visits.index(implied.from_visit))
    n = sizes_of(design, implied.contrast)
    error = sd * math.sqrt(1 / n[0] + 1 / n[1])
    least = max(abs(implied.difference) - implied.slack, 0.0)
    chance = 2 * float(special.ndtr(-least / error))
    if chance < RARELY:
        text = (
            f"together they say that the arms differed by {exact(implied.difference)} "
            f"{outcome.unit} before treatment; with an SD of {exact(sd)} (assumed) randomisation "
            f"does that in {chance:.1g} of trials"
        )
        yield Contradiction(names, "impossible difference at baseline", text)
    found = [recover_published(name, published[name], design) for name in names]
    if all(found):
        post, change = (one.sd for one in found if one is not None)
        if change.high < abs(sd - post.low) and change.high < abs(sd - post.high):
            joined = f"less than {number(abs(sd - post.value), 1)}"
            yield _sds(names, sd, post.value, change.value, joined)
        elif change.low > sd + post.high:
            joined = f"more than {number(sd + post.value, 1)}"
            yield _sds(names, sd, post.value, change.value, joined)
    yield from _adjusted_outside(implied, published, design)


def _sds(
    names: tuple[str, ...], before: float, after: float, change: float, joined: str
) -> Contradiction:
    text = (
        f"the SD of change is {number(change, 1)}: with {exact(before)} before (assumed) and "
        f"{number(after, 1)} after, {joined} is impossible whatever the correlation"
    )
    return Contradiction(names, "SDs that no correlation joins", text)


def _adjusted_outside(
    implied: Implied, published: Mapping[str, Published], design: Design
) -> Iterator[Contradiction]:
    ends = [float(published[name].estimate or 0.0) for name in (implied.follow_up, implied.change)]
    for name, result, method in _estimates(published, design):
        if not isinstance(method, Ancova) or method.adjust != (design.baseline,):
            continue
        same = (method.outcome, method.visit) == (implied.outcome, implied.visit)
        if not same or _contrast(result, design) != implied.contrast or result.estimate is None:
            continue
        slack = rounding(result.estimate) + implied.slack
        if not min(ends) - slack <= result.estimate <= max(ends) + slack:
            text = (
                f"adjusted for baseline the estimate is {exact(result.estimate)}, not between "
                f"{exact(ends[0])} ({quoted(implied.follow_up)}) and {exact(ends[1])} "
                f"({quoted(implied.change)}), as slopes between 0 and 1 would have it"
            )
            yield Contradiction((name,), "adjusted estimate outside the others", text)
