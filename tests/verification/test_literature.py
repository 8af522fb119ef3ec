"""Simulated literatures: the law of their trials, and reviews where theory knows the answer."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import integrate, stats

import trialsim as ts
from trialsim.core.draws import Draws
from trialsim.literature.measures import ALL, DIFFERENCE, value_of
from trialsim.literature.setting import setting_of
from trialsim.literature.trials import simulate_trials
from verification.simulated import (
    SCENARIOS,
    assert_matches,
    assert_share_matches,
    share_error,
    textbook,
)

Z = stats.norm.ppf(0.975)


def literature(primary: str = "t_test", **written: object) -> ts.LoadedScenario:
    """Trials of the textbook's arms and scores (SD 1, r 0.55), all of them published."""
    plain = {"trials": 10, "sizes": [129], "effect": {"mean": 0.2}, **written}
    return textbook({"decision.primary": primary, "literature": plain})


def trials_of(scenario: ts.LoadedScenario, batches: int, seed: int) -> dict[str, np.ndarray]:
    """Estimates, errors and p values of all trials of so many batches."""
    setting = setting_of(scenario)
    found = [simulate_trials(setting, Draws(seed, batch)) for batch in range(batches)]
    return {
        name: np.concatenate([getattr(one, name).ravel() for one in found])
        for name in ("estimate", "se", "p_value")
    }


@pytest.fixture(scope="module")
def patients() -> dict[str, dict[str, np.ndarray]]:
    """10,000 trials of 64 and 65 simulated patient by patient, by analysis."""
    changes = {"assumptions": {"small": {"score": {"treatment": 0.2}}}, "vary": {}}
    results = ts.run(textbook(changes), replicates=10_000, seed=129)
    return {one.analysis: results.series(one) for one in results.plan.series()}


@pytest.mark.parametrize("analysis", ["t_test", "change", "ancova"])
def test_a_trial_drawn_as_a_statistic_is_one_simulated_patient_by_patient(patients, analysis):
    """Claim: estimate, SE and their joint law (t, p) are the same for trials of 64 and 65.

    10,000 trials by patients, 51,200 by statistics. Kolmogorov-Smirnov at 1e-5 for each: detects a
    distance of 0.027, such as a shift of 0.07 SD of the estimate. Moments within 4 errors: 0.007 in
    the mean estimate, 0.2% in the mean SE; ANCOVA without the error of the imbalance would be off
    by 0.4% in the SE, and without its degree of freedom by 0.4% in the mean square.
    """
    drawn = trials_of(literature(analysis), batches=20, seed=129)
    by_patient = patients[analysis]
    for name in ("estimate", "se", "p_value"):
        one, other = drawn[name], by_patient[name]
        assert stats.ks_2samp(one, other).pvalue > 1e-5, name
        for power in (1, 2):
            a, b = one**power, other**power
            error = sqrt(a.var() / a.size + b.var() / b.size)
            assert_matches(a.mean(), b.mean(), error, f"{name}, moment {power}")
    # Independent of each other, but for what an imbalance does to both.
    for found in (drawn, by_patient):
        r = np.corrcoef(found["estimate"], found["se"])[0, 1]
        assert abs(r) < 4 / sqrt(found["se"].size)


def test_selection_off_leaves_no_bias_and_coverage_is_what_theory_gives():
    """Claim: 20 trials of 30 to 100 patients, one true effect: inverse variance has no bias, and
    its interval covers the conditional expectation of 2 Phi(z sqrt(sum w) / sqrt(sum w^2 v)) - 1.

    Weights are 1 / SE^2 with SE from the trial's own SD, independent of its estimate. The
    expectation is over 100,000 draws of the SDs made here (error 2e-5): 94.3%. 10,000 literatures,
    4 errors: 0.0022 SD of bias, 0.009 of coverage. Detects a t quantile with 19 degrees of
    freedom (95.7%).
    """
    sizes, replicates = np.arange(30, 110, 4), 10_000
    found = ts.simulate_literature(
        literature(trials=20, sizes=sizes.tolist()), replicates=replicates, seed=1
    )
    n0 = (sizes + 1) // 2
    v = 1 / n0 + 1 / (sizes - n0)
    rng = np.random.Generator(np.random.Philox(1))
    w = 1 / (v * rng.chisquare(sizes - 2, (100_000, 20)) / (sizes - 2))
    total, spread = w.sum(axis=1), np.sqrt((w**2 * v).sum(axis=1))
    coverage = float((2 * stats.norm.cdf(Z * np.sqrt(total) / spread) - 1).mean())
    assert coverage < 0.945
    pooled = found.everything.pooled["inverse_variance"]
    error = float(np.sqrt(((spread / total) ** 2).mean() / replicates))
    assert_matches(pooled.estimate.mean(), 0.2, error, "inverse variance")
    covered = (pooled.lower <= 0.2) & (pooled.upper >= 0.2)
    assert_share_matches(covered, coverage, "coverage")
    rows = found.table()
    assert value_of(rows, "coverage", ALL, "inverse_variance")[0] == covered.mean()
    # Everything is published, so the two reviews are one.
    assert value_of(rows, "estimate", DIFFERENCE, "reml") == (0.0, 0.0)


