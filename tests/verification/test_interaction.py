"""Treatment by covariate interaction: against least squares written out, and its level."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats

import trialsim as ts
from verification.simulated import Runs, assert_share_matches, share_error, textbook, trials

SEX = {"distribution": "bernoulli", "share": 0.4}
INTERACTION = {"method": "interaction", "outcome": "score", "visit": "after", "by": "sex"}


def with_factors(changes: dict) -> ts.LoadedScenario:
    return textbook(
        {"cohort": {"covariates": {"sex": SEX}}, "decision.primary": "by_sex", **changes}
    )


@pytest.mark.evidence(
    "analysis.interaction",
    kind="double programming",
    claim=(
        "Estimate, error and p value equal least squares on arm, covariate and their product, 64 "
        "trials with a factor and 64 with a measurement, scores missing, to 1e-9."
    ),
    source="numpy.linalg.lstsq",
)
@pytest.mark.parametrize("by", ["sex", "baseline"])
def test_every_trial_is_analysed_as_by_least_squares(by):
    changes = {
        "analyses": {"by_sex": {**INTERACTION, "by": by}},
        "observation.missing": {"lost": {"method": "mcar", "rate": 0.15}},
        "assumptions": {"effect": {"score": {"treatment": 0.4}}},
    }
    scenario = with_factors(changes)
    ((data,),) = trials(scenario, 1, 81, ("effect",), replicates=64)
    method = scenario.written.analyses["by_sex"]
    from trialsim.core.stages import Rule

    found = method.analyse(data, [(1, 0)], Rule(alpha=0.05, sides=2, sign=1))
    covariate = data.covariates["sex"] if by == "sex" else data.score("score", "baseline")
    for r in range(64):
        seen = data.observed["score"]["after"][r]
        y, x = data.score("score", "after")[r][seen], covariate[r][seen]
        arm = data.arm[r][seen].astype(float)
        design = np.column_stack([np.ones_like(x), arm, x, arm * x])
        beta, rest, *_ = np.linalg.lstsq(design, y, rcond=None)
        df = y.size - 4
        error = sqrt(rest[0] / df * np.linalg.inv(design.T @ design)[3, 3])
        p = 2 * stats.t.sf(abs(beta[3] / error), df)
        np.testing.assert_allclose(found.estimate[0, 0, r], beta[3], rtol=1e-9)
        np.testing.assert_allclose(found.se[0, 0, r], error, rtol=1e-9)
        np.testing.assert_allclose(found.p_value[0, 0, r], p, rtol=1e-8)


@pytest.mark.evidence(
    "analysis.interaction",
    kind="closed form",
    claim=(
        "Five factors without any effect: some interaction is significant in 1 - 0.95^5 = 22.6 of "
        "100 trials, each in 5, 12,800 trials, to 4 errors (0.015, 0.008)."
    ),
    source="five independent tests; Brookes 2001, doi 10.3310/hta5330",
)
def test_five_factors_without_effect():
    """T22. The five tests share their residual variance and a few patients by chance: the chance
    that any rejects is that of independent tests to 0.002. Detects four factors, and a level of
    0.06. On the way: the best of the five is what best_of reports."""
    names = [f"f{i}" for i in range(5)]
    analyses = {f"by_{name}": {**INTERACTION, "by": name} for name in names}
    best = {"method": "best_of", "analyses": [f"by_{name}" for name in names[1:]], "on": False}
    scenario = textbook(
        {
            "assumptions": {"no_effect": {}},
            "cohort": {
                "covariates": {n: {"distribution": "bernoulli", "share": 0.5} for n in names}
            },
            "analyses": analyses,
            "decision.primary": "by_f0",
            "bias": {"best": best},
            "what_if": {"on": {"bias.best.on": True}},
        }
    )
    results = ts.run(scenario, replicates=12_800, seed=82)
    cells = results.plan.cells
    p = {
        (cells[one.cell].what_if, one.analysis): results.series(one)["p_value"]
        for one in results.plan.series()
    }
    stated = np.stack([p["as_stated", f"by_{name}"] for name in names])
    for row in stated:
        assert_share_matches(row < 0.05, 0.05)
    exact = 1 - 0.95**5
    assert exact == pytest.approx(0.23, abs=0.005)
    found = (stated < 0.05).any(axis=0).mean()
    assert abs(found - exact) <= 4 * share_error(exact, 12_800) + 0.002
    np.testing.assert_array_equal(p["on", "by_f0"], stated.min(axis=0))


def test_it_estimates_how_effects_differ():
    """Claim: effects of 0.1 and 0.7 in the two levels: estimated is 0.6. Exact: the difference as
    stated. Replicates 12,800; tolerance 4 errors (0.013). Detects levels taken the other way."""
    truth = {"modifier": "sex", "by_level": [0.1, 0.7]}
    changes = {
        "analyses": {"by_sex": INTERACTION},
        "assumptions": {"differs": {"score": {"treatment": truth}}},
    }
    runs = Runs(with_factors(changes), 12_800, 83)
    estimates = runs.columns("differs", "by_sex")["estimate"]
    assert abs(estimates.mean() - 0.6) <= 4 * estimates.std() / sqrt(12_800)
    assert runs.measure("differs", "by_sex", "true_value") == pytest.approx(0.6)
