"""Therapists: limits, the test that ignores them, and how good the approximation is."""

import math

import numpy as np
import pytest
import scipy.special as special

from trialsim.theory.clustered import (
    clustered_power,
    design_effect,
    design_effect_of_sizes,
    error_and_df,
    power_limit,
    therapists_needed,
    unadjusted_false_alarms,
)
from trialsim.theory.noncentral_t import rejection_probability
from trialsim.theory.search import UnreachableError
from trialsim.theory.two_means import welch_power


def test_no_therapists_is_welch_at_true_variances():
    """64 an arm: the approximation of the df is not noticed."""
    power = clustered_power(64, 64, 0.5)
    assert power == pytest.approx(rejection_probability(0.5 / math.sqrt(2 / 64), 126), abs=1e-12)
    assert power == pytest.approx(welch_power(64, 64, 0.5), abs=1e-4)


def test_equal_sizes_have_the_effect_of_their_mean():
    assert design_effect_of_sizes([8, 8, 8], 0.05) == pytest.approx(1.35, rel=1e-12)
    assert design_effect_of_sizes([8, 8], 0.05, weighted=True) == pytest.approx(1.35, rel=1e-12)
    assert design_effect(8, 0.05) == pytest.approx(1.35, rel=1e-12)


def test_endless_patients_approach_the_limit():
    """4 therapists, ICC 0.05, d 0.5: ncp 0.5 / sqrt(0.05 / 4) on 3 df."""
    limit = power_limit(0.5, 1.0, 0.05, 4)
    assert limit == rejection_probability(0.5 / math.sqrt(0.0125), 3)
    assert clustered_power(1e7, 1e7, 0.5, 1.0, 0.05, 4) == pytest.approx(limit, abs=1e-3)
    assert power_limit(0.5, 1.0, 0.0, 2) == 1


def test_more_patients_can_cost_power_with_few_therapists():
    """Why no search may trust that power rises: 3 therapists, ICC 0.05, d 0.5."""
    power = clustered_power(np.array([80, 1_000, 100_000]), [80, 1_000, 100_000], 0.5, 1, 0.05, 3)
    assert power[1] > power[0]
    assert power[1] > power[2]


def test_therapists_needed_is_the_fewest():
    needed = therapists_needed(2.5, 5.5, 0.05, 0.8)
    assert power_limit(2.5, 5.5, 0.05, needed) >= 0.8
    assert power_limit(2.5, 5.5, 0.05, needed - 1) < 0.8
    with pytest.raises(UnreachableError):
        therapists_needed(1e-6, 1.0, 0.5)


def test_ignoring_a_single_therapist_approaches_certainty():
    alarms = unadjusted_false_alarms([64, 1_000, 1e7], [64, 1_000, 1e7], 0.05, 1, 1)
    assert np.all(np.diff(alarms) > 0)
    assert alarms[-1] > 0.99


def test_false_alarms_without_clusters_are_alpha():
    assert unadjusted_false_alarms(64, 65, 0.0, 4, 4) == pytest.approx(0.05, abs=1e-12)
    assert unadjusted_false_alarms(64, 65, 0.3) == pytest.approx(0.05, abs=1e-12)
    assert unadjusted_false_alarms(64, 65, 0.0, 1, alpha=0.025, sides=1) == pytest.approx(0.025)


def test_false_alarms_of_one_therapist_an_arm_by_hand():
    """64 an arm, ICC 0.05: true variance 2 (0.05 + 0.95 / 64), reported 2 x 0.95 / 64."""
    shrink = math.sqrt((0.95 / 64) / (0.05 + 0.95 / 64))
    expected = 2 * special.ndtr(-1.959963984540054 * shrink)
    assert unadjusted_false_alarms(64, 64, 0.05, 1, 1) == pytest.approx(expected, abs=1e-12)


def test_false_alarms_match_simulated_t_tests():
    """Claim: 64 and 65 patients of 1 and 4 therapists, ICC 0.05, no effect, pooled t test.

    40,000 replicates; tolerance 4 Monte Carlo errors (0.0088) and 0.001 for the normal
    approximation; a formula without the therapists' share (0.05) or with it in one arm only
    (0.23) would fail.
    """
    rng, n = np.random.default_rng(64_65), 40_000
    arms = []
    for patients, therapists in ((64, 1), (65, 4)):
        whose = np.arange(patients) % therapists
        shared = rng.normal(0, math.sqrt(0.05), (n, therapists))[:, whose]
        arms.append(shared + rng.normal(0, math.sqrt(0.95), (n, patients)))
    first, second = arms
    squares = 63 * first.var(axis=1, ddof=1) + 64 * second.var(axis=1, ddof=1)
    error = np.sqrt(squares / 127 * (1 / 64 + 1 / 65))
    rejected = np.abs(first.mean(axis=1) - second.mean(axis=1)) > 1.978820 * error
    expected = unadjusted_false_alarms(65, 64, 0.05, 1, 4)
    mcse = math.sqrt(expected * (1 - expected) / n)
    assert rejected.mean() == pytest.approx(expected, abs=4 * mcse + 1e-3)


@pytest.mark.parametrize(("therapists", "slack"), [(4, 0.005), (8, 0.005)])
def test_satterthwaite_matches_simulated_welch_tests(therapists, slack):
    """Claim: 80 patients shared by therapists against 80 alone, d 0.5, ICC 0.05.

    100,000 replicates; tolerance 4 Monte Carlo errors (0.006) and half a point, what the method
    is said to be good for. Counting patients as units, which gives 0.80 or more, would fail.
    """
    rng, n, each = np.random.default_rng(80 + therapists), 100_000, 80 // therapists
    means = 0.5 + rng.normal(0, math.sqrt(0.05 + 0.95 / each), (n, therapists))
    control = rng.normal(0, math.sqrt(1 / 80), n)
    part0 = rng.chisquare(79, n) / 79 / 80
    part1 = means.var(axis=1, ddof=1) / therapists
    df = (part1 + part0) ** 2 / (part1**2 / (therapists - 1) + part0**2 / 79)
    t = (means.mean(axis=1) - control) / np.sqrt(part1 + part0)
    rejected = np.abs(t) > -special.stdtrit(df, 0.025)
    power = clustered_power(80, 80, 0.5, 1.0, 0.05, therapists)
    mcse = math.sqrt(power * (1 - power) / n)
    assert rejected.mean() == pytest.approx(power, abs=4 * mcse + slack)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: error_and_df(20, 20, 1.0, 0.05, 1), "therapists"),
        (lambda: error_and_df(20, 20, 1.0, 0.05, 2, 1), "control_therapists"),
        (lambda: clustered_power(20, 20, 0.5, 1.0, 1.0, 4), "icc"),
        (lambda: clustered_power(20, 20, 0.5, 1.0, -0.1, 4), "icc"),
        (lambda: design_effect(0.5, 0.1), "mean_size"),
        (lambda: design_effect(5, 0.1, -1), "cv"),
    ],
)
def test_impossible_teams_are_refused_by_name(call, name):
    with pytest.raises(ValueError, match=name):
        call()
