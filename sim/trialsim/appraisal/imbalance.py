"""What a difference at baseline does to three analyses of one score: follow-up, change, ANCOVA.

Senn 1994, doi 10.1002/sim.4780131703; Vickers and Altman 2001, doi 10.1136/bmj.323.7321.1123.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scipy import special

from trialsim.analysis.ancova import Ancova
from trialsim.appraisal.contradictions import Implied
from trialsim.appraisal.reported import recover_published, sizes_of
from trialsim.core.plan import Design
from trialsim.scenario.keys.published import Published

CALLED = {"follow_up": "follow-up scores", "change": "change scores", "ancova": "ANCOVA"}


@dataclass(frozen=True)
class Imbalance:
    """The difference at baseline that two published results imply, and what follows from it."""

    implied: Implied
    unit: str
    se: float
    """Standard error of a difference at baseline."""
    chance: float
    """Share of randomised trials whose arms differ at least so much, normal law."""
    correlation: float
    """Of baseline and follow-up scores, as the scenario has it."""
    correlation_reported: float
    """The same, from the SDs behind the two intervals; NaN where they are not both reported."""
    slope: float
    """Points of follow-up score a point at baseline."""
    bias: Mapping[str, float]
    """By analysis: what the imbalance adds to its estimate."""
    published: Mapping[str, tuple[float, str]]
    """By analysis: the published estimate and its status."""
    expected: float
    """What ANCOVA finds, from the two published estimates and the slope."""
    arm_is_worse: bool | None
    """Whether the arm began worse than its comparator; None where they began alike."""


def imbalance(implied: Implied, published: Mapping[str, Published], design: Design) -> Imbalance:
    """What an implied difference at baseline does, with SDs and correlation of the scenario."""
    outcome, visits = design.outcomes[implied.outcome], list(design.visits)
    before, after = visits.index(implied.from_visit), visits.index(implied.visit)
    sd_before, sd_after = (outcome.at(outcome.sd, visit) for visit in (before, after))
    correlation = outcome.score_correlation(before, after)
    n = sizes_of(design, implied.contrast)
    se = sd_before * math.sqrt(1 / n[0] + 1 / n[1])
    bias = biases(implied.difference, correlation, sd_before, sd_after)
    post = published[implied.follow_up]
    told = {
        "follow_up": (float(post.estimate or 0.0), post.status),
        "change": _told(published[implied.change]),
    }
    for result in published.values():
        method = design.analyses.get(str(result.analysis))
        if isinstance(method, Ancova) and method.adjust == (design.baseline,):
            same = (method.outcome, method.visit) == (implied.outcome, implied.visit)
            if same and result.estimate is not None:
                told.setdefault("ancova", _told(result))
    worse = implied.difference > 0 if outcome.better == "lower" else implied.difference < 0
    return Imbalance(
        implied=implied,
        unit=outcome.unit,
        se=se,
        chance=float(2 * special.ndtr(-abs(implied.difference) / se)),
        correlation=correlation,
        correlation_reported=_from_intervals(implied, published, design, sd_before),
        slope=correlation * sd_after / sd_before,
        bias=bias,
        published=told,
        expected=float(post.estimate or 0.0) - bias["follow_up"],
        arm_is_worse=worse if implied.difference else None,
    )


def biases(
    difference: float, correlation: float, sd_before: float, sd_after: float
) -> dict[str, float]:
    """What a difference at baseline, arm minus comparator, adds to each estimate in expectation:
    b d to that of follow-up scores with slope b = r SD_after / SD_before, (b - 1) d to that of
    change scores, nothing to that of ANCOVA."""
    slope = correlation * sd_after / sd_before
    return {
        "follow_up": slope * difference,
        "change": (slope - 1) * difference,
        "ancova": 0.0,
    }


def _told(result: Published) -> tuple[float, str]:
    return float(result.estimate or 0.0), result.status


def _from_intervals(
    implied: Implied, published: Mapping[str, Published], design: Design, sd_before: float
) -> float:
    """SD_change^2 = SD_before^2 + SD_after^2 - 2 r SD_before SD_after, solved for r."""
    pair = [recover_published(n, published[n], design) for n in (implied.follow_up, implied.change)]
    if pair[0] is None or pair[1] is None:
        return math.nan
    after, change = (one.sd.value for one in pair if one is not None)
    return (sd_before**2 + after**2 - change**2) / (2 * sd_before * after)
