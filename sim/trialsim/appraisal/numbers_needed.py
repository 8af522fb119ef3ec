"""Numbers needed to treat of reported events, with an honest interval, and how they move with the
cut of the score though everybody gains the same.

Altman 1998, doi 10.1136/bmj.317.7168.1309; intervals by Newcombe 1998, method 10.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from trialsim.appraisal.contradictions import event_pair
from trialsim.appraisal.reported import events_of
from trialsim.core.effect import Effect
from trialsim.core.plan import Design
from trialsim.core.stages import OutcomeMethod
from trialsim.operating.truth import TrueContrast
from trialsim.scenario.keys.published import Published
from trialsim.theory.fragility import fisher_p_value
from trialsim.theory.nnt import NumberNeeded
from trialsim.theory.risk_difference import newcombe_interval

BEYOND = (0.6, 0.3, 0.1)
"""Shares of the comparator beyond the cuts that are shown."""

RECONSTRUCTED = ("derived", "assumed")
"""Statuses of counts that were not printed in the paper."""


@dataclass(frozen=True)
class Needed:
    """A reported table of events, as a number needed to treat."""

    result: str
    """Name in `published:`."""
    status: str
    arm: str
    comparator: str
    events: tuple[int, int]
    n: tuple[int, int]
    is_bad: bool | None
    """The event is bad for a patient; None where nobody says whether it is."""
    number: NumberNeeded
    """Of the benefit; where nobody says what that is, of the difference as it was observed."""
    p_value: float
    """Fisher's exact test."""
    told: float | None
    """The number that the paper gives."""

    @property
    def text(self) -> str:
        """The number with its interval: NNTB for benefit, NNTH for harm, NNT for neither."""
        if self.is_bad is not None:
            return str(self.number)
        return str(self.number).replace("NNTB", "NNT").replace("NNTH", "the other way NNT")

    @property
    def is_reconstructed(self) -> bool:
        """The counts are worked out from other numbers; they were not printed."""
        return self.status in RECONSTRUCTED


@dataclass(frozen=True)
class AtCut:
    """Numbers needed to treat at one cut, when the score of everybody moves by the same."""

    cut: float
    normal: float
    """For normal scores."""
    scores: float
    """For scores of the outcome's own law, with the same means and SDs; NaN where there is none."""
    beyond: float
    """Share of the comparator, by that law or the normal one, beyond the cut."""


def needed(name: str, result: Published, design: Design) -> Needed | None:
    """The number needed to treat of reported events; None where there are none for two arms, or
    they cannot be right."""
    pair = event_pair(result, design)
    counted = None if pair is None else events_of(result, pair)
    if pair is None or counted is None:
        return None
    return from_events(counted, name=name, pair=pair, result=result)


def from_events(
    counted: tuple[int, int, int, int], *, name: str, pair: tuple[str, str], result: Published
) -> Needed | None:
    """From events and patients of an arm, then of its comparator."""
    events1, n1, events0, n0 = counted
    if not (0 <= events1 <= n1 and 0 <= events0 <= n0 and n1 and n0):
        return None
    difference = events1 / n1 - events0 / n0
    lower, upper = (float(x) for x in newcombe_interval(events1, n1, events0, n0))
    is_bad = None if result.event is None else result.event == "bad"
    turned = difference < 0 if is_bad is None else is_bad
    benefit = (-difference, -upper, -lower) if turned else (difference, lower, upper)
    return Needed(
        name,
        result.status,
        *pair,
        (events1, events0),
        (n1, n0),
        is_bad,
        NumberNeeded(*benefit),
        fisher_p_value(*counted),
        result.needed_to_treat,
    )


def normal_number(mean: float, shift: float, sd: float, cut: float) -> float:
    """Number needed to treat to bring one patient more to the other side of a cut, when normal
    scores with this mean and SD all move by `shift`; infinite for no shift."""
    first, second = (float(special.ndtr((mean + step - cut) / sd)) for step in (0.0, shift))
    return math.inf if first == second else 1 / abs(first - second)


def by_cut(
    outcome: OutcomeMethod,
    visit: int,
    shift: float,
    cuts: Sequence[float],
    *,
    visits: Sequence[str],
) -> tuple[AtCut, ...]:
    """Numbers needed at several cuts of a score, at the visit with this index.

    The comparator's mean and SD are those of the scenario; the arm's mean is moved by `shift`, and
    its SD is the comparator's where its mean can have it, else that of the same overdispersion.
    """
    mean, sd = outcome.at(outcome.mean, visit), outcome.at(outcome.sd, visit)
    own: float | None = sd
    if outcome.arm_problems(visit, shift, own):
        own = None
    possible = not outcome.arm_problems(visit, shift, own)
    n = len(visits)
    truth = TrueContrast(
        outcome,
        tuple(visits),
        Effect(difference=((0.0,) * n, (shift,) * n), sd=((None,) * n, (own,) * n)),
        (1, 0),
        lambda first, second: float(first == second),
    )
    found = []
    for cut in cuts:
        normal = normal_number(mean, shift, sd, cut)
        beyond = float(special.ndtr((mean - cut) / sd))
        scores = math.nan
        if possible:
            arm, comparator = truth.shares_above(visits[visit], cut, inclusive=False)
            scores = math.inf if arm == comparator else 1 / abs(arm - comparator)
            beyond = comparator
        bad = beyond if outcome.better == "lower" else 1 - beyond
        found.append(AtCut(cut, normal, scores, bad))
    return tuple(found)


def cuts_of(outcome: OutcomeMethod, visit: int, also: Sequence[float] = ()) -> list[float]:
    """Whole cuts with about 60, 30 and 10% of the comparator on their bad side (normal law), inside
    the scale, and others that somebody chose."""
    mean, sd = outcome.at(outcome.mean, visit), outcome.at(outcome.sd, visit)
    sign = 1 if outcome.better == "lower" else -1
    steps = 10.0 ** math.floor(math.log10(sd / 2)) if sd > 0 else 1.0
    wanted = [mean - sign * sd * float(special.ndtri(share)) for share in BEYOND]
    low, high = outcome.limits or (-math.inf, math.inf)
    rounded = [round(cut / steps) * steps for cut in wanted]
    return sorted({float(np.round(cut, 9)) for cut in [*rounded, *also] if low < cut < high})
