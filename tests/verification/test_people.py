"""Who may enter, what they are, and who gains: against closed forms for normal scores."""

from math import sqrt

import numpy as np
import pytest
import yaml
from scipy import special, stats

import trialsim as ts
from trialsim.operating.selected import selected_scores
from verification.simulated import Runs, assert_matches, assert_share_matches, trials

R, MEAN, SD = 0.55, 10.0, 4.0

TRIAL = {
    "format": 1,
    "design": {
        "arms": {"control": {"n": 64}, "treated": {"n": 64}},
        "visits_weeks": {"baseline": 0, "after": 4},
    },
    "outcomes": {
        "score": {"method": "repeated_normal", "mean": MEAN, "sd": SD, "correlation": R},
    },
    "analyses": {
        "t_test": {"method": "t_test", "outcome": "score", "visit": "after"},
        "ancova": {
            "method": "ancova",
            "outcome": "score",
            "visit": "after",
            "adjust": ["baseline"],
        },
    },
    "simulation": {"replicates": 1000, "seed": 11},
}


def scenario(**changes) -> ts.LoadedScenario:
    """The trial with other sections, `section__key=value` for one key of a section."""
    plain = {key: dict(value) if isinstance(value, dict) else value for key, value in TRIAL.items()}
    for key, value in changes.items():
        section, _, inner = key.partition("__")
        if inner:
            plain[section] = {**plain.get(section, {}), inner: value}
        else:
            plain[section] = value
    return ts.loads(yaml.safe_dump(plain, sort_keys=False))


def many_scores(loaded: ts.LoadedScenario, batches: int = 16, seed: int = 5):
    """Baseline, follow-up and arm of the patients of many trials under the first assumption."""
    name = loaded.plan.cells[0].assumption
    parts = [data for (data,) in trials(loaded, batches, seed, (name,))]
    baseline = np.concatenate([data.score("score", "baseline").ravel() for data in parts])
    after = np.concatenate([data.score("score", "after").ravel() for data in parts])
    arm = np.concatenate([data.arm.ravel() for data in parts])
    return baseline, after, arm


# Eligibility


def test_limits_on_a_normal_baseline_score_match_the_truncated_normal():
    """Claim: with entry at 11 or more of mean 10, SD 4, r 0.55: mean and SD of baseline are those
    of the truncated normal; the follow-up mean rises by r times as much; its correlation with
    baseline is restricted as Thorndike's case 2 says.

    524,288 patients; tolerance 4 errors: a mean off by 0.02 points (0.005 SD), or a correlation
    off by 0.005, is found.
    """
    baseline, after, _ = many_scores(scenario(cohort={"eligibility": {"score": {"min": 11}}}))
    n = baseline.size
    law = stats.truncnorm((11 - MEAN) / SD, np.inf, loc=MEAN, scale=SD)
    assert baseline.min() >= 11
    assert_matches(float(baseline.mean()), law.mean(), law.std() / sqrt(n), "mean at baseline")
    kurtosis = float(law.stats("k")) + 3
    error = law.std() * sqrt((kurtosis - 1) / (4 * n))
    assert_matches(float(baseline.std()), law.std(), error, "SD at baseline")
    moved = MEAN + R * (law.mean() - MEAN)
    u = law.std() / SD
    spread = SD * sqrt(1 - R**2 + R**2 * u**2)
    assert_matches(float(after.mean()), moved, spread / sqrt(n), "mean after")
    restricted = R * u / sqrt(1 - R**2 + R**2 * u**2)
    found = float(np.corrcoef(baseline, after)[0, 1])
    assert_matches(found, restricted, (1 - restricted**2) * 1.1 / sqrt(n), "correlation")


