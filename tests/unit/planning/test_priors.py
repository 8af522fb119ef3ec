"""Laws of what is believed, against integrals and published numbers that use none of their code."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from trialsim.planning.assurance.priors import (
    LEFT_OUT,
    MIXTURE_SDS,
    MIXTURE_WEIGHTS,
    STEPS,
    grid,
    in_words,
    law_of,
    rule_error,
)
from trialsim.scenario.keys.uncertain import Prior

SCORES = np.array([-3.5, -1.0, 0.0, 0.7, 3.5])


def law(distribution: str, **numbers: object):
    return law_of(Prior(distribution=distribution, **numbers))


def mean_of(one) -> float:
    return quad(lambda z: float(one.at(z)) * stats.norm.pdf(z), -8, 8, limit=400)[0]


@pytest.mark.parametrize(
    ("found", "exact"),
    [
        (law("normal", mean=-1.4, sd=2.0), stats.norm(-1.4, 2)),
        (law("uniform", min=-3.0, max=1.0), stats.uniform(-3, 4)),
        (law("beta", a=2.0, b=8.0), stats.beta(2, 8)),
        (law("beta", a=2.0, b=0.7, min=-1.0, max=3.0), stats.beta(2, 0.7, -1, 4)),
        (law("normal", mean=1.0, sd=2.0, min=0.0), stats.truncnorm(-0.5, np.inf, 1, 2)),
        (law("normal", mean=0.0, sd=1.0, min=-1.0, max=2.0), stats.truncnorm(-1, 2)),
        # 1.96 standard errors on either side; 1.645 for an interval of 90%
        (
            law("from_interval", estimate=-3.8, lower=-5.7, upper=-1.9),
            stats.norm(-3.8, 1.9 / stats.norm.ppf(0.975)),
        ),
        (
            law("from_interval", estimate=2.0, lower=1.0, upper=3.0, level=0.9),
            stats.norm(2, 1 / stats.norm.ppf(0.95)),
        ),
        (law("from_pilot", estimate=0.5, se=0.3, selected="none"), stats.norm(0.5, 0.3)),
    ],
)
def test_quantiles_and_scores_match_scipy(found, exact):
    wanted = exact.ppf(stats.norm.cdf(SCORES))
    np.testing.assert_allclose(found.at(SCORES), wanted, rtol=1e-5, atol=1e-6)
    for score, value in zip(SCORES, wanted, strict=True):
        assert found.score(float(value)) == pytest.approx(score, abs=2e-4)


def test_no_sd_is_certainty_to_the_last_bit():
    found = law("normal", mean=0.1, sd=0.0)
    assert found.is_certain
    assert found.at(np.array([-4.0, 0.0, 4.0])).tolist() == [0.1, 0.1, 0.1]


@pytest.mark.parametrize(
    ("estimate", "alpha", "before"),
    [(0.78, 0.05, None), (-0.62, 0.05, None), (0.9, 0.01, None), (0.78, 0.05, (0.0, 0.4))],
)
def test_a_selected_pilot_matches_the_integral_of_its_truncated_likelihood(estimate, alpha, before):
    """Density at theta: that of the estimate, given that it is significant."""
    se = (2 / 22) ** 0.5
    cut = stats.norm.ppf(1 - alpha / 2) * se

    def density(theta: float) -> float:
        seen = stats.norm.sf(cut, theta, se) + stats.norm.cdf(-cut, theta, se)
        prior = 1.0 if before is None else stats.norm.pdf(theta, *before)
        return stats.norm.pdf(estimate, theta, se) / seen * prior

    points = {"points": [0.0, estimate], "limit": 400}
    total = quad(density, -4, 4, **points)[0]
    wanted = quad(lambda theta: theta * density(theta), -4, 4, **points)[0] / total
    below = quad(density, -4, 0.2, **points)[0] / total
    stated = None if before is None else {"mean": before[0], "sd": before[1]}
    found = law("from_pilot", estimate=estimate, sd=1.0, n_per_arm=22, alpha=alpha, before=stated)
    assert mean_of(found) == pytest.approx(wanted, abs=2e-5)
    assert float(found.cdf(np.array(0.2))) == pytest.approx(below, abs=2e-5)
    if before is None:  # the correction shrinks, and never past the middle of the estimates unseen
        assert abs(wanted) < abs(estimate)


def test_trials_in_general_have_the_published_median_power_and_exaggeration():
    """van Zwet, Schwab and Senn 2021: half of all trials have a power below 0.13, and an estimate
    that is just significant is 1.7 times its truth (posterior median of |estimate / truth|)."""
    before = law("cochrane", se=1.0)
    u = (np.arange(200_000) + 0.5) / 200_000
    truth = before.quantile(u)
    power = stats.norm.sf(1.96 - truth) + stats.norm.cdf(-1.96 - truth)
    assert np.median(power) == pytest.approx(0.13, abs=0.005)
    after = law("cochrane", se=1.0, estimate=1.96).quantile(u)
    assert np.median(np.abs(1.96 / after)) == pytest.approx(1.7, abs=0.05)


def test_shrinkage_after_an_estimate_matches_the_mixture_integrated_by_hand():
    """For z = 3.92 about 0.80 is left of the estimate: 3.8 becomes 3.0 (1.1 to 5.0)."""
    found = law("cochrane", se=0.97, estimate=-3.8)

    def density(theta: float) -> float:
        prior = sum(
            w * stats.norm.pdf(theta, 0, 0.97 * sd)
            for w, sd in zip(MIXTURE_WEIGHTS, MIXTURE_SDS, strict=True)
        )
        return prior * stats.norm.pdf(-3.8, theta, 0.97)

    total = quad(density, -12, 4, points=[-3.8, 0])[0]
    wanted = quad(lambda theta: theta * density(theta), -12, 4, points=[-3.8, 0])[0] / total
    assert mean_of(found) == pytest.approx(wanted, abs=1e-4)
    assert wanted / -3.8 == pytest.approx(0.80, abs=0.005)
    assert np.round(found.at(np.array([-1.96, 1.96])), 1).tolist() == [-5.0, -1.1]


def test_limits_that_leave_nothing_are_refused():
    with pytest.raises(ValueError, match="next to nothing"):
        law("normal", mean=0.0, sd=1.0, min=50.0)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_nodes_are_symmetric_and_leave_out_what_they_say(n):
    scores, weights = grid(n)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert len({tuple(row) for row in scores.tolist()}) == len(scores)
    np.testing.assert_allclose(weights @ scores, 0, atol=1e-12)
    # At every distance the whole shell is there: its mirror images have the same weight.
    known = {tuple(row): w for row, w in zip(scores.tolist(), weights, strict=True)}
    for row, weight in known.items():
        assert known[tuple(-one for one in row)] == pytest.approx(weight, rel=1e-12)
    # What is missing: the probability of a score beyond the kept ones, with room for their cells.
    assert 1 - (weights @ scores**2).min() < LEFT_OUT * 16


def test_no_uncertain_value_is_one_node_and_too_many_are_refused():
    scores, weights = grid(0)
    assert scores.shape == (1, 0) and weights.tolist() == [1.0]
    with pytest.raises(ValueError, match="at most 3"):
        grid(4)


@pytest.mark.parametrize(("n", "steepness"), [(1, 1.0), (1, 6.0), (2, 1.0), (2, 2.5), (3, 1.0)])
def test_the_stated_error_bounds_the_error_for_probit_curves(n, steepness):
    """Mean of Phi(a + b z) is Phi(a / sqrt(1 + b^2)), for b along each axis."""
    scores, weights = grid(n)
    bound = LEFT_OUT + rule_error(steepness, STEPS[n - 1])
    for a in np.linspace(-4, 4, 33) * np.hypot(1, steepness) / 2:
        found = weights @ stats.norm.cdf(a + steepness * scores[:, 0])
        exact = stats.norm.cdf(a / np.hypot(1, steepness))
        assert abs(found - exact) <= bound
    assert bound < 0.002


def test_a_prior_in_words_names_its_numbers():
    pilot = Prior(distribution="from_pilot", estimate=-4.3, sd=5.5, n_per_arm=22)
    assert in_words(pilot) == "from pilot, estimate -4.3, sd 5.5, n per arm 22"
    known = Prior(distribution="from_pilot", estimate=2, se=1, before={"mean": 0.0, "sd": 1.5})
    assert in_words(known) == "from pilot, estimate 2, se 1, before normal, mean 0, sd 1.5"
