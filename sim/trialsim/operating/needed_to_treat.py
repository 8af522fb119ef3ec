"""Numbers needed to treat: one over a risk difference, with its cut, visit and comparator named.

Altman 1998, doi 10.1136/bmj.317.7168.1309. Trials are summarised on the scale of the risk
difference; a mean of NNTs would have no meaning, because they run through infinity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialsim.analysis.responder import Responder
from trialsim.core.axes import FloatArray
from trialsim.core.plan import Plan
from trialsim.core.program import rule_of
from trialsim.core.records import COLUMNS
from trialsim.operating.characteristics import true_value
from trialsim.theory.nnt import NumberNeeded

MIDDLE = 0.95
"""Share of the simulated trials that a range holds."""

_WORDS = {
    "above": "above {cut}",
    "at_or_above": "{cut} or above",
    "below": "below {cut}",
    "at_or_below": "{cut} or below",
}
_CHANGES = {
    "above": "a rise of more than {cut}",
    "at_or_above": "a rise of {cut} or more",
    "below": "a fall of more than {cut}",
    "at_or_below": "a fall of {cut} or more",
}


@dataclass(frozen=True)
class TreatedForOne:
    """What one analysis of responders says as numbers needed to treat, under one assumption."""

    assumption: str
    analysis: str
    outcome: str
    counts: str
    """Which scores are counted, when: "above 12 at six_months"."""
    arm: str
    comparator: str
    true: NumberNeeded
    """Of the true shares; its interval holds the middle 95% of the estimates of single trials."""

    @property
    def event(self) -> str:
        """The event in words: what is counted, when."""
        return f"{self.outcome} {self.counts}"

    def __str__(self) -> str:
        """One line for a reader."""
        return f"{self.assumption}, {self.event}, {self.arm} against {self.comparator}: {self.true}"


def numbers_needed(plan: Plan, results: FloatArray) -> list[TreatedForOne]:
    """Every analysis of a risk difference of the design as stated, under every assumption in which
    the true difference is not 0.

    `results` is (series, column, replicate).
    """
    found = []
    for row, series in enumerate(plan.series()):
        cell = plan.cells[series.cell]
        design = plan.designs[cell.design]
        method = design.analyses[series.analysis]
        if cell.design or not isinstance(method, Responder):
            continue
        if method.measure != "risk_difference":
            continue
        truth = true_value(design, cell, series)
        if not truth:
            continue
        sign = rule_of(design, series.analysis).sign
        columns = dict(zip(COLUMNS, results[row], strict=True))
        benefit = sign * columns["estimate"][columns["failure"] == 0]
        if not benefit.size:
            continue
        true = sign * truth
        tail = (1 - MIDDLE) / 2
        low, high = (float(q) for q in np.quantile(benefit, [tail, 1 - tail]))
        arm, comparator = design.contrasts[series.contrast]
        middle = NumberNeeded(true, min(low, true), max(high, true))
        found.append(
            TreatedForOne(
                cell.assumption,
                series.analysis,
                method.outcome,
                _counts(method),
                arm,
                comparator,
                middle,
            )
        )
    return found


def _counts(method: Responder) -> str:
    words = _WORDS if method.of == "score" else _CHANGES
    what = words[method.event].format(cut=f"{method.cut:g}")
    return f"{what} at {method.visit}"