def test_check_states_what_the_limits_do():
    """The still population of `check` against the same closed forms, to 0.003 SD."""
    (found,) = selected_scores(scenario(cohort={"eligibility": {"score": {"min": 11}}}).plan)
    law = stats.truncnorm(0.25, np.inf, loc=MEAN, scale=SD)
    u = law.std() / SD
    assert found.share == pytest.approx(special.ndtr(-0.25), abs=1e-9)
    first, after = found.after
    assert (first.mean, first.sd) == pytest.approx((law.mean(), law.std()), abs=0.003 * SD)
    assert after.mean == pytest.approx(MEAN + R * (law.mean() - MEAN), abs=0.003 * SD)
    assert after.with_baseline == pytest.approx(R * u / sqrt(1 - R**2 + R**2 * u**2), abs=0.003)
    assert [row.mean for row in found.before] == pytest.approx([MEAN, MEAN], abs=0.003 * SD)


def test_an_upper_tail_of_the_baseline_keeps_its_law_far_out():
    """Claim: entry beyond 3 SD (0.13% of those who come) is uniform in its own probability."""
    loaded = scenario(cohort={"eligibility": {"score": {"min": MEAN + 3 * SD}}})
    baseline, _, _ = many_scores(loaded, batches=2)
    law = stats.truncnorm(3, np.inf, loc=MEAN, scale=SD)
    assert stats.kstest(law.cdf(baseline), "uniform").pvalue > 1e-5
    low = scenario(cohort={"eligibility": {"score": {"max": MEAN - 3 * SD}}})
    mirrored, _, _ = many_scores(low, batches=2)
    assert stats.kstest(law.cdf(2 * MEAN - mirrored), "uniform").pvalue > 1e-5


def test_selection_keeps_the_level_and_the_effect_of_a_normal_score():
    """Claim: with entry at 11 or more, ANCOVA rejects 5% under no effect (its residuals are
    normal still) and finds an effect of 2 without bias.

    20,000 replicates; tolerance 4 errors: 0.0062 of the level, 0.02 points of bias.
    """
    loaded = scenario(
        cohort={"eligibility": {"score": {"min": 11}}},
        assumptions={"none": {}, "some": {"score": {"treated": 2}}},
    )
    runs = Runs(loaded, replicates=20_000, seed=3)
    assert_share_matches(runs.columns("none", "ancova")["p_value"] < 0.05, 0.05)
    estimate = runs.columns("some", "ancova")["estimate"]
    error = SD * sqrt((1 - R**2) * 2 / 64 / estimate.size)
    assert_matches(float(estimate.mean()), 2.0, error)
    assert runs.measure("some", "ancova", "true_value") == pytest.approx(2.0, abs=1e-9)


def test_without_limits_nobody_is_turned_away():
    with_limits = scenario(cohort={"eligibility": {"score": {"min": -1000}}})
    baseline, after, _ = many_scores(with_limits, batches=1)
    plain_baseline, plain_after, _ = many_scores(scenario(), batches=1)
    assert np.allclose(baseline, plain_baseline, atol=1e-6)
    assert np.allclose(after, plain_after, atol=1e-6)


def test_selection_of_bounded_scores_moves_the_true_difference_that_trials_estimate():
    """Claim: on a bounded scale a stated difference is another among those selected; the true
    value beside a run is the one that its trials estimate.

    RMDQ of mean 10.45, entry at 12 or more; 20,000 replicates; tolerance 4 errors, 0.03 points,
    of a shift of more than 0.2.
    """
    score = {
        "method": "bounded_integer", "max": 24, "mean": [10.45, 9.5], "sd": [5.3, 6],
        "correlation": 0.57,
    }  # fmt: skip
    loaded = scenario(
        outcomes={"score": score},
        cohort={"eligibility": {"score": {"min": 12}}},
        assumptions={"some": {"score": {"treated": -3}}},
    )
    runs = Runs(loaded, replicates=20_000, seed=8)
    truth = runs.measure("some", "ancova", "true_value")
    assert truth < -3.2
    estimate = runs.columns("some", "ancova")["estimate"]
    assert_matches(float(estimate.mean()), truth, float(estimate.std() / sqrt(estimate.size)))


