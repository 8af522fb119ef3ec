"""The rejection rate that theory gives for a series, where a closed form is exact for its plan."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trialsim.analysis.ancova import Ancova
from trialsim.analysis.change_score import ChangeScore
from trialsim.analysis.responder import Responder
from trialsim.analysis.t_test import TTest
from trialsim.cohort.normal import Normal
from trialsim.core.plan import Cell, Design
from trialsim.core.program import rule_of
from trialsim.core.stages import AnalysisMethod, OutcomeMethod
from trialsim.operating.exact_responder import exact_responder_rate
from trialsim.operating.lived import acts, as_lived
from trialsim.operating.truth import has_formula
from trialsim.outcomes.repeated_normal import RepeatedNormal
from trialsim.theory.ancova import ancova_power
from trialsim.theory.change_score import change_score_power
from trialsim.theory.two_means import t_test_power, welch_power


@dataclass(frozen=True)
class _Setting:
    """One comparison of two arms of normal scores with equal variances and nothing missing."""

    outcome: OutcomeMethod
    visits: list[str]
    difference: float
    """Arm minus comparator, positive in the good direction for a one-sided test."""
    alpha: float
    sides: int
    independent: int
    """Normal covariates, independent of the score, that the analysis adjusts for."""

    def sd(self, visit: str) -> float:
        return self.outcome.at(self.outcome.sd, self.visits.index(visit))

    def correlation(self, first: str, second: str) -> float:
        return self.outcome.score_correlation(self.visits.index(first), self.visits.index(second))


def exact_rejection_rate(design: Design, cell: Cell, analysis: str, contrast: str) -> float | None:
    """The exact rejection rate of a series, averaged over random arm sizes; None without one.

    Exact means: normal scores with the same SD in both arms, nothing missing, covariates that
    are visits at which the arms do not differ or independent normal ones, arm sizes of known law,
    and an allocation that looks at no factor. Counts of responders need no normal scores.
    """
    design = as_lived(design, cell)
    if acts(design) or design.bias:
        return None
    ends = design.recruitment is not None and design.recruitment.until is not None
    if design.allocation.factors or ends:  # arm sizes of no simple law
        return None
    method = design.analyses[analysis]
    if isinstance(method, Responder):
        rule = rule_of(design, analysis)
        return exact_responder_rate(design, cell, method, contrast, rule)
    setting = _setting(design, cell, method, contrast)
    law = design.allocation.size_law(tuple(design.arms.values()))
    if setting is None or law is None:
        return None
    arms = list(design.arms)
    arm, comparator = (arms.index(name) for name in design.contrasts[contrast])
    n1, n0 = (np.array([sizes[a] for sizes, _ in law]) for a in (arm, comparator))
    chance = np.array([probability for _, probability in law])
    # Sizes too small to analyse are failures, and failures are not part of a rejection rate.
    own_variances = isinstance(method, TTest) and method.variance == "welch"
    possible = np.minimum(n1, n0) >= (2 if own_variances else 1)
    adjusting = len(method.adjust) if isinstance(method, Ancova) else 0
    possible &= n1 + n0 - 2 - adjusting >= 1
    if not possible.any():
        return None
    power = _power(method, setting, n0[possible], n1[possible])
    if power is None:
        return None
    return float(np.sum(power * chance[possible]) / chance[possible].sum())


def _setting(design: Design, cell: Cell, method: AnalysisMethod, contrast: str) -> _Setting | None:
    outcome = design.outcomes[method.outcome]
    covariates = [name for o, name in method.reads(list(design.covariates)) if not o]
    if not isinstance(outcome, RepeatedNormal) or any(
        not isinstance(known := design.covariates[name], Normal) or known.correlated_with
        for name in covariates
    ):
        return None
    if any(r.outcomes is None or method.outcome in r.outcomes for r in design.missing.values()):
        return None
    effect, arms = cell.effects[method.outcome], list(design.arms)
    if not has_formula(design, cell, method.outcome) or effect.modifier or design.by_team:
        return None
    pair = [arms.index(name) for name in design.contrasts[contrast]]
    if any(sd is not None for a in pair for sd in effect.sd[a]):
        return None
    visits = list(design.visits)
    differences = {
        visit: effect.difference[pair[0]][v] - effect.difference[pair[1]][v]
        for v, visit in enumerate(visits)
    }
    if isinstance(method, Ancova) and any(differences.get(name) for name in method.adjust):
        return None  # the covariates are no longer alike in both arms
    difference = differences[method.visit]
    if isinstance(method, ChangeScore):
        difference -= differences[method.from_visit]
    if design.decision.sides == 1 and outcome.better == "lower":
        difference = -difference
    difference += design.decision.margin_of_loss  # how far the truth is from what is tested
    return _Setting(
        outcome,
        visits,
        difference,
        design.decision.alpha,
        design.decision.sides,
        len(covariates),
    )


def _power(
    method: AnalysisMethod, given: _Setting, n0: np.ndarray, n1: np.ndarray
) -> np.ndarray | None:
    level = (given.alpha, given.sides)
    sd = given.sd(method.visit)
    if isinstance(method, TTest):
        if method.variance == "welch":
            return welch_power(n0, n1, given.difference, sd, sd, *level)
        return t_test_power(n0, n1, given.difference, sd, *level)
    if isinstance(method, ChangeScore):
        r = given.correlation(method.visit, method.from_visit)
        before = given.sd(method.from_visit)
        return change_score_power(
            n0, n1, given.difference, sd, r, *level, sd_baseline=before, sd_follow_up=sd
        )
    if isinstance(method, Ancova) and method.errors == "model":
        visits = [name for name in method.adjust if name in given.visits]
        p = len(visits) + given.independent
        if p == 0:
            return t_test_power(n0, n1, given.difference, sd, *level)
        return ancova_power(
            n0, n1, given.difference, sd, _multiple_r(given, method, visits), p, *level
        )
    return None


def _multiple_r(given: _Setting, method: Ancova, visits: list[str]) -> float:
    """Multiple correlation of the analysed score with the adjusting visits."""
    if not visits:
        return 0.0
    towards = np.array([given.correlation(method.visit, visit) for visit in visits])
    among = np.array([[given.correlation(a, b) for b in visits] for a in visits])
    return math.sqrt(float(towards @ np.linalg.solve(among, towards)))
