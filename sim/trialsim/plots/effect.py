"""What the estimates of an analysis are, as an axis and a sentence say it."""

from __future__ import annotations

from typing import Literal

from trialsim.analysis.change_score import ChangeScore
from trialsim.analysis.mann_whitney import MannWhitney
from trialsim.analysis.responder import Responder
from trialsim.core.program import rule_of
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.words import exact
from trialsim.plots.run import Run

_UNITS = {
    "risk_difference": "share of patients",
    "log_risk_ratio": "log risk ratio",
    "log_odds_ratio": "log odds ratio",
}


def effect_of(run: Run, analysis: str) -> Contrast:
    """The first contrast of an analysis: whom it compares, in which unit, which way is good.

    The direction is that of the estimate: more patients with an event may be good although a low
    score is.
    """
    method, outcome = run.design.analyses[analysis], run.outcome(analysis)
    label, unit = run.outcome_label(analysis), outcome.unit
    if isinstance(method, Responder):
        side = method.event.replace("_", " ")
        what = "change" if method.of == "change" else "score"
        label, unit = f"{label}, {what} {side} {exact(method.cut)}", _UNITS[method.measure]
    elif isinstance(method, MannWhitney):
        unit = "chance of a higher score, less 0.5"
    elif isinstance(method, ChangeScore):
        label = f"{label}, change"
    arm, comparator = run.pair(analysis)
    better: Literal["lower", "higher"] = (
        "higher" if rule_of(run.design, analysis).sign > 0 else "lower"
    )
    return Contrast(run.arm_label(arm), run.arm_label(comparator), label, better, unit)


def level_of(run: Run) -> str:
    """Level of the intervals: 95% for a two-sided test at 0.05, 90% for a one-sided one."""
    decision = run.design.decision
    return f"{100 * (1 - 2 * decision.alpha / decision.sides):g}%"


def amount(text: str, unit: str) -> str:
    """A number with its unit in a sentence: "2.0 points", but "0.12 (share of patients)"."""
    is_no_noun = unit.startswith(("share", "log", "chance"))
    return f"{text} ({unit})" if is_no_noun else f"{text} {unit}"


def short(value: float) -> str:
    """A true value, as it was written or to three digits if it was worked out."""
    return exact(float(f"{value:.3g}"))