# Responders and modified effects


def test_responders_are_a_mixture_of_the_stated_mean():
    """Claim: a mean difference of 2 of which 40% are responders: they gain 5, the arm's variance
    is SD^2 + 2^2 (1 - 0.4) / 0.4, its third central moment 2^3 (1 - 0.4) (1 - 2 0.4) / 0.4^2.

    262,144 treated patients; tolerance 4 errors: 0.04 points of the mean, 0.2 of a variance of 22.
    """
    truth = {"score": {"treated": {"difference": 2, "responders": 0.4}}}
    _, after, arm = many_scores(scenario(assumptions={"some": truth}))
    treated = after[arm == 1]
    n, p, d = treated.size, 0.4, 2.0
    variance = SD**2 + d**2 * (1 - p) / p
    assert_matches(float(treated.mean()), MEAN + d, sqrt(variance / n), "mean")
    error = variance * sqrt(2.2 / n)  # kurtosis below 3.2
    assert_matches(float(treated.var()), variance, error, "variance")
    third = float(np.mean((treated - treated.mean()) ** 3))
    exact = (d / p) ** 3 * p * (1 - p) * (1 - 2 * p)
    assert_matches(third, exact, sqrt(15 * variance**3 / n), "third moment")


def test_share_improved_under_responders_is_the_mixture_of_shares():
    """Claim: the share above a cut is 0.4 of one normal tail and 0.6 of another; the run's truth
    says so exactly, and 20,000 trials agree to 4 errors (0.0018 of the risk difference)."""
    loaded = scenario(
        assumptions={"some": {"score": {"treated": {"difference": 2, "responders": 0.4}}}},
        analyses={
            "above": {
                "method": "responder", "outcome": "score", "visit": "after", "cut": 12,
                "event": "above",
            }
        },
    )  # fmt: skip
    plain = special.ndtr(-(12 - MEAN) / SD)
    gained = special.ndtr(-(12 - MEAN - 5) / SD)
    exact = 0.4 * gained + 0.6 * plain - plain
    runs = Runs(loaded, replicates=20_000, seed=2)
    assert runs.measure("some", "above", "true_value") == pytest.approx(exact, abs=1e-9)
    estimate = runs.columns("some", "above")["estimate"]
    share = 0.4 * gained + 0.6 * plain
    error = sqrt((share * (1 - share) + plain * (1 - plain)) / 64 / estimate.size)
    assert_matches(float(estimate.mean()), exact, error)


def test_the_same_patients_respond_to_every_treatment():
    """Claim: with 0.3 and 0.6 responders in two arms, those who respond to the one that fewer
    respond to respond to the other: potential outcomes are nested."""
    loaded = scenario(
        design__arms={"control": {"n": 40}, "one": {"n": 40}, "two": {"n": 40}},
        assumptions={
            "some": {
                "score": {
                    "one": {"difference": 3, "responders": 0.3},
                    "two": {"difference": 6, "responders": 0.6},
                }
            }
        },
    )
    modifier = loaded.plan.cells[0].effects["score"].modifier
    assert modifier is not None
    assert modifier.shares == pytest.approx((0.3, 0.3, 0.4))
    gains = [[row[1] for row in rows] for rows in modifier.difference]
    assert gains == [pytest.approx(row) for row in ([0, 10, 10], [0, 0, 10], [0, 0, 0])]


