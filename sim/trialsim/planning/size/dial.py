"""The number that a search turns: its limits, its grid, and where to begin."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.ratio import allocation_ratio
from trialsim.planning.size.criteria import Criterion
from trialsim.planning.size.points import EFFECT, Points
from trialsim.planning.size.search import Dial, Target
from trialsim.scenario._words import kind
from trialsim.scenario.limits import MAX_PATIENTS
from trialsim.scenario.resolve import N_TOTAL
from trialsim.study import available_memory

LEAST_IN_ARM = 4
"""Patients in an arm of the smallest trial that is tried."""
LARGEST_STEP = 12
"""Patients in the smallest trial of an exact ratio, beyond which any total will do."""
PILOT = 2 * REPLICATES_PER_BATCH
"""Replicates that only tell where to begin."""
TABLES = 10
"""Tables of one number a patient that a batch holds at once, roughly, for what memory allows."""

_RUNGS = (0.64, 0.8, 1.0, 1.25, 1.56)
_FIRST_RUNGS = (0.25, 0.5, 0.75, 1.0, 1.33, 2.0, 4.0)
_FROM_ZERO = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True)
class Turned:
    """A dial and the sign of the number on it: -1.4 is turned as 1.4."""

    dial: Dial
    sign: int
    stated: float
    """Size of the number as stated."""
    is_limited: bool
    """Whether the limits were asked for."""


def turned(points: Points, criterion: Criterion, between: tuple[float, float] | None) -> Turned:
    """The dial for what is solved. Raises ScenarioError where it is no number."""
    stated = points.stated()
    if isinstance(stated, bool) or not isinstance(stated, int | float):
        text = f"found {kind(stated)} at {points.path}; a search needs a number."
        hint = "Write for example --solve design.n_total or --solve outcomes.rmdq.sd[1]."
        raise ScenarioError(Problem((), text, hint, source="--solve"))
    if between is not None and not between[0] < between[1]:
        text = f"found {between[0]:g} and {between[1]:g}, which are not a lower and an upper limit."
        raise ScenarioError(Problem((), text, source="--between"))
    if points.path == N_TOTAL:
        return _patients(points, criterion.most, between)
    if points.path == EFFECT:
        low, high = between or (1e-6, 1e6)
        return Turned(Dial(low, high, improves=True), 1, 1.0, between is not None)
    is_whole = isinstance(stated, int) and not points.is_possible(stated + 0.5)
    if between is not None:
        dial = Dial(*between, step=int(is_whole), by_root=is_whole and between[0] >= 0)
        return Turned(dial, 1, float(stated), True)
    sign = -1 if stated < 0 else 1
    dial = Dial(float(is_whole), math.inf, step=int(is_whole), by_root=is_whole)
    return Turned(dial, sign, abs(float(stated)), False)


def _patients(points: Points, most: int, between: tuple[float, float] | None) -> Turned:
    sizes = tuple(points.design.arms.values())
    ratio = allocation_ratio(sizes)
    step = sum(ratio) if sum(ratio) <= LARGEST_STEP else 1
    memory = available_memory()
    if memory is not None:
        most = min(most, int(memory / 2 / (TABLES * REPLICATES_PER_BATCH * 8)))
    low, high = between or (0.0, float(most))
    least = LEAST_IN_ARM * sum(ratio) / min(ratio)
    low = step * math.ceil(max(low, least) / step)
    while low < high and not points.is_possible(low):
        low = step * math.ceil(low * 1.5 / step)
    high = step * math.floor(min(high, MAX_PATIENTS) / step)
    dial = Dial(float(low), float(high), step=step, by_root=True, improves=True)
    return Turned(dial, 1, float(sum(sizes)), between is not None)


def ladder(points: Points, criterion: Criterion, on: Turned, theory: float | None) -> list[float]:
    """The first places to simulate, the likeliest in the middle."""
    dial = on.dial
    if theory is not None:
        return [theory * rung for rung in _RUNGS]
    if points.path in (N_TOTAL, EFFECT):
        (columns,) = points.columns([dial.on_grid(on.stated)], PILOT)
        further = criterion.further(columns, points.rule)
        if math.isfinite(further) and further > 0:
            times = further if points.path == N_TOTAL else math.sqrt(further)
            first = on.stated * min(max(times, 1 / 64), 64.0)
            return [min(max(first, dial.lowest), dial.highest) * rung for rung in _RUNGS]
    if on.is_limited and points.path not in (N_TOTAL, EFFECT):
        return list(np.linspace(dial.lowest, dial.highest, 9))
    if not on.stated:
        return list(_FROM_ZERO)
    return [on.stated * rung for rung in _FIRST_RUNGS]


def by_theory(
    rate: Callable[[float], float | None], dial: Dial, target: Target, start: float
) -> float | None:
    """The first place of the grid at which an exact power reaches the target; None without one.

    `rate` rises with the place. A straight line on the probit scale is nearly exact, so that it
    takes a handful of evaluations.
    """
    if not target.at_least or not dial.improves:
        return None

    def height(x: float) -> float | None:
        found = rate(x)
        return None if found is None else float(special.ndtri(min(max(found, 1e-12), 1 - 1e-12)))

    low = high = dial.on_grid(start)
    at_low = at_high = height(low)
    for _ in range(40):
        if at_low is None or at_high is None:
            return None
        if at_low >= target.eta:
            if low <= dial.lowest:
                return None
            high, at_high, low = low, at_low, dial.on_grid(low / 2)
            at_low = height(low)
        elif at_high < target.eta:
            if high >= dial.highest:
                return None
            low, at_low, high = high, at_high, dial.on_grid(high * 2)
            at_high = height(high)
        else:
            break
    for turn in range(60):
        if at_low is None or at_high is None:
            return None
        if high - low <= (dial.step or 1e-6 * high):
            return high
        ends = dial.u(np.array([low, high]))
        share = (target.eta - at_low) / (at_high - at_low)
        # Every other time a place just beyond the line's, to close the bracket from both sides.
        if turn % 3 == 2:
            share = 0.5
        guess = dial.x(float(ends[0] + share * (ends[1] - ends[0])))
        middle = dial.on_grid(guess, up=turn % 2 == 0) if dial.step else guess
        if dial.step:
            middle = min(max(middle, low + dial.step), high - dial.step)
        at_middle = height(middle)
        if at_middle is None:
            return None
        if at_middle >= target.eta:
            high, at_high = middle, at_middle
        else:
            low, at_low = middle, at_middle
    return high
