"""Numbers that lessons quote, as simulations of the trials that they are about."""

from math import sqrt

import numpy as np
import pytest
from scipy import integrate, special, stats

from trialsim.theory import exaggeration, noncentral_t, two_means
from verification.bounded_law import Score
from verification.simulated import (
    Runs,
    assert_matches,
    assert_share_matches,
    share_error,
    textbook,
    trials,
)

SD, R, N = 5.5, 0.55, 129
K = 1 / 64 + 1 / 65
IMBALANCE = 0.84
"""Points by which Hsieh's acupressure arm was worse at baseline: -3.8 less -4.64."""


@pytest.fixture(scope="module")
def half_sd_fixture() -> Runs:
    changes = {
        "design.arms": {"control": {"n": 64}, "treatment": {"n": 64}},
        "assumptions": {"half": {"score": {"treatment": 0.5}}},
    }
    return Runs(textbook(changes), replicates=100_000, seed=64)


def test_power_of_64_per_arm_matches_noncentral_t(half_sd_fixture):
    """Claim: 64 an arm, 0.5 SD, t test: 80 of 100 trials are significant.
    Exact: noncentral t, 0.8015. Replicates 100,000; tolerance 4 errors, 0.005.
    Detects: 63 or 65 for 64 an arm four times in five; alpha 0.06 always.
    """
    p_value = half_sd_fixture.columns("half", "t_test")["p_value"]
    exact = two_means.t_test_power(64, 64, 0.5)
    assert exact == pytest.approx(0.8015, abs=5e-5)
    assert_share_matches(p_value < 0.05, exact)


def test_exaggeration_at_80_percent_power_matches_truncated_normal(half_sd_fixture):
    """Claim: those that are significant exaggerate the effect by 1.12 on average.
    Exact: `type_m` of theory, 1.124; its spread by quadrature over the sample SD.
    Replicates 100,000, of which 80,000 significant; tolerance 4 errors, 0.004.
    Detects: the mean over all trials in place of the significant ones (1.00), the median.
    """
    ncp, df = 0.5 * sqrt(32), 126
    critical = noncentral_t.critical_t(df)
    power = noncentral_t.rejection_probability(ncp, df)

    def square_beyond(s: float) -> float:  # E[x^2; |x| > critical s] of a normal around ncp
        beyond = critical * s
        near = (ncp**2 + 1) * special.ndtr(ncp - beyond)
        near += (ncp + beyond) * stats.norm.pdf(beyond - ncp)
        far = (ncp**2 + 1) * special.ndtr(-ncp - beyond)
        far += (beyond - ncp) * stats.norm.pdf(beyond + ncp)
        return (near + far) * stats.chi(df).pdf(s * sqrt(df)) * sqrt(df)

    square, _ = integrate.quad(square_beyond, 0.5, 1.6)
    exact = exaggeration.type_m(ncp, df)
    assert exact == pytest.approx(1.12, abs=0.005)
    spread = sqrt(square / power - (exact * ncp) ** 2) / ncp
    n_used = power * half_sd_fixture.replicates
    assert_matches(
        half_sd_fixture.measure("half", "t_test", "type_m"), exact, spread / sqrt(n_used)
    )


@pytest.mark.parametrize(("per_arm", "power"), [(120, 0.80), (160, 0.90)])
def test_sizes_for_two_points_reach_their_power(per_arm, power):
    """Claim: 120 and 160 an arm are the smallest sizes that find 2 points at SD 5.5 in 80 and 90
    of 100 trials.
    Exact: noncentral t, 0.8010 and 0.9002, and one patient an arm less does not suffice.
    Replicates 40,000; tolerance 4 errors, 0.008 and 0.006.
    Detects: an SD of 5.6 for 5.5.
    """
    assert two_means.t_test_sample_size(2, SD, power) == (per_arm, per_arm)
    changes = {
        "design.arms": {"control": {"n": per_arm}, "treatment": {"n": per_arm}},
        "outcomes.score.sd": SD,
        "assumptions": {"two": {"score": {"treatment": 2}}},
        "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
        "decision": {"method": "superiority"},
    }
    p_value = Runs(textbook(changes), 40_000, seed=per_arm).columns("two", "t_test")["p_value"]
    assert_share_matches(p_value < 0.05, two_means.t_test_power(per_arm, per_arm, 2, SD))


def test_ancova_variance_ratio_matches_one_minus_r_squared(hsieh_normal_fixture):
    """Claim: ANCOVA needs 0.70 of the patients of a t test when baseline correlates 0.55.
    Exact: (1 - r^2) (1 + 1/(n - 4)) = 0.7031 at 129; the two estimates correlate by the root of
    (1 - r^2) / (1 + 1/(n - 4)), which sets the error of the ratio of their variances.
    Replicates 100,000; tolerance 4 errors, 0.0098.
    Detects: r 0.53 for 0.55.
    """
    columns = [hsieh_normal_fixture.columns("no_effect", name) for name in ("ancova", "t_test")]
    ratio = np.divide(*(one["estimate"].var(ddof=1) for one in columns))
    imbalance = 1 + 1 / (N - 4)
    exact = (1 - R**2) * imbalance
    squared_correlation = (1 - R**2) / imbalance
    error = exact * 2 * sqrt((1 - squared_correlation) / hsieh_normal_fixture.replicates)
    assert_matches(ratio, exact, error)
    assert exact == pytest.approx(0.70, abs=0.02)


