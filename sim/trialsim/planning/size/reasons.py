"""Why no size, effect or other number reaches what was asked."""

from __future__ import annotations

import math

from trialsim.operating.rounding import share_text, value_text
from trialsim.planning.size.criteria import Criterion
from trialsim.planning.size.dial import Turned
from trialsim.planning.size.points import EFFECT, Points
from trialsim.planning.size.search import Missed, Tried
from trialsim.scenario._words import plain
from trialsim.scenario.resolve import N_TOTAL


def nothing_to_find(points: Points, truth: float) -> str | None:
    """What is wrong with asking for power where every rejection is a false alarm."""
    if not points.rule.null_is_true(truth):
        return None
    if points.rule.sides == 1 and truth:
        return (
            f"Under {points.assumption} the true difference is {truth:.4g}, on the wrong side of "
            f"what {points.analysis} tests ({points.rule.null:.4g}): more patients only make a "
            "rejection rarer. Name another assumption (--assumption)."
        )
    return (
        f"Under {points.assumption} there is nothing that {points.analysis} could find: every "
        f"rejection is a false alarm, {points.rule.alpha:g} of them at any size. Name an "
        "assumption with an effect (--assumption)."
    )


def why_missed(points: Points, criterion: Criterion, on: Turned, missed: Missed) -> str:
    """A sentence or two on what was tried, how far it got, and what stands in the way."""
    tried = [one for one in missed.tried if one.n_used]
    wanted = f"{_named(criterion)} of {plain(criterion.target.value)}"
    if not tried or all(math.isnan(one.mean) for one in tried):
        return f"No size could be analysed: every {points.analysis} failed at every size tried."
    first, last = tried[0], tried[-1]
    what = _places(points)
    at_least = criterion.target.at_least
    if missed.is_met:
        worst = min(tried, key=lambda one: one.mean if at_least else -one.mean)
        return (
            f"Every {what} tried, {_value(points, on, first)} to {_value(points, on, last)}, "
            f"reaches a {wanted}: even the least has {_at(points, criterion, on, worst)}. Ask for "
            "more, or solve for something else (--solve)."
        )
    best = max(tried, key=lambda one: one.mean if at_least else -one.mean)
    said = (
        f"No {what} reaches a {wanted} under {points.assumption}: tried "
        f"{_value(points, on, first)} to {_value(points, on, last)}, and the best is "
        f"{_at(points, criterion, on, best)}."
    )
    return " ".join([said, *_obstacles(points, on, tried)])


def _obstacles(points: Points, on: Turned, tried: list[Tried]) -> list[str]:
    """What keeps larger trials from doing better."""
    if points.path != N_TOTAL:
        if points.path == EFFECT and not points.is_possible(1.6 * tried[-1].x):
            return ["The scenario does not allow a difference that is much larger."]
        return [] if on.is_limited else ["Say where to look with --between LOW,HIGH."]
    design = points.design
    outcome = design.analyses[points.analysis].outcome
    found = []
    if design.recruitment is not None and design.recruitment.until is not None:
        found.append(
            "Recruitment ends on a day: from some size on, more patients are planned than come."
        )
    treated = set(design.contrasts[points.contrast])
    few = [
        f"{team.n} for {name}, ICC {team.icc[outcome]:g}"
        for name, team in design.teams.items()
        if team.icc.get(outcome) and treated & set(team.arms)
    ]
    if few and design.analyses[points.analysis].knows_therapists:
        found.append(
            f"Therapists limit it ({'; '.join(few)}): the differences between them stay, however "
            "many patients each of them sees. More therapists would help."
        )
    last = tried[-1]
    if last.x < on.dial.highest:
        found.append(
            "As steep as the curve is there, it does not get there by "
            f"{on.dial.highest:,.0f} patients."
        )
    elif not found:
        found.append("No larger size is tried.")
    return found


def _named(criterion: Criterion) -> str:
    return {"power": "power", "ci_width": "mean interval width", "assurance": "assurance"}[
        criterion.name
    ]


def _places(points: Points) -> str:
    return {N_TOTAL: "size", EFFECT: "difference"}.get(points.path, f"value of {points.path}")


def _value(points: Points, on: Turned, one: Tried) -> str:
    if points.path == EFFECT:
        return f"{one.x:.3g} times the stated difference"
    return f"{one.x:,.0f}" if points.path == N_TOTAL else f"{on.sign * one.x:.4g}"


def _at(points: Points, criterion: Criterion, on: Turned, one: Tried) -> str:
    reached = (
        value_text(one.mean, one.mcse)
        if criterion.name == "ci_width"
        else share_text(one.mean, one.mcse, one.n_used)
    )
    patients = " patients" if points.path == N_TOTAL else ""
    return f"{reached} at {_value(points, on, one)}{patients}"