K, TAU2 = 8, 0.001
"""Trials of 4,000 patients: their variance is 0.001 too, and known up to 2%."""


@pytest.fixture(scope="module")
def alike() -> ts.Literatures:
    scenario = literature(trials=K, sizes=[4_000], effect={"mean": 0.2, "tau": sqrt(TAU2)})
    return ts.simulate_literature(scenario, replicates=20_000, seed=2)


def over_spread(function) -> float:
    """Mean over the sample variance of K estimates in units of its mean: chi-square / (K - 1)."""
    density = stats.chi2(K - 1).pdf
    return integrate.quad(lambda x: function(x / (K - 1)) * density(x), 0, 80, limit=200)[0]


def test_intervals_of_trials_of_one_size_cover_as_theory_says(alike):
    """Claim: 8 large trials of one size, tau^2 = v. Hartung-Knapp covers 95%, because it is then
    the t interval of 8 estimates. The normal interval covers
    E[2 Phi(z sqrt(max(s^2, v) / (v + tau^2))) - 1], whichever estimates tau2: 92.4%.
    Never narrower than by the weights: the same with the t quantile, 96.3%.

    20,000 literatures, 4 errors: 0.005 to 0.0075. Detects any of the three in place of another.
    """
    t = stats.t.ppf(0.975, K - 1)
    half = TAU2 / (2 * TAU2)  # v as a part of v + tau2

    def normal(s2):
        return 2 * stats.norm.cdf(Z * sqrt(max(s2, half))) - 1

    def at_least(s2):
        return 2 * stats.norm.cdf(t * sqrt(max(s2, half))) - 1

    exact = {
        "dersimonian_laird": over_spread(normal),
        "reml": over_spread(normal),
        "hartung_knapp": 0.95,
        "hartung_knapp_at_least_1": over_spread(at_least),
    }
    assert exact["reml"] < 0.93
    for method, coverage in exact.items():
        pooled = alike.published.pooled[method]
        assert_share_matches((pooled.lower <= 0.2) & (pooled.upper >= 0.2), coverage, method)
        error = sqrt(2 * TAU2 / K / alike.replicates)
        assert_matches(pooled.estimate.mean(), 0.2, error, method)


def test_prediction_interval_holds_a_new_trial_as_often_as_theory_says(alike):
    """Claim: by Hartung and Knapp, E[2 Phi(t sqrt(max(s^2 - v, 0) + s^2 / k) / sqrt(tau^2 + (v +
    tau^2) / k)) - 1], which is 86.0% for 8 trials, not 95%. 4 errors of its mean over
    20,000 literatures; detects k - 2 degrees of freedom (86.7%)."""
    t = stats.t.ppf(0.975, K - 1)
    total = 2 * TAU2

    def holds(ratio):
        s2 = ratio * total
        width = sqrt(max(s2 - TAU2, 0) + s2 / K)
        return 2 * stats.norm.cdf(t * width / sqrt(TAU2 + total / K)) - 1

    exact = over_spread(holds)
    value, mcse = value_of(alike.table(), "predicted", method="hartung_knapp")
    assert 0.85 < exact < 0.95
    assert mcse < 0.002
    assert_matches(value, exact, mcse, "prediction")


def test_egger_has_its_level_where_nothing_is_missing():
    """Claim: 15 large trials of one true effect, variances all but known: 10% at 0.10, exactly.

    20,000 literatures, 4 errors: 0.0085. Detects a normal quantile in place of t (12.4%).
    """
    sizes = [400 * 2 ** (i % 6) for i in range(15)]
    found = ts.simulate_literature(literature(trials=15, sizes=sizes), replicates=20_000, seed=3)
    assert_share_matches(found.everything.egger_p < 0.10, 0.10, "Egger")


def test_selected_estimates_average_what_the_truncated_normal_law_gives():
    """Claim: trials of one size, all but known variance, not significant ones published 1 in 5:
    published estimates, and so the pooled one, average
    (0.2 E[y] + 0.8 E[y; significant]) / P(published), integrated here. 60 trials of 4,000 patients
    and an effect of 1.096 errors (power 19%). 5,000 literatures, error from the mixture's own SD
    over 21 trials: 4 errors are 0.0004, of a bias of 0.017. Detects one-sided selection, and
    publication by direction instead of by significance.
    """
    s, replicates = sqrt(4 / 4_000), 5_000
    m = 1.096 * s
    found = ts.simulate_literature(
        literature(
            trials=60,
            sizes=[4_000],
            effect={"mean": m},
            publication={"significant": 1, "not_significant": 0.2},
        ),
        replicates=replicates,
        seed=4,
    )

    def chance(y):
        return 1.0 if abs(y) > Z * s else 0.2

    def mean_of(power):
        def weighed(y):
            return y**power * chance(y) * stats.norm.pdf(y, m, s)

        ends = {"points": [-Z * s, Z * s], "limit": 200}
        return integrate.quad(weighed, m - 8 * s, m + 8 * s, **ends)[0]

    published, first, second = (mean_of(power) for power in range(3))
    mean = first / published
    sd = sqrt(second / published - mean**2)
    pooled = found.published.pooled["inverse_variance"].estimate
    n = 60 * published
    # 1 / n varies with the number published: its mean is a little above 1 / mean.
    error = sd * sqrt(1.05 / n / replicates)
    assert_matches(pooled.mean(), mean, error, "published")
    assert mean > 1.5 * m
    counts = found.counts
    per_trial = share_error(published, 60 * replicates)
    assert_matches(counts.published.mean() / 60, published, per_trial, "published share")
    whole = found.everything.pooled["inverse_variance"].estimate
    assert_matches(whole.mean(), m, s / sqrt(60 * replicates), "all")


