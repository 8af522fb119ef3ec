"""One value in the place of a missing score: how far it misleads when scores are lost by chance.

Scores of SD 1, effects of 0.6 after treatment and 0.2 later, 30% of the later scores lost
completely at random. A mean estimate of 20,000 trials has error 0.0015: a bias of 0.006 is found,
that of the last observation is 0.12.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from verification.simulated import Runs, assert_matches, textbook

REPLICATES = 20_000
N = 64
LOST = 0.3
AFTER, LATER = 0.6, 0.2
RHO = 0.5
T_TEST = {"method": "t_test", "outcome": "score", "visit": "later"}
CHANGES = {
    "design.arms": {"control": {"n": N}, "treatment": {"n": N}},
    "design.visits_weeks": {"baseline": 0, "after": 4, "later": 26},
    "assumptions": {"effect": {"score": {"treatment": [0, AFTER, LATER]}}},
    "outcomes.score.correlation": RHO,
    "observation": {"missing": {"lost": {"method": "mcar", "rate": {"later": LOST}}}},
    "evidence": {},
    "decision.primary": "complete",
    "analyses": {
        "complete": T_TEST,
        "change": {**T_TEST, "method": "change_score"},
        "ancova": {**T_TEST, "method": "ancova"},
        "last": {**T_TEST, "missing": "last_observation"},
        "baseline": {**T_TEST, "missing": "baseline_observation"},
        "last_ancova": {**T_TEST, "method": "ancova", "missing": "last_observation"},
    },
}


@pytest.fixture(scope="module")
def runs() -> Runs:
    return Runs(textbook(CHANGES), REPLICATES, seed=2012)


@pytest.mark.evidence(
    "observation.mcar",
    kind="closed form",
    claim=(
        "With 30% lost completely at random t test, change score and ANCOVA of complete cases"
        " are unbiased, 20,000 trials, to 4 errors (0.006)."
    ),
    source="doi 10.1093/biomet/63.3.581",
)
@pytest.mark.parametrize(
    ("analysis", "sd"),
    [("complete", 1.0), ("change", sqrt(2 - 2 * RHO)), ("ancova", sqrt(1 - RHO**2))],
)
def test_complete_cases_are_unbiased_when_loss_is_by_chance(runs, analysis, sd):
    found = runs.columns("effect", analysis)
    # A little more than the share lost, for the spread of the numbers seen and of the covariate.
    error = sd * sqrt(2 / (N * (1 - LOST)) * 1.03 / REPLICATES)
    assert_matches(float(found["estimate"].mean()), LATER, error, analysis)


@pytest.mark.evidence(
    "analysis.t_test",
    kind="closed form",
    claim=(
        "Carrying the last or the baseline score forward biases the difference by the share "
        "carried times the difference between the effects, 20,000 trials, to 4 errors "
        "(0.006)."
    ),
    source="mean of a mixture; see doi 10.1056/NEJMsr1203730",
)
@pytest.mark.parametrize(("analysis", "stands_in"), [("last", AFTER), ("baseline", 0.0)])
def test_bias_is_the_share_carried_times_the_difference_between_effects(runs, analysis, stands_in):
    """0.3 (0.6 - 0.2) = 0.12 forward, 0.3 (0 - 0.2) = -0.06 from baseline."""
    bias = LOST * (stands_in - LATER)
    # A patient's score is a mixture of two normals whose means differ in the treated arm.
    variance = (2 + LOST * (1 - LOST) * (stands_in - LATER) ** 2) / N
    found = runs.columns("effect", analysis)
    assert_matches(
        float(found["estimate"].mean()), LATER + bias, sqrt(variance / REPLICATES), analysis
    )
    assert np.all(found["n_analysed"] == 2 * N)
    assert runs.measure("effect", analysis, "true_value") == LATER


def test_adjusting_does_not_help(runs):
    """The ANCOVA of carried scores has the bias of their t test: allocation is balanced."""
    found = runs.columns("effect", "last_ancova")["estimate"]
    expected = LATER + LOST * (AFTER - LATER)
    assert_matches(float(found.mean()), expected, float(found.std()) / sqrt(REPLICATES))


def test_carried_scores_are_too_sure_of_themselves(runs):
    """More patients than were seen: errors shrink by sqrt(0.7), and intervals miss the truth."""
    seen, carried = (runs.measure("effect", a, "model_se") for a in ("complete", "last"))
    assert carried / seen == pytest.approx(sqrt(1 - LOST), rel=0.02)
    covers = runs.measure("effect", "last", "coverage")
    assert covers < runs.measure("effect", "complete", "coverage") - 0.03


BOUNDED = {
    "method": "bounded_integer",
    "better": "lower",
    "max": 24,
    "mean": [10.45, 9.5, 6.89],
    "sd": [5.3, 6.0, 4.6],
    "correlation": RHO,
}


@pytest.mark.evidence(
    "analysis.responder",
    kind="closed form",
    claim=(
        "Worst-case scores for the lost shrink the risk difference by the share lost, 20,000 "
        "trials, to 4 errors."
    ),
    source="mean of a mixture",
)
def test_worst_case_shrinks_the_difference_by_the_share_lost():
    """Everybody lost gets 24, in both arms: 0.7 of a difference of -2 is left."""
    changes = {
        **CHANGES,
        "outcomes": {"score": BOUNDED},
        "assumptions": {"effect": {"score": {"treatment": -2}}},
        "analyses": {
            "worst": {**T_TEST, "missing": "worst_case"},
            "counted": {
                **T_TEST,
                "method": "responder",
                "cut": 5,
                "event": "at_or_below",
                "missing": "worst_case",
            },
        },
        "decision.primary": "worst",
    }
    runs = Runs(textbook(changes), REPLICATES, seed=24)
    found = runs.columns("effect", "worst")["estimate"]
    error = float(found.std()) / sqrt(REPLICATES)
    assert_matches(float(found.mean()), -2 * (1 - LOST), error)
    # Nobody lost is a responder: the risk difference shrinks by the same share.
    counted = runs.columns("effect", "counted")["estimate"]
    truth = runs.measure("effect", "counted", "true_value")
    error = float(counted.std()) / sqrt(REPLICATES)
    assert_matches(float(counted.mean()), truth * (1 - LOST), error)
