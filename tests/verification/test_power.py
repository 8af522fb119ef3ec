"""Power of the analyses of normal scores against closed forms and published constants."""

import numpy as np
import pytest

from trialsim.theory import ancova, change_score, two_means
from verification.simulated import Runs, assert_share_matches, textbook

REPLICATES = 100_000


@pytest.mark.evidence(
    "analysis.t_test",
    kind="closed form",
    claim=(
        "Power at 64 and 65 patients, d 0.4 and r 0.55 is 0.61576 in 100,000 trials, to 4 "
        "errors (0.0062)."
    ),
    source="noncentral t; theory checked against R 4.2.2, pwr 1.3.0",
)
@pytest.mark.evidence(
    "analysis.change_score",
    kind="closed form",
    claim=(
        "Power at 64 and 65 patients, d 0.4 and r 0.55 is 0.66140 in 100,000 trials, to 4 "
        "errors (0.0060)."
    ),
    source="noncentral t; theory checked against R 4.2.2, pwr 1.3.0",
)
@pytest.mark.evidence(
    "analysis.ancova",
    kind="closed form",
    claim=(
        "Power at 64 and 65 patients, d 0.4 and r 0.55 is 0.76681 in 100,000 trials, to 4 "
        "errors (0.0053), averaged over the chance imbalance of the baseline."
    ),
    source="noncentral t over the beta law of imbalance; theory checked against R 4.2.2",
)
@pytest.mark.parametrize(
    ("analysis", "published"), [("t_test", 0.61576), ("change", 0.66140), ("ancova", 0.76681)]
)
def test_power_matches_published_constants(textbook_fixture, analysis, published):
    """Claim: 64 v 65, d 0.4, baseline correlation 0.55, two-sided 0.05, both arms from one
    baseline population.
    Exact: noncentral t for the t test and the change score; for ANCOVA averaged over the chance
    imbalance of the baseline (constants to five digits, as published).
    Replicates 100,000; tolerance 4 errors, 0.0062, 0.0060 and 0.0053.
    Detects: a power wrong by 0.01 almost always, as with the change score's SD at r 0.51 for
    0.55, or with 62 for 64 patients an arm.
    """
    p_value = textbook_fixture.columns("medium", analysis)["p_value"]
    assert_share_matches(p_value < 0.05, published, analysis)


def test_power_of_welch_matches_exact_integral(textbook_fixture):
    """Claim: Welch's test in the same trials, equal variances.
    Exact: `welch_power`, 0.61565, a quadrature over the ratio of the two sample variances that
    is tested against R. Replicates 100,000; tolerance 4 errors, 0.0062.
    Detects: as above; not its distance of 0.0001 from the pooled test, which needs few patients
    (next test).
    """
    p_value = textbook_fixture.columns("medium", "welch")["p_value"]
    assert_share_matches(p_value < 0.05, two_means.welch_power(64, 65, 0.4), "welch")


@pytest.mark.evidence(
    "analysis.t_test",
    kind="closed form",
    claim=(
        "Arms of 8 and 24 with SDs 2 and 1: the pooled test rejects 0.155 and Welch's 0.052 "
        "of 100,000 trials without an effect, to 4 errors."
    ),
    source="quadrature over the ratio of the variances; theory checked against R 4.2.2",
)
def test_unequal_variances_match_exact_integrals():
    """Claim: arms of 8 and 24, SDs 2 and 1, with an effect of 1.5 and with none: the pooled test
    rejects too often, Welch's close to its level.
    Exact: `pooled_power_unequal_variance` and `welch_power`, tested against R (at no effect
    0.155 and 0.052). Replicates 100,000; tolerance 4 errors, 0.0028 to 0.0063.
    Detects: variances exchanged between the arms, Welch's degrees of freedom replaced by the
    pooled ones (0.073 for 0.052 under no effect), an arm's own SD not simulated.
    """
    scenario = textbook(
        {
            "design.arms": {"control": {"n": 24}, "treatment": {"n": 8}},
            "assumptions": {
                "none": {"score": {"treatment": {"difference": 0, "sd": 2}}},
                "some": {"score": {"treatment": {"difference": 1.5, "sd": 2}}},
            },
        }
    )
    runs = Runs(scenario, REPLICATES, seed=1947)
    for name, effect in (("none", 0.0), ("some", 1.5)):
        design = (24, 8, effect, 1.0, 2.0)
        pooled = runs.columns(name, "t_test")["p_value"] < 0.05
        welch = runs.columns(name, "welch")["p_value"] < 0.05
        assert_share_matches(pooled, two_means.pooled_power_unequal_variance(*design), "pooled")
        assert_share_matches(welch, two_means.welch_power(*design), "welch")