def test_a_trait_modifies_the_effect():
    """Claim: with 80% believers who gain 3 and others who gain 0.5, the mean difference is 2.5 and
    the difference among believers is 3, among the others 0.5.

    Belief goes with baseline (r 0.3), which changes neither for an unlimited score. 20,000
    replicates; tolerance 4 errors, 0.02 points.
    """
    loaded = scenario(
        cohort={
            "traits": {
                "belief": {
                    "distribution": "bernoulli", "share": 0.8, "correlated_with": {"score": 0.3},
                }
            }
        },
        assumptions={
            "some": {"score": {"treated": {"modifier": "belief", "by_level": [0.5, 3]}}}
        },
    )  # fmt: skip
    runs = Runs(loaded, replicates=20_000, seed=4)
    assert runs.measure("some", "t_test", "true_value") == pytest.approx(2.5, abs=2e-3)
    estimate = runs.columns("some", "t_test")["estimate"]
    assert_matches(float(estimate.mean()), 2.5, float(estimate.std()) / sqrt(estimate.size))


def test_nobody_sees_a_trait():
    """A statistician is handed covariates, and no traits; an analysis cannot ask for one."""
    belief = {"distribution": "bernoulli", "share": 0.5}
    loaded = scenario(
        cohort={"traits": {"belief": belief}, "covariates": {"sex": belief}},
        assumptions={"some": {"score": {"treated": {"modifier": "belief", "by_level": [0, 1]}}}},
    )
    ((data,),) = trials(loaded, 1, 1, ("some",), replicates=4)
    assert "belief" not in data.covariates
    with pytest.raises(ts.ScenarioError, match="belief"):
        loaded.changed({"analyses.ancova.adjust": ["baseline", "belief"]})


def test_an_interaction_that_nobody_measured_leaves_the_t_test_its_level():
    """Claim: belief that decides the gain, with a mean of 0 over believers and others, is no
    effect: Welch's test rejects 5% (both arms normal mixtures, 64 each; its own error is below
    0.002 there). 20,000 replicates; 4 errors are 0.0062."""
    loaded = scenario(
        cohort={"traits": {"belief": {"distribution": "bernoulli", "share": 0.5}}},
        assumptions={
            "some": {"score": {"treated": {"modifier": "belief", "by_level": [-2, 2]}}}
        },
        analyses={
            "welch": {
                "method": "t_test", "variance": "welch", "outcome": "score", "visit": "after",
            }
        },
    )  # fmt: skip
    runs = Runs(loaded, replicates=20_000, seed=6)
    rejected = runs.columns("some", "welch")["p_value"] < 0.05
    assert_share_matches(rejected, 0.05)


# Bands


@pytest.mark.evidence(
    "cohort.bands",
    kind="exact law",
    claim=(
        "Bands of a normal baseline score hold the shares of the normal law, 262,144 "
        "patients, to 4 errors, and are the score cut, patient by patient."
    ),
    source="the normal distribution",
)
def test_bands_of_the_baseline_score_have_their_shares_and_balance_the_trial():
    """Claim: bands cut at 8 and 12 hold Phi((8 - mean)/SD) and so on of the patients; blocks of 4
    within them leave an imbalance of at most 2 in each."""
    loaded = scenario(
        cohort={
            "covariates": {"severity": {"distribution": "bands", "of": "score", "cuts": [8, 12]}}
        },
        allocation={"method": "stratified_blocks", "strata": ["severity"], "block_sizes": 4},
        analyses={
            "ancova": {
                "method": "ancova", "outcome": "score", "visit": "after",
                "adjust": ["baseline", "severity"],
            }
        },
    )  # fmt: skip
    bands, baseline = [], []
    for (data,) in trials(loaded, 8, 9, ("no_effect",)):
        band = data.covariates["severity"]
        score = data.score("score", "baseline")
        assert np.array_equal(band, (score >= 8).astype(float) + (score >= 12))
        for level in range(3):
            here = band == level
            lead = np.sum(here & (data.arm == 1), axis=1) - np.sum(here & (data.arm == 0), axis=1)
            assert np.abs(lead).max() <= 2
        bands.append(band)
        baseline.append(score)
    together = np.concatenate(bands)
    for level, share in enumerate(np.diff([0, *special.ndtr([-0.5, 0.5]), 1])):
        assert_share_matches(together == level, float(share))