@pytest.mark.parametrize(
    ("analysis", "slope", "residual"),
    [
        ("t_test", R, 1 - R**2),
        ("change", R - 1, 1 - R**2),
        # ANCOVA's variance rises with the imbalance: 1 + d^2 / SSx, of weight d^2 here.
        ("ancova", 0.0, (1 - R**2) * (1 + 3 / (N - 4))),
    ],
)
def test_conditional_bias_given_imbalance_matches_regression(
    hsieh_normal_fixture, analysis, slope, residual
):
    """Claim: with no effect and a treated arm 0.84 points worse at baseline the estimates are off
    by +0.46 (follow-up score), -0.38 (change) and 0 (ANCOVA).
    Exact: 0.84 r = 0.462, 0.84 (r - 1) = -0.378 and 0, by least squares of the estimate on the
    baseline difference, which is the first estimate less the second.
    Replicates 100,000; tolerance 4 errors, 0.009 points.
    Detects: r 0.57 for 0.55, an ANCOVA that corrects 4% too little.
    """
    no_effect = {
        name: hsieh_normal_fixture.columns("no_effect", name)["estimate"]
        for name in ("t_test", "change", "ancova")
    }
    baseline = no_effect["t_test"] - no_effect["change"]
    fitted = float(baseline @ no_effect[analysis] / (baseline @ baseline))
    error = sqrt(residual / baseline.size)
    assert_matches(IMBALANCE * fitted, IMBALANCE * slope, IMBALANCE * error)


def test_share_of_imbalanced_trials_matches_normal_law(hsieh_normal_fixture):
    """Claim: with SD 5.5 chance makes arms of 64 and 65 differ by 0.84 points or more at baseline
    in 38.6% of trials.
    Exact: 2 Phi(-0.84 / (5.5 sqrt(1/64 + 1/65))) = 0.3857. Replicates 100,000; tolerance 4
    errors, 0.0062.
    Detects: an SD of 5.65 for 5.5; a method that balances the baseline.
    """
    follow_up, change = (
        hsieh_normal_fixture.columns("no_effect", name)["estimate"] for name in ("t_test", "change")
    )
    exact = 2 * special.ndtr(-IMBALANCE / (SD * sqrt(K)))
    assert exact == pytest.approx(0.386, abs=5e-4)
    assert_share_matches(np.abs(follow_up - change) >= IMBALANCE, exact)


def test_interval_catches_the_next_estimate_as_often_as_t_law_says(hsieh_normal_fixture):
    """Claim: a 95% interval holds the estimate of an identical second trial in 83.4% of pairs,
    not in 95%.
    Exact: with t tests 2 T127(t / sqrt 2) - 1 = 0.8359 (0.8342 when the SD is known).
    50,000 pairs; tolerance 4 errors, 0.0066.
    Detects: trials that are not independent of one another, intervals 2.5% too narrow.
    """
    columns = hsieh_normal_fixture.columns("as_published", "t_test")
    first, second = slice(0, None, 2), slice(1, None, 2)
    following = columns["estimate"][second]
    caught = (columns["lower"][first] <= following) & (following <= columns["upper"][first])
    df = N - 2
    exact = 2 * special.stdtr(df, special.stdtrit(df, 0.975) / sqrt(2)) - 1
    assert exact == pytest.approx(0.834, abs=0.003)
    assert_share_matches(caught, exact)


@pytest.mark.parametrize(("method", "nnt"), [("bounded_integer", 6.59), ("repeated_normal", 5.26)])
def test_number_needed_to_treat_matches_the_law_of_the_score(method, nnt):
    """Claim: means 9.2 and 5.4, SD 5.5 in both arms: to have one patient fewer above 12 points,
    6.59 are treated on the bounded RMDQ, 5.26 if scores were normal.
    Exact: tails of the beta-binomial and the normal law. About 260,000 patients an arm; tolerance
    4 errors of the risk difference, 0.0035.
    Detects: the one law in place of the other (0.038), a cut at 11 or 13 points.
    """
    outcome = {"method": method, "mean": 9.2, "sd": SD}
    if method == "bounded_integer":
        outcome |= {"min": 0, "max": 24}
        shares = [Score(0, 24, mean, SD).probabilities[13:].sum() for mean in (9.2, 5.4)]
    else:
        shares = [float(special.ndtr((mean - 12) / SD)) for mean in (9.2, 5.4)]
    assert 1 / (shares[0] - shares[1]) == pytest.approx(nnt, abs=0.005)
    changes = {
        "design.arms": {"control": {"n": 1000}, "treatment": {"n": 1000}},
        "outcomes.score": outcome,
        "assumptions": {"shift": {"score": {"treatment": {"difference": -3.8, "sd": SD}}}},
        "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
        "decision": {"method": "superiority"},
    }
    ((data,),) = trials(textbook(changes), batches=1, seed=12, assumptions=("shift",))
    above = [data.score("score", "after")[data.arm == arm] > 12 for arm in (0, 1)]
    difference = float(above[0].mean() - above[1].mean())
    errors = [share_error(p, x.size) for p, x in zip(shares, above, strict=True)]
    assert_matches(difference, shares[0] - shares[1], sqrt(errors[0] ** 2 + errors[1] ** 2))
