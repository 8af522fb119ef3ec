"""scenarios/murphy2019.yaml: what a comparison of 22 with 23 patients can find, against theory.

Closed forms hold for normal scores, so the outcome of the scenario is made normal; its own bounded
scores are judged beside them.
"""

from math import sqrt
from typing import Any

import numpy as np
import pytest
from scipy import special

import trialsim as ts
from trialsim.theory import ancova, two_means
from verification.bounded_law import Score
from verification.simulated import (
    SCENARIOS,
    Runs,
    assert_matches,
    assert_share_matches,
)

REPLICATES = 20_000
N1, N0 = 22, 23
K = 1 / N1 + 1 / N0
SD, R = 1.8, 0.5
T_TEST_80, ANCOVA_80 = 0.85, 0.74
"""Differences in SDs that the pilot finds in 80 of 100 trials, without and with its baseline."""
IMPLIED = -1.4
AFTER = Score(0, 10, 4.6, SD, step=0.25)
ANALYSES = {"t_test": "pain_t_test", "ancova": "pain"}


TRUTHS = {
    "no_effect": 0.0,
    "as_implied": IMPLIED,
    "t_test_80": -T_TEST_80 * SD,
    "ancova_80": -ANCOVA_80 * SD,
}


def pain_alone(outcome: dict[str, Any]) -> ts.LoadedScenario:
    """The trial with pain as its only outcome, described like this; its two analyses of pain."""
    scenario = ts.load(SCENARIOS / "murphy2019.yaml")
    written = scenario.document.data["analyses"]
    assumptions = {
        name: {"pain": {"relaxing": difference, "stimulating": difference}}
        for name, difference in TRUTHS.items()
    }
    return scenario.changed(
        {
            "outcomes": {"pain": outcome},
            "assumptions": assumptions,
            "analyses": {name: written[name] for name in ANALYSES.values()},
            "decision": "superiority",
            "estimands": {},
            "what_if": {},
            "vary": {},
            "evidence": {},
        }
    )


def pain_as_written() -> dict[str, Any]:
    return dict(ts.load(SCENARIOS / "murphy2019.yaml").document.data["outcomes"]["pain"])


def pain_made_normal() -> dict[str, Any]:
    kept = ("better", "mean", "sd", "correlation")
    return {"method": "repeated_normal"} | {key: pain_as_written()[key] for key in kept}


@pytest.fixture(scope="module")
def normal_fixture() -> Runs:
    return Runs(pain_alone(pain_made_normal()), REPLICATES, seed=2588)


@pytest.fixture(scope="module")
def bounded_fixture() -> Runs:
    return Runs(pain_alone(pain_as_written()), REPLICATES, seed=2597)


def power(analysis: str, difference: float) -> float:
    if analysis == "t_test":
        return float(two_means.t_test_power(N0, N1, difference, SD))
    return float(ancova.ancova_power(N0, N1, difference, SD, R))


@pytest.mark.parametrize("analysis", ANALYSES)
@pytest.mark.parametrize("contrast", ["relaxing", "stimulating"])
@pytest.mark.parametrize("assumption", TRUTHS)
def test_share_significant_matches_exact_power(normal_fixture, assumption, contrast, analysis):
    """Claim: normal scores, 22 against 23 patients: as many trials are significant as the
    noncentral t says, averaged over the chance imbalance of the baseline for ANCOVA.
    Exact: 5%; 72% and 83% for -1.4; 80% for 0.85 SD by the t test, 79% for 0.74 SD by ANCOVA.
    Replicates 20,000; tolerance 4 errors, 0.006 at 5% and 0.013 at 72%.
    Detects: 20 patients for 22 in an arm (0.700 for 0.722), an SD of 1.85 for 1.8 (0.699), a
    baseline correlation of 0.45 for 0.5 (0.805 for 0.828).
    """
    p_value = normal_fixture.columns(assumption, ANALYSES[analysis], contrast)["p_value"]
    assert_share_matches(p_value < 0.05, power(analysis, TRUTHS[assumption]))


def test_detectable_differences_are_those_of_80_percent_power():
    """Claim: 0.85 SD without and 0.74 SD with a covariate correlated 0.5 are found in 80 of 100
    trials of this size, within 1. By theory alone: power 0.796 and 0.790.
    """
    assert power("t_test", T_TEST_80 * SD) == pytest.approx(0.796, abs=5e-4)
    assert power("ancova", ANCOVA_80 * SD) == pytest.approx(0.790, abs=5e-4)


def chi_mean(df: int) -> float:
    """Mean of s / sigma, s^2 a variance estimate with these degrees of freedom."""
    return sqrt(2 / df) * float(np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2)))