@pytest.mark.evidence(
    "cohort.bands",
    kind="identity",
    claim="Bands of a covariate are the covariate cut, patient by patient.",
    source="the definition",
)
def test_bands_of_a_covariate_follow_it():
    loaded = scenario(
        cohort={
            "covariates": {
                "age": {"distribution": "truncated_normal", "mean": 51.4, "sd": 15.6, "min": 18,
                        "max": 81},
                "old": {"distribution": "bands", "of": "age", "cuts": [65]},
            }
        },
        analyses__ancova={
            "method": "ancova", "outcome": "score", "visit": "after", "adjust": ["age", "old"],
        },
    )  # fmt: skip
    ((data,),) = trials(loaded, 1, 1, ("no_effect",))
    assert np.array_equal(data.covariates["old"], data.covariates["age"] >= 65)


# Loss of a whole tail


@pytest.mark.evidence(
    "observation.tail",
    kind="closed form",
    claim=(
        "The worst fifth of one arm lost: the complete-case difference is off by -0.350 SD "
        "and the t test rejects 53.5% of 20,000 trials, to 4 errors (0.014)."
    ),
    source="mean of a truncated normal",
)
def test_losing_the_tail_of_one_arm_gives_the_bias_of_the_truncated_normal():
    """Claim: everyone in the arm of 64 above that arm's true 80th percentile lost, no effect,
    64/65: the complete-case t test is biased by -density(z80)/0.8 = -0.350 SD and rejects 53.5%.

    20,000 replicates; tolerance 4 errors: 0.004 SD of bias, 0.014 of the rate, which was computed
    by an independent simulation and is given to three digits.
    """
    loaded = ts.loads(
        """
format: 1
design:
  arms: {control: {n: 65}, treated: {n: 64}}
  visits_weeks: {baseline: 0, after: 4}
outcomes: {score: {method: repeated_normal, mean: 0, sd: 1, correlation: 0.55}}
observation:
  missing: {worst: {method: tail, outcome: score, by_arm: {treated: 0.2}}}
analyses: {t_test: {method: t_test, outcome: score, visit: after}}
"""
    )
    runs = Runs(loaded, replicates=20_000, seed=12)
    columns = runs.columns("no_effect", "t_test")
    estimate = columns["estimate"]
    z = special.ndtri(0.8)
    exact = -np.exp(-(z**2) / 2) / sqrt(2 * np.pi) / 0.8
    assert exact == pytest.approx(-0.350, abs=0.0005)
    assert_matches(float(estimate.mean()), exact, float(estimate.std()) / sqrt(estimate.size))
    assert_share_matches(columns["p_value"] < 0.05, 0.535)
    lost = 129 - columns["n_analysed"]
    assert_matches(float(lost.mean()) / 64, 0.2, sqrt(0.2 * 0.8 / 64 / lost.size))


@pytest.mark.evidence(
    "observation.tail",
    kind="exact law",
    claim=(
        "Of scores with few steps the share asked for is lost, by lot at the limit, 131,072 "
        "patients, to 4 errors."
    ),
    source="binomial counts of the stated share",
)
def test_a_tail_of_whole_scores_loses_its_share_by_lot_at_the_limit():
    """Claim: with scores of few steps the share asked for is lost still, nobody above the limit
    stays and nobody below it goes. 131,072 patients; tolerance 4 errors, 0.004."""
    loaded = scenario(
        outcomes={"score": {"method": "bounded_integer", "max": 4, "mean": 2, "sd": 1.2}},
        observation={"missing": {"best": {"method": "tail", "outcome": "score", "side": "best",
                                          "rate": 0.3}}},
    )  # fmt: skip
    for (data,) in trials(loaded, 4, 2, ("no_effect",)):
        seen, score = data.observed["score"]["after"], data.score("score", "after")
        limit = score[~seen].max()
        assert score[seen].min() >= limit
        assert_share_matches(~seen, 0.3)
