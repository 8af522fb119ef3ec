"""Tests of each arm by itself: against SciPy patient by patient, and the arms that disagree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import stats

import trialsim as ts
from trialsim.operating.patients import batch_of_trials
from trialsim.operating.within_arms import changes, within_arm_claims

SCENARIO = ts.load(Path(__file__).parents[3] / "scenarios" / "textbook.yaml").changed(
    {
        "vary": {},
        "assumptions": {"no_effect": {}},
        "outcomes.score.mean": [0, 0.25],
        "observation.missing": {"lost": {"method": "mcar", "rate": 0.2}},
        "evidence": {},
    }
)


def test_each_arm_s_change_is_tested_as_scipy_does():
    """The first ten trials, patients who were seen at both visits only."""
    data = batch_of_trials(SCENARIO.plan, 0)
    found = changes(data, "score", "after", "baseline", 0.05)
    assert found.shape == (2, data.enrolled.shape[0])
    for r in range(10):
        for arm in range(2):
            who = (data.arm[r] == arm) & data.observed["score"]["after"][r]
            assert who.sum() < (data.arm[r] == arm).sum()
            after, before = (data.score("score", v)[r, who] for v in ("after", "baseline"))
            assert found[arm, r] == (stats.ttest_rel(after, before).pvalue < 0.05)


def test_claims_are_the_trials_whose_arms_disagree():
    claims = within_arm_claims(SCENARIO.plan, "score", "after", "baseline", replicates=300)
    assert claims.replicates == 512
    found = np.concatenate(
        [
            changes(batch_of_trials(SCENARIO.plan, 0, b), "score", "after", "baseline", 0.05)
            for b in (0, 1)
        ],
        axis=1,
    )
    assert claims.claims == np.mean(found[0] != found[1])
    assert claims.changed == tuple(found.mean(axis=1))
    assert claims.arms == ("control", "treatment")
    assert 0.02 < claims.claims_mcse < 0.023
