"""Where published results fall: counts, likelihoods against closed forms, and what is not said."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import trialsim as ts
from trialsim.core.plan import Series
from trialsim.theory import exaggeration, noncentral_t

SCENARIOS = Path(__file__).parents[3] / "scenarios"
SE = 5.5 * math.sqrt(1 / 64 + 1 / 65)
TRUTHS = {"no_effect": 0, "one_point": -1, "two_points": -2, "three_points": -3}
REPLICATES = 20_000


@pytest.fixture(scope="module")
def normal_fixture() -> ts.Appraisal:
    """Hsieh 2006 with normal scores: all of it has a closed form."""
    return ts.appraise(ts.load(SCENARIOS / "hsieh2006_normal.yaml"), replicates=REPLICATES)


def sibling(found: ts.Appraisal, assumption: str, result: str = "after_treatment"):
    (one,) = (one for one in found.of(result) if one.assumption == assumption)
    return one


@pytest.mark.parametrize(("assumption", "truth"), TRUTHS.items())
def test_tail_shares_match_the_normal_law(normal_fixture, assumption, truth):
    """Claim: -3.8 or lower is reported by 0.004, 0.2, 3.2 and 20% of trials, and the rest is
    higher.
    Exact: Phi((-3.8 - truth) / 0.9685). Replicates 20,000; tolerance 4 errors (or one trial more
    than 0). Detects: tails exchanged, an SD of 5.4.
    """
    one = sibling(normal_fixture, assumption)
    exact = stats.norm.cdf((-3.8 - truth) / SE)
    share, _ = one.placement.share(-1)
    error = math.sqrt(exact * (1 - exact) / REPLICATES)
    assert share == pytest.approx(exact, abs=4 * error + 5e-5)
    assert one.placement.share(1)[0] == pytest.approx(1 - exact, abs=4 * error + 5e-5)


@pytest.mark.parametrize(("assumption", "truth"), TRUTHS.items())
def test_relative_likelihood_matches_the_normal_law(normal_fixture, assumption, truth):
    """Claim: relative to a truth of -3.8 itself, -3.8 is exp(-z^2 / 2) as likely under others.
    Exact: z = (-3.8 - truth) / 0.9685. Tolerance 4 stated errors, and 3% for the neighbourhood.
    Detects: the tail share in place of the density; a likelihood of z instead of z^2 / 2.
    """
    one = sibling(normal_fixture, assumption)
    exact = math.exp(-0.5 * ((-3.8 - truth) / SE) ** 2)
    assert one.relative.value == pytest.approx(exact, abs=4 * one.relative.mcse + 0.03 * exact)
    assert 0 < one.relative.mcse < 0.2 * one.relative.value


def test_joint_likelihood_matches_the_bivariate_law(normal_fixture):
    """Claim: post and change together speak for a truth of -3.8 against none as their joint law
    says.
    Exact: covariance SE^2 [[1, 1 - r], [1 - r, 2 (1 - r)]], r 0.55. Tolerance 4 stated errors.
    Detects: two independent results (a log ratio 3 larger).
    """
    covariance = SE**2 * np.array([[1, 0.45], [0.45, 0.9]])
    at = np.array([-3.8, -4.64])
    law = stats.multivariate_normal(cov=covariance)
    logs = {truth: law.logpdf(at - truth) for truth in (0.0, -1.0, -2.0, -3.0, -3.8)}
    found = {one.assumption: one for one in normal_fixture.jointly}
    for name, truth in TRUTHS.items():
        one = found[name]
        exact = logs[float(truth)] - max(logs.values())
        ratio = math.log(one.relative.value)
        assert ratio == pytest.approx(exact, abs=4 * one.relative.mcse / one.relative.value)


def test_given_the_baseline_difference_the_estimate_is_that_of_ancova(normal_fixture):
    """Claim: moved to a baseline difference of 0.84, 6.7% of trials with a truth of -3 report -3.8
    or less.
    Exact: Phi((-3.8 + 3 - 0.55 x 0.84) / (SE sqrt(1 - 0.55^2))) = 0.059. Tolerance 4 errors plus
    0.004 for the estimated slope. Detects: no adjustment (0.204).
    """
    (one,) = (one for one in normal_fixture.jointly if one.assumption == "three_points")
    exact = stats.norm.cdf((-3.8 + 3 - 0.55 * 0.84) / (SE * math.sqrt(1 - 0.55**2)))
    share, mcse = one.placement.share(-1)
    assert share == pytest.approx(exact, abs=4 * mcse + 0.004)


@pytest.mark.parametrize(("assumption", "truth"), list(TRUTHS.items())[1:])
def test_power_type_s_and_type_m_match_theory(normal_fixture, assumption, truth):
    """Claim: the table's power, exaggeration and smallest difference are those of the t test.
    Exact: noncentral t with 127 df. Tolerance 4 stated errors, 0.001 for a type S near 0.
    Detects: the numbers of another truth.
    """
    one, ncp = sibling(normal_fixture, assumption), truth / SE
    power = noncentral_t.rejection_probability(ncp, 127)
    assert one.significant.value == pytest.approx(power, abs=4 * one.significant.mcse)
    assert one.type_m.value == pytest.approx(exaggeration.type_m(ncp, 127), abs=4 * one.type_m.mcse)
    assert one.type_s.value == pytest.approx(
        exaggeration.type_s(ncp, 127), abs=4 * one.type_s.mcse + 1e-3
    )
    assert one.critical.value == pytest.approx(
        SE * noncentral_t.critical_t(127) * 0.998, abs=4 * one.critical.mcse + 1e-3
    )


def test_nothing_is_called_power_without_an_effect_or_at_the_published_value(normal_fixture):
    rows = normal_fixture.to_frame()
    null = rows[rows["assumption"] == "no_effect"]
    assert null["power"].isna().all() and null["false_alarms"].between(0.04, 0.06).all()
    published = rows[rows["assumption"] == "as_published"]
    assert published["power"].isna().all() and published["false_alarms"].isna().all()
    assert rows.loc[rows["assumption"] == "two_points", "power"].notna().all()


def test_varied_sizes_are_left_out_and_the_trial_as_stated_is_kept(normal_fixture):
    assert {cell.what_if for cell in normal_fixture.results.plan.cells} == {"as_stated"}
    assert len(normal_fixture.results.plan.designs) == 1
    whole = ts.run(ts.load(SCENARIOS / "hsieh2006_normal.yaml"), replicates=256)
    ours = normal_fixture.results.first(256)
    place = Series(0, "t_test", "acupressure - physiotherapy")
    np.testing.assert_array_equal(whole.series(place)["estimate"], ours.series(place)["estimate"])


def test_a_scenario_without_a_published_estimate_is_refused():
    with pytest.raises(ts.ScenarioError, match="nothing to place"):
        ts.appraise(ts.load(SCENARIOS / "textbook.yaml"), replicates=256)