@pytest.mark.parametrize(("analysis", "smallest"), [("t_test", 0.60), ("ancova", 0.52)])
def test_smallest_significant_difference_matches_the_law_of_its_error(
    normal_fixture, analysis, smallest
):
    """Claim: on average an estimate is significant from 0.60 SD without and from 0.52 SD with a
    covariate correlated 0.5.
    Exact: t x E[s] x root of (1/22 + 1/23), for ANCOVA times root of (1 - r^2) and E[(1 - q)^-1/2]
    with 1 - q ~ Beta(21.5, 0.5): 0.598 and 0.524. Replicates 20,000; tolerance 4 errors, by the
    second moments of s and q, 0.0019 SD.
    Detects: 21 patients for 22 (0.605), a normal for a t critical value (0.581), a correlation of
    0.49 for 0.5 (0.528).
    """
    covariates = 0 if analysis == "t_test" else 1
    df = N1 + N0 - 2 - covariates
    at_average = float(special.stdtrit(df, 0.975)) * sqrt(K) * (sqrt(1 - R**2) if covariates else 1)
    assert at_average == pytest.approx(smallest, abs=0.005)
    mean, square = chi_mean(df), 1.0
    if covariates:
        whole = special.beta((df + 1) / 2, 0.5)
        mean *= special.beta(df / 2, 0.5) / whole
        square *= special.beta((df - 1) / 2, 0.5) / whole
    columns = normal_fixture.columns("no_effect", ANALYSES[analysis], "relaxing")
    half_width = (columns["upper"] - columns["lower"]) / 2 / SD
    error = at_average * sqrt((square - mean**2) / REPLICATES)
    assert_matches(float(half_width.mean()), at_average * mean, error, analysis)


@pytest.mark.parametrize("scores", ["normal", "bounded"])
@pytest.mark.parametrize("assumption", ["no_effect", "as_implied"])
def test_no_trial_is_significant_below_0_60_of_its_own_sds(request, scores, assumption):
    """Claim: whatever the scores and the truth, 22 against 23 patients differ significantly exactly
    where the estimate exceeds 0.6014 of the trial's own pooled SD.
    Exact in every one of 20,000 trials: t(43) x root of (1/22 + 1/23).
    Detects: 42 or 44 degrees of freedom (0.6018, 0.6010), a normal for a t critical value.
    """
    runs: Runs = request.getfixturevalue(f"{scores}_fixture")
    columns = runs.columns(assumption, ANALYSES["t_test"], "relaxing")
    limit = float(special.stdtrit(N1 + N0 - 2, 0.975)) * sqrt(K)
    assert limit == pytest.approx(0.6014, abs=5e-5)
    own_sd = columns["se"] / sqrt(K)
    significant = columns["p_value"] < 0.05
    assert 0 < significant.sum() < significant.size
    assert np.array_equal(np.abs(columns["estimate"]) > limit * own_sd, significant)


def test_the_two_comparisons_with_usual_care_correlate_by_the_patients_they_share(normal_fixture):
    """Claim: estimates of the two acupressure arms against the same usual care correlate 0.49.
    Exact: (1/23) / (1/22 + 1/23) = 0.4889. Replicates 20,000; tolerance 4 errors, 0.022.
    Detects: comparators drawn anew for each contrast (0). Does not tell 0.489 from the
    0.5 of three equal arms.
    """
    estimates = [
        normal_fixture.columns("no_effect", ANALYSES["t_test"], contrast)["estimate"]
        for contrast in ("relaxing", "stimulating")
    ]
    exact = (1 / N0) / K
    assert exact == pytest.approx(0.489, abs=5e-4)
    found = float(np.corrcoef(*estimates)[0, 1])
    assert_matches(found, exact, (1 - exact**2) / sqrt(REPLICATES))


@pytest.mark.parametrize("assumption", ["no_effect", "as_implied"])
def test_bounded_scores_are_significant_nearly_as_often_as_normal_ones(bounded_fixture, assumption):
    """Claim: on the inventory's own scale, 0 to 10 by quarters, the t test finds what it would
    with normal scores of the same two SDs.
    Nearly exact: 5%, and for -1.4, where the acupressure arm's SD falls to 1.68 with its mean, the
    pooled test's power with unequal SDs, 0.749. Replicates 20,000; tolerance 4 errors, 0.006 and
    0.012, which near-normality must not exceed.
    Detects: the comparator's SD in both arms (0.722), an effect of -1.35 (0.717).
    """
    difference = TRUTHS[assumption]
    after = AFTER.moved(difference)
    exact = float(two_means.pooled_power_unequal_variance(N0, N1, difference, SD, after.sd))
    assert exact == pytest.approx({"no_effect": 0.05, "as_implied": 0.749}[assumption], abs=5e-4)
    p_value = bounded_fixture.columns(assumption, ANALYSES["t_test"], "relaxing")["p_value"]
    assert_share_matches(p_value < 0.05, exact)