def test_sixty_trials_published_selectively_pool_to_half_as_much_again():
    """Claim, of the library's scenario: true 0.20 SD, pooled 0.31; 54% of the published are
    positive against 19% of all; about 21 published; Egger at 0.10 notices in about 12% of reviews.

    Shares and numbers exact by the noncentral t law of scipy, averaged over sizes; pooled estimate
    and Egger to the printed digits. 5,000 literatures: errors 0.0006, 0.0015, 0.0007, 0.05, 0.0046.
    """
    scenario = ts.load(SCENARIOS / "textbook_literature.yaml")
    replicates = 5_000
    found = ts.simulate_literature(scenario, replicates=replicates, seed=5)
    n = np.arange(44, 197)
    ncp = 0.2 / np.sqrt(1 / ((n + 1) // 2) + 1 / (n // 2))
    critical = stats.t.ppf(0.975, n - 2)
    good, bad = stats.nct.sf(critical, n - 2, ncp), stats.nct.sf(critical, n - 2, -ncp)
    positive, significant = good.mean(), (good + bad).mean()
    published = significant + 0.2 * (1 - significant)
    assert (round(positive, 2), round(positive / published, 2)) == (0.19, 0.54)
    counts = found.counts
    trials = 60 * replicates
    assert_matches(counts.positive.sum() / trials, positive, share_error(positive, trials))
    error = share_error(published, trials)
    assert_matches(counts.published.sum() / trials, published, error)
    assert round(60 * published) == 21
    share = counts.positive_published.sum() / counts.published.sum()
    exact = positive / published
    assert_matches(share, exact, share_error(exact, int(counts.published.sum())))
    for method in ("inverse_variance", "dersimonian_laird", "reml", "hartung_knapp"):
        pooled = found.published.pooled[method].estimate
        assert pooled.mean() == pytest.approx(0.31, abs=0.0072)  # rounds to it, and 4 errors
        assert found.everything.pooled[method].estimate.mean() == pytest.approx(0.2, abs=0.0013)
    assert np.mean(found.published.egger_p < 0.10) == pytest.approx(0.12, abs=0.0234)
    rows = found.table().set_index(["trials", "measure"])
    assert rows.loc[("all", "positive"), "exact"] == pytest.approx(positive, abs=1e-9)
    assert rows.loc[("published", "n_trials"), "exact"] == pytest.approx(60 * published, abs=1e-7)


def test_flaws_move_all_trials_by_their_share_of_the_shift():
    """Claim: 40% of the trials shifted by 0.3 (SD 0.2), a second flaw of trials up to 60 patients:
    inverse variance is off by the mean shift, 0.12 plus what the small ones weigh.

    The second flaw's part is sum of the weights of small trials over all, averaged over draws of
    the SDs made here. 10,000 literatures of 24 trials; 4 errors are 0.0033.
    """
    sizes = [40, 60, 100, 200] * 6
    found = ts.simulate_literature(
        literature(
            trials=24,
            sizes=sizes,
            effect={"mean": -0.1},
            flaws={
                "any": {"share": 0.4, "shift": 0.3, "sd": 0.2},
                "small": {"shift": 0.2, "up_to_n": 60},
            },
        ),
        replicates=10_000,
        seed=6,
    )
    n = np.array(sizes)
    rng = np.random.Generator(np.random.Philox(6))
    w = n * (n - 2) / rng.chisquare(n - 2, (50_000, 24))
    of_small = w[:, n <= 60].sum(axis=1) / w.sum(axis=1)
    exact = 0.4 * 0.3 + 0.2 * of_small.mean()
    shift_variance = 0.4 * (0.2**2 + 0.3**2) - 0.12**2
    each = 4 / n + shift_variance
    error = sqrt(((w / w.sum(axis=1, keepdims=True)) ** 2 @ each).mean() / 10_000)
    value, mcse = value_of(found.table(), "distance", ALL, "inverse_variance")
    assert_matches(value, exact, error, "distance")
    assert mcse == pytest.approx(error, rel=0.1)
