"""Mean, spread and standard errors of estimates against least-squares theory."""

from math import sqrt

import numpy as np
import pytest
from scipy import special

from verification.simulated import assert_matches

N, R, EFFECT = 129, 0.55, 0.4
K = 1 / 64 + 1 / 65
VARIANCE = {
    "t_test": K,
    "welch": K,
    "change": 2 * (1 - R) * K,
    # An imbalance d of the baseline costs d^2 / SSx, whose mean is K / (n - 4).
    "ancova": (1 - R**2) * K * (1 + 1 / (N - 4)),
}
DF = {"t_test": N - 2, "welch": N - 2, "change": N - 2, "ancova": N - 3}


@pytest.mark.evidence(
    "outcomes.repeated_normal",
    kind="closed form",
    claim=(
        "A difference of 0.4 SD is delivered: the mean estimate of 100,000 trials, to 4 "
        "errors (0.002)."
    ),
    source="the stated effect",
)
@pytest.mark.parametrize("analysis", VARIANCE)
def test_mean_estimate_matches_true_effect(textbook_fixture, analysis):
    """Claim: estimates are centred on the true effect, arm minus comparator.
    Exact: 0.4. Replicates 100,000; tolerance 4 errors, about 0.002.
    Detects: a bias of 0.003, less than 1% of the effect; a wrong sign.
    """
    estimate = textbook_fixture.columns("medium", analysis)["estimate"]
    assert_matches(estimate.mean(), EFFECT, sqrt(VARIANCE[analysis] / estimate.size))


@pytest.mark.evidence(
    "analysis.t_test",
    kind="closed form",
    claim="The SD of 100,000 estimates is that of least-squares theory, to 4 errors (0.9%).",
    source="variance k = 1/64 + 1/65",
)
@pytest.mark.evidence(
    "analysis.change_score",
    kind="closed form",
    claim="The SD of 100,000 estimates is that of least-squares theory, to 4 errors (0.9%).",
    source="variance 2 (1 - r) k",
)
@pytest.mark.evidence(
    "analysis.ancova",
    kind="closed form",
    claim=(
        "The SD of 100,000 estimates is that of least-squares theory, to 4 errors (0.9%), "
        "chance imbalance of a random baseline included."
    ),
    source="variance (1 - r^2) k (1 + 1/(n - 4))",
)
@pytest.mark.evidence(
    "outcomes.repeated_normal",
    kind="closed form",
    claim=(
        "Scores have the SD and the correlation between visits that were asked for: "
        "differences in score and in change have the SDs of theory in 100,000 trials, to 4 "
        "errors (0.9%)."
    ),
    source="variances k and 2 (1 - r) k",
)
@pytest.mark.parametrize("analysis", VARIANCE)
def test_empirical_se_matches_least_squares_theory(textbook_fixture, analysis):
    """Claim: the SD of the estimates is that of theory.
    Exact: variance k for t, 2 (1 - r) k for change, (1 - r^2) k (1 + 1/(n - 4)) for ANCOVA with
    a random baseline, k = 1/64 + 1/65. Replicates 100,000; tolerance 4 errors, 0.9% of the SD.
    Detects: a baseline correlation of 0.56 for 0.55 in the change score.
    """
    estimate = textbook_fixture.columns("medium", analysis)["estimate"]
    exact = sqrt(VARIANCE[analysis])
    assert_matches(estimate.std(ddof=1), exact, exact / sqrt(2 * estimate.size))


@pytest.mark.evidence(
    "analysis.t_test",
    kind="closed form",
    claim=(
        "The squared standard error is unbiased for the variance of the estimate: its mean "
        "over 100,000 trials, to 4 errors (0.16%)."
    ),
    source="variance of the estimate by least squares",
)
@pytest.mark.evidence(
    "analysis.change_score",
    kind="closed form",
    claim=(
        "The squared standard error is unbiased for the variance of the estimate: its mean "
        "over 100,000 trials, to 4 errors (0.16%)."
    ),
    source="variance of the estimate by least squares",
)
@pytest.mark.evidence(
    "analysis.ancova",
    kind="closed form",
    claim=(
        "The squared standard error is unbiased for the variance of the estimate: its mean "
        "over 100,000 trials, to 4 errors (0.16%)."
    ),
    source="variance of the estimate by least squares",
)
@pytest.mark.parametrize("analysis", VARIANCE)
def test_squared_standard_errors_match_the_variance_of_estimates(textbook_fixture, analysis):
    """Claim: the squared standard error is unbiased for the variance of the estimate.
    Exact: as above; it varies as a chi-square over its degrees of freedom (and, for ANCOVA, a
    little with the imbalance). Replicates 100,000; tolerance 4 errors, 0.16% of the variance.
    Detects: one degree of freedom too many or too few (0.8%); ANCOVA's standard error without
    its term for imbalance (0.8%).
    """
    squared = textbook_fixture.columns("medium", analysis)["se"] ** 2
    exact = VARIANCE[analysis]
    spread = sqrt(2 / DF[analysis] + (2 / (N - 4) ** 2 if analysis == "ancova" else 0))
    assert_matches(squared.mean(), exact, exact * spread / sqrt(squared.size))


@pytest.mark.parametrize("analysis", ["t_test", "change"])
def test_mean_interval_width_matches_chi_law(textbook_fixture, analysis):
    """Claim: the mean width of the 95% interval.
    Exact: 2 t SE c4(127), with c4 the mean of chi over the root of its degrees of freedom.
    Replicates 100,000; tolerance 4 errors, 0.08% of the width.
    Detects: 1.96 for the quantile of t (1%), c4 left out (0.2%).
    """
    df = DF[analysis]
    c4 = sqrt(2 / df) * np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2))
    known = 2 * special.stdtrit(df, 0.975) * sqrt(VARIANCE[analysis])
    width = textbook_fixture.measure("medium", analysis, "mean_ci_width")
    error = known * sqrt((1 - c4**2) / textbook_fixture.replicates)
    assert_matches(width, known * c4, error)
