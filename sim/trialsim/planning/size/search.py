"""The search for the place at which a simulated quantity passes a target.

First two places between which it passes, by strides that grow; then a curve through a few places
around it, twice: with few replicates to learn where, with all of them to answer. Every place is
simulated with the same replicates, so that neighbouring places differ by little noise and the
curve between them is far better known than its level; the interval says what is known of both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.planning.size.fit import Crossing, Curve, Link, Sample, fit

PLACES = 5
"""Places through which a curve is drawn."""
LEAST_PLACES = 4
"""Where the grid is too coarse for so many."""
FEW = 1024
"""Replicates while it is only asked on which side of the target a place lies."""
FEWEST = 512
"""The same at places so large that more would take too long."""
MOST_PATIENTS = 2e7
"""Replicates times size, beyond which so few have to do."""
SOME = 4096
"""Replicates with which the curve is placed before all are simulated."""
STRIDES = (1.6, 2.5, 4.0)
"""The next places beyond the last, as multiples of it."""
SURE = 4.0
"""Standard errors by which a rise must be too small for a size to be given up."""
MOST_STRIDES = 12
MOST_WINDOWS = 8

ERRORS_IN_WINDOW = 5
"""Standard errors of the level that half the window holds at least."""


@dataclass(frozen=True)
class Target:
    """What is to be reached."""

    value: float
    link: Link
    at_least: bool
    """Whether larger values satisfy; else smaller ones do."""

    @property
    def eta(self) -> float:
        """The target on the scale of the link."""
        return float(self.link.to(np.array(self.value)))

    def met(self, mean: float) -> bool:
        """Whether a value satisfies."""
        return mean >= self.value if self.at_least else mean <= self.value


@dataclass(frozen=True)
class Dial:
    """What is turned: a number of a scenario, of one sign, on a grid if it is a whole number."""

    lowest: float
    highest: float
    """Limits of its size."""
    step: int = 0
    """The answer is a multiple of it; 0 for any number."""
    by_root: bool = False
    """Whether curves are drawn in its square root."""
    improves: bool | None = None
    """Whether more of it brings the target nearer; None when that is to be found out."""

    def u(self, x: FloatArray) -> FloatArray:
        """The coordinate in which curves are drawn."""
        return np.sqrt(x) if self.by_root else np.asarray(x, dtype=np.float64)

    def x(self, u: float) -> float:
        """The place of a coordinate, before it is put on the grid."""
        return u * abs(u) if self.by_root else u

    def on_grid(self, x: float, up: bool | None = None) -> float:
        """The nearest place of the grid within the limits, or the next one up or down."""
        if self.step:
            turn = round if up is None else math.ceil if up else math.floor
            # A root that rounding put just beyond a place of the grid belongs to it.
            nudge = 0.0 if up is None else (-1e-9 if up else 1e-9)
            x = self.step * turn(x / self.step + nudge)
        else:
            x = float(f"{x:.6g}")
        return min(max(x, self.lowest), self.highest)

    def around(self, u: float, half: float) -> list[float]:
        """Places evenly spread over u, ascending; as many of the grid as it takes to have four."""
        for wider in range(40):
            low, high = u - half * 1.25**wider, u + half * 1.25**wider
            low = max(low, 0.0) if self.by_root else low
            spread = np.linspace(low, high, PLACES)
            places = sorted({self.on_grid(self.x(one)) for one in spread})
            has_all = places[0] <= self.lowest and places[-1] >= self.highest
            if has_all or len(places) >= LEAST_PLACES:
                return places
        return places


Evaluate = Callable[[Sequence[float], int], Sample]
"""Simulates places, ascending, with so many replicates."""


class Tried(NamedTuple):
    """A place that was simulated."""

    x: float
    mean: float
    mcse: float
    n_used: int


@dataclass(frozen=True)
class Found:
    """The answer: the first place of the grid that satisfies, and what is known of it."""

    x: float
    root: float
    """Where the curve passes the target, off the grid."""
    lower: float
    upper: float
    """Interval of `x`."""
    is_closed: tuple[bool, bool]
    """Whether the interval ends within what was simulated, below and above."""
    more: bool
    """Whether larger values than `x` satisfy (else smaller ones do)."""
    misfit: float
    """Chance of means as far from the fitted curve as these; tiny where they jump."""
    tried: tuple[Tried, ...]
    around: tuple[float, ...]
    """The places that the curve goes through."""
    passes: int = 1
    """Times that the first, coarse look saw the target passed."""


@dataclass(frozen=True)
class Missed:
    """No place within the limits: everything that was tried satisfies, or nothing does."""

    tried: tuple[Tried, ...]
    is_met: bool
    """Whether every place satisfies."""


@dataclass
class Log:
    """Everything simulated so far, the best replicated of each place."""

    tried: dict[float, Tried] = field(default_factory=dict)

    def add(self, found: Sample) -> None:
        """Take in a sample."""
        errors = np.sqrt(np.diag(found.covariance))
        for x, mean, mcse, n in zip(found.x, found.mean, errors, found.n_used, strict=True):
            known = self.tried.get(float(x))
            if known is None or n >= known.n_used:
                self.tried[float(x)] = Tried(float(x), float(mean), float(mcse), int(n))

    @property
    def places(self) -> tuple[Tried, ...]:
        """In order of place."""
        return tuple(self.tried[x] for x in sorted(self.tried))


def search(
    evaluate: Evaluate,
    dial: Dial,
    target: Target,
    ladder: Sequence[float],
    replicates: int,
    is_possible: Callable[[float], bool] = lambda x: True,
) -> Found | Missed:
    """The smallest (or largest) place of the dial at which the target is met.

    `ladder` holds the first places to try, the likeliest in the middle; `is_possible` says
    whether a place can be simulated at all.
    """
    log = Log()

    def simulate(places: Sequence[float], wanted: int) -> Sample:
        found = evaluate(places, wanted)
        log.add(found)
        return found

    bracket = _bracket(simulate, dial, target, ladder, min(FEW, replicates), is_possible)
    if isinstance(bracket, bool):
        return Missed(log.places, bracket)
    at, slope = _between(dial, target, bracket)
    if replicates > 2 * SOME:
        _, _, crossing = _polished(simulate, dial, target, at, slope, SOME, is_possible)
        if crossing is not None and crossing.slope:
            at, slope = crossing.at, crossing.slope
    places, curve, crossing = _polished(simulate, dial, target, at, slope, replicates, is_possible)
    if crossing is None:  # the curve runs along the target: what is known of it is its ends
        everywhere = all(target.met(one.mean) for one in log.places)
        return Missed(log.places, everywhere)
    more = (crossing.slope > 0) == target.at_least
    ends = (dial.x(end) for end in (crossing.lower, crossing.upper))
    lower, upper = (dial.on_grid(end, up=more) for end in ends)
    root = dial.x(crossing.at)
    x = dial.on_grid(root, up=more)
    return Found(
        x=x,
        root=root,
        lower=lower,
        upper=upper,
        is_closed=crossing.is_closed,
        more=more,
        misfit=curve.misfit,
        tried=log.places,
        around=places,
        passes=bracket.passes,
    )


class _Bracket(NamedTuple):
    low: Tried
    high: Tried
    passes: int


def _bracket(
    simulate: Evaluate,
    dial: Dial,
    target: Target,
    ladder: Sequence[float],
    replicates: int,
    is_possible: Callable[[float], bool],
) -> _Bracket | bool:
    """Two neighbouring places, one of which satisfies; else whether all places do."""
    seen = Log()
    middle = ladder[len(ladder) // 2]
    places = sorted({dial.on_grid(x) for x in ladder if is_possible(dial.on_grid(x))})
    met: list[bool] = []
    for _ in range(MOST_STRIDES):
        if not places:
            break
        affordable = max(FEWEST, int(MOST_PATIENTS / max(places[-1], 1.0)))
        found = simulate(places, min(replicates, affordable))
        seen.add(found)
        tried = seen.places
        met = [target.met(one.mean) for one in tried]
        pairs = [i for i in range(len(tried) - 1) if met[i] != met[i + 1]]
        if pairs:
            i = min(pairs, key=lambda i: abs(tried[i].x + tried[i + 1].x - 2 * middle))
            return _narrowed(simulate, dial, target, tried[i], tried[i + 1], replicates, len(pairs))
        if dial.by_root and dial.improves and not any(met):
            places = [x for x in _ahead(dial, target, found) if is_possible(x)]
            continue
        places = sorted(
            x
            for up in _directions(dial, target, tried, all(met))
            for x in _beyond(dial, tried[-1 if up else 0].x, up, is_possible)
        )
    return bool(met) and all(met)


def _narrowed(
    simulate: Evaluate,
    dial: Dial,
    target: Target,
    low: Tried,
    high: Tried,
    replicates: int,
    passes: int,
) -> _Bracket:
    """A pair no farther apart than the strides are, halved until then."""
    while 0 < STRIDES[-1] * low.x < high.x:
        log = Log()
        log.add(simulate([dial.on_grid(math.sqrt(low.x * high.x))], replicates))
        (middle,) = log.places
        same = target.met(middle.mean) == target.met(low.mean)
        low, high = (middle, high) if same else (low, middle)
    return _Bracket(low, high, passes)


def _ahead(dial: Dial, target: Target, found: Sample) -> list[float]:
    """The next sizes to try where none of these is enough; none where nothing can be.

    On the scale of the link the quantity rises with the root of the size, or ever less than that,
    as where therapists are few: a straight line from here on is the most that can be hoped for.
    """
    top, most = float(found.x[-1]), float(dial.highest)
    if top >= most:
        return []
    u, n = dial.u(found.x), found.n_used
    if len(u) < 2 or np.isnan(found.mean).any():
        return [dial.on_grid(min(top * stride, most)) for stride in STRIDES]
    mean = target.link.pulled_in(found.mean, n)
    eta = target.link.to(mean)
    per_eta = 1 / target.link.slope(eta)
    contrast = np.zeros(len(u))
    contrast[[0, -1]] = -per_eta[0], per_eta[-1]
    spread = float(np.sqrt(np.maximum(contrast @ found.covariance @ contrast, 0.0)))
    sense = 1 if target.at_least else -1
    rise, missing = sense * float(eta[-1] - eta[0]), sense * (target.eta - float(eta[-1]))
    span, left = float(u[-1] - u[0]), math.sqrt(most) - float(u[-1])
    if missing > (max(rise, 0.0) + SURE * spread) / span * left:
        return []
    if rise <= spread:
        return [most]
    expected = dial.x(float(u[-1]) + missing / (rise / span))
    wanted = {dial.on_grid(min(expected * rung, most)) for rung in (0.7, 1.0, 1.4)}
    return sorted(x for x in wanted if x > top) or [most]


def _directions(
    dial: Dial, target: Target, tried: Sequence[Tried], is_met: bool
) -> tuple[bool, ...]:
    """Where to look for the other side of the target: up, down, or both."""
    improves = dial.improves
    if improves is None:
        rise = tried[-1].mean - tried[0].mean
        if abs(rise) <= 4 * math.hypot(tried[0].mcse, tried[-1].mcse):
            return (True, False)
        improves = (rise > 0) == target.at_least
    return (improves != is_met,)


def _beyond(dial: Dial, edge: float, up: bool, is_possible: Callable[[float], bool]) -> list[float]:
    """The next places beyond an edge, or the last that is possible; none at a limit."""
    if edge <= 0:
        return []
    wanted = [dial.on_grid(edge * stride if up else edge / stride) for stride in STRIDES]
    places = [x for x in dict.fromkeys(wanted) if x != edge]
    possible = [x for x in places if is_possible(x)]
    if places and len(possible) < len(places):
        good, bad = (possible or [edge])[-1], places[len(possible)]
        for _ in range(12):
            middle = dial.on_grid((good + bad) / 2)
            if middle in (good, bad):
                break
            good, bad = (middle, bad) if is_possible(middle) else (good, middle)
        if good != edge and good not in possible:
            possible.append(good)
    return possible


def _between(dial: Dial, target: Target, pair: _Bracket) -> tuple[float, float]:
    """Place and slope of the passage between two places, in u: a straight line on the link."""
    ends = np.array([pair.low.x, pair.high.x])
    u = dial.u(ends)
    means = np.array([pair.low.mean, pair.high.mean])
    if np.isnan(means).any():  # nothing could be analysed at one of them
        return float(u.mean()), (1 if pair.high.mean > 0 else -1) / float(u[1] - u[0])
    n = np.array([pair.low.n_used, pair.high.n_used], dtype=np.float64)
    eta = target.link.to(target.link.pulled_in(means, n))
    slope = float((eta[1] - eta[0]) / (u[1] - u[0]))
    at = float(np.clip(u[0] + (target.eta - eta[0]) / slope, *u)) if slope else float(u.mean())
    return at, slope or 1 / float(u[1] - u[0])


def _polished(
    simulate: Evaluate,
    dial: Dial,
    target: Target,
    at: float,
    slope: float,
    replicates: int,
    is_possible: Callable[[float], bool],
) -> tuple[tuple[float, ...], Curve, Crossing | None]:
    """Places and a curve through them whose passage, with its interval, lies among them."""
    eta = np.array(target.eta)
    spread = target.link.variance(target.link.back(eta)) / replicates
    expected = float(np.sqrt(spread) / target.link.slope(eta))
    half = max(target.link.half_window, ERRORS_IN_WINDOW * expected)
    limits = dial.u(np.array([dial.lowest, dial.highest]))
    for _ in range(MOST_WINDOWS):
        places = [x for x in dial.around(at, half / abs(slope)) if is_possible(x)]
        found = simulate(places, replicates)
        u = dial.u(found.x)
        curve = fit(u, found, target.link)
        crossing = curve.crossing(target.eta)
        if crossing is None:
            # Everything lies on one side: on towards the other, a window at a time.
            along, _ = curve.predictor(u)
            nearest = int(np.argmin(np.abs(along - target.eta)))
            if not limits[0] < u[nearest] < limits[1]:
                return tuple(places), curve, None
            at, half = float(u[nearest]), half * 1.5
            continue
        _, error = curve.predictor(np.array([crossing.at]))
        at_limit = (u[0] <= limits[0], u[-1] >= limits[1])
        is_closed = all(a or b for a, b in zip(crossing.is_closed, at_limit, strict=True))
        if is_closed:
            return tuple(places), curve, crossing
        at, half = crossing.at, max(half * 1.5, ERRORS_IN_WINDOW * float(error[0]))
    return tuple(places), curve, crossing