@pytest.mark.evidence(
    "analysis.ancova",
    kind="closed form",
    claim=(
        "8 and 9 patients, one and three covariates: power is the closed form's in 100,000 "
        "trials, to 4 errors (0.0063)."
    ),
    source="noncentral t over the beta law of imbalance; theory checked against R 4.2.2",
)
@pytest.mark.evidence(
    "cohort.normal",
    kind="closed form",
    claim=(
        "ANCOVA with two normal covariates of no value has the power that exactly normal ones"
        " give, 8 and 9 patients, 100,000 trials, to 4 errors (0.0063)."
    ),
    source="noncentral t over the beta law of imbalance; theory checked against R 4.2.2",
)
def test_small_trial_power_matches_closed_forms_with_covariates():
    """Claim: 8 v 9, effect 1.2 SD of the follow-up score, whose SD is 2 against 1 at baseline,
    r 0.6; ANCOVA with baseline alone and with two more covariates of no value.
    Exact: `change_score_power`, and `ancova_power` over the random imbalance of 1 and 3
    covariates. Replicates 100,000; tolerance 4 errors, at most 0.0063.
    Detects: two covariates counted for three (0.04), arms taken as balanced in the covariates
    (0.09), the visits' SDs exchanged.
    """
    scenario = textbook(
        {
            "design.arms": {"control": {"n": 8}, "treatment": {"n": 9}},
            "cohort.covariates": {
                "age": {"distribution": "normal", "mean": 50, "sd": 10},
                "weight": {"distribution": "normal", "mean": 75, "sd": 12},
            },
            "outcomes.score.sd": [1, 2],
            "outcomes.score.correlation": 0.6,
            "assumptions": {"effect": {"score": {"treatment": 2.4}}},
            "analyses.three": {
                "method": "ancova",
                "outcome": "score",
                "visit": "after",
                "adjust": ["age", "baseline", "weight"],
            },
        }
    )
    runs = Runs(scenario, REPLICATES, seed=89)
    rejected = {
        name: runs.columns("effect", name)["p_value"] < 0.05
        for name in ("change", "ancova", "three")
    }
    sds = {"sd_baseline": 1.0, "sd_follow_up": 2.0}
    change = change_score.change_score_power(8, 9, 2.4, 2.0, 0.6, **sds)
    assert_share_matches(rejected["change"], change, "change")
    assert_share_matches(rejected["ancova"], ancova.ancova_power(8, 9, 2.4, 2.0, 0.6), "ancova")
    three = ancova.ancova_power(8, 9, 2.4, 2.0, 0.6, covariates=3)
    assert_share_matches(rejected["three"], three, "three covariates")


@pytest.mark.evidence(
    "decision.superiority",
    kind="closed form",
    claim=(
        "One-sided at 0.025, in either direction of a good score: 0.6158 for an effect of 0.4"
        " and 0.0057 for one of 0.1 the wrong way, 40,000 trials, to 4 errors."
    ),
    source="noncentral t; theory checked against R 4.2.2, pwr 1.3.0",
)
@pytest.mark.parametrize(("better", "sign"), [("higher", 1), ("lower", -1)])
def test_one_sided_power_matches_noncentral_t(better, sign):
    """Claim: a one-sided test at 0.025 counts differences in the good direction only.
    Exact: the upper tail of noncentral t, for an effect of 0.4 in the good direction (0.61576,
    as two-sided 0.05 but for 1e-6) and of 0.1 in the bad one (0.0057). Replicates 40,000;
    tolerance 4 errors, 0.0097 and 0.0015.
    Detects: a direction read the wrong way round, alpha halved or doubled.
    """
    scenario = textbook(
        {
            "outcomes.score.better": better,
            "decision": {"method": "superiority", "alpha": 0.025, "sides": 1},
            "assumptions": {
                "good": {"score": {"treatment": 0.4 * sign}},
                "bad": {"score": {"treatment": -0.1 * sign}},
            },
        }
    )
    runs = Runs(scenario, 40_000, seed=1908)
    for name, effect in (("good", 0.4), ("bad", -0.1)):
        exact = two_means.t_test_power(64, 65, effect, alpha=0.025, sides=1)
        columns = runs.columns(name, "t_test")
        assert_share_matches(columns["p_value"] < 0.025, exact, name)
        excludes_zero = columns["lower"] > 0 if sign > 0 else columns["upper"] < 0
        assert np.array_equal(columns["p_value"] < 0.025, excludes_zero)
