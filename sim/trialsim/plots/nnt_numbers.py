"""What P13 draws: exact numbers needed to treat at every cut, and simulated risk differences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialsim.analysis.responder import Responder
from trialsim.core.axes import FloatArray
from trialsim.core.program import rule_of
from trialsim.core.stages import OutcomeMethod
from trialsim.operating.truth import truth_of
from trialsim.outcomes.bounded_integer import BoundedInteger
from trialsim.outcomes.discrete import Discrete
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.words import exact, plain
from trialsim.plots.graded import is_graded
from trialsim.plots.run import Run
from trialsim.plots.trials import bin_edges, bin_width

MOST_NEEDED = 200
"""A number needed to treat beyond it is not drawn."""

_CUTS = 20
_INNER = (0.05, 0.95)
"""Cuts between these shares of the comparator are those that somebody might choose."""
_SIDES = {
    "above": "above",
    "at_or_above": "at or above",
    "below": "below",
    "at_or_below": "at or below",
}


@dataclass(frozen=True)
class Responders:
    """The responder analysis that the figure is about."""

    analysis: str
    method: Responder
    outcome: OutcomeMethod
    contrast: Contrast
    """Of the event: positive differences favour the arm where the event is good."""
    sign: int
    """+1 where more events are good."""
    assumption: str
    """The one of which simulated trials are shown: the first under which something differs."""
    difference: float
    """True difference in mean score under it."""
    one_patient: float
    """What one patient more with the event adds to the difference, in patients of 100."""
    is_same_for_all: bool
    """Under it every patient gains the same, the scores of the arm are merely shifted."""

    @property
    def event(self) -> str:
        """What is counted: "above 12"."""
        return f"{_SIDES[self.method.event]} {exact(self.method.cut)}"


def responders_of(run: Run) -> Responders | None:
    """The first analysis of shares beyond a cut of a score, under some effect."""
    for name, method in run.design.analyses.items():
        if not isinstance(method, Responder) or method.of != "score":
            continue
        effects = [one for one in run.cells if not run.is_null(one, name)]
        if method.measure == "risk_difference" and effects and is_graded(run.outcome(name)):
            found = _responders(run, name, method, effects[0])
            if len(_cuts(run, found)) > 2:
                return found
    return None


def _responders(run: Run, name: str, method: Responder, assumption: str) -> Responders:
    outcome, (arm, comparator) = run.outcome(name), run.pair(name)
    sign = rule_of(run.design, name).sign
    cell = run.plan.cells[run.cells[assumption]]
    effect = cell.effects[method.outcome]
    visit = list(run.design.visits).index(method.visit)
    truth = truth_of(run.design, cell, method.outcome, run.contrast(name))
    event = f"{run.outcome_label(name)} {_SIDES[method.event]} {exact(method.cut)}"
    contrast = Contrast(
        plain(run.arm_label(arm)),
        plain(run.arm_label(comparator)),
        event,
        "higher" if sign > 0 else "lower",
        "patients of 100",
    )
    return Responders(
        analysis=name,
        method=method,
        outcome=outcome,
        contrast=contrast,
        sign=sign,
        assumption=assumption,
        difference=truth.mean_difference(method.visit),
        one_patient=200 / sum(run.design.arms[one] for one in (arm, comparator)),
        is_same_for_all=effect.modifier is None and outcome.shift(visit, effect) is not None,
    )


def by_cut(run: Run, found: Responders) -> pd.DataFrame:
    """Exact shares and numbers needed, a row an assumption with an effect and a cut.

    Columns: assumption, cut, share, comparator_share (with the event), benefit, nnt (negative for
    harm), is_inner (the comparator has patients on both sides), is_own (the cut of the analysis).
    """
    cuts = _cuts(run, found)
    places = np.unique(np.append(cuts, found.method.cut))
    parts = []
    for name, index in run.cells.items():
        if run.is_null(name, found.analysis):
            continue
        truth = truth_of(
            run.design,
            run.plan.cells[index],
            found.method.outcome,
            run.contrast(found.analysis),
        )
        shares = [
            found.method.model_copy(update={"cut": float(cut)}).true_shares(truth) for cut in places
        ]
        arm, comparator = np.array(shares).T
        benefit = found.sign * (arm - comparator)
        benefit[np.abs(benefit) < 1e-12] = 0.0
        with np.errstate(divide="ignore"):
            nnt = np.where(benefit == 0, np.inf, 1 / benefit)
        own = {
            "assumption": name,
            "cut": places,
            "share": arm,
            "comparator_share": comparator,
            "benefit": benefit,
            "nnt": nnt,
            "is_inner": (comparator >= _INNER[0]) & (comparator <= _INNER[1]),
            "is_own": places == found.method.cut,
        }
        parts.append(pd.DataFrame(own))
    return pd.concat(parts, ignore_index=True)


def _cuts(run: Run, found: Responders) -> FloatArray:
    """Round places across the scale: whole steps of a score in steps, at most a few dozen."""
    outcome, visits = found.outcome, list(run.design.visits)
    visit = visits.index(found.method.visit)
    mean, sd = outcome.at(outcome.mean, visit), outcome.at(outcome.sd, visit)
    low, high = mean - 2.5 * sd, mean + 2.5 * sd
    if outcome.limits is not None:
        low, high = max(low, outcome.limits[0]), min(high, outcome.limits[1])
    width = bin_width((low, high), _CUTS)
    step = outcome.step if isinstance(outcome, BoundedInteger) else None
    if isinstance(outcome, Discrete):
        step = 1.0
    if outcome.limits is not None and step is not None:
        width = float(step) * np.ceil(width / float(step) - 1e-9)
        every = outcome.limits[0] + width * np.arange((high - outcome.limits[0]) // width + 1)
    else:
        every = bin_edges((low, high), width)
    inside: FloatArray = every[(every >= low) & (every <= high)]
    return inside
