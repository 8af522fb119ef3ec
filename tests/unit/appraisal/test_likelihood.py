"""Densities of simulated estimates, against laws that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from trialsim.appraisal.likelihood import joint_likelihood, likelihood


def normals(n_sets: int, n: int, seed: int = 1995) -> np.ndarray:
    return np.random.Generator(np.random.Philox(seed)).normal(-1.4, 0.96, (n_sets, n))


@pytest.mark.parametrize(
    ("published", "method"), [(-2.0, "counted"), (-3.2, "counted"), (-4.4, "normal law")]
)
def test_density_of_normal_estimates_matches_their_law(published, method):
    """Claim: the log density at 0.6, 1.9 and 3.1 SDs is right, and its stated error is the spread
    between runs.
    Exact: the normal law. 400 runs of 2,000 trials; tolerance 4 errors of the mean of the runs
    plus 0.01 for the width of the neighbourhood, and 15% of the error (4 errors of an SD).
    Detects: a density of another SD (5%), an error without the part of the SD (half at 3.1 SDs).
    """
    found = [likelihood(one, published) for one in normals(400, 2_000)]
    logs = np.array([one.log_density for one in found])
    assert {one.method for one in found} <= {method, "normal law"}
    exact = stats.norm(-1.4, 0.96).logpdf(published)
    assert logs.mean() == pytest.approx(exact, abs=4 * logs.std() / 20 + 0.01)
    assert np.mean([one.error for one in found]) == pytest.approx(logs.std(), rel=0.15)


def test_density_of_estimates_that_are_not_normal_is_that_of_the_count():
    """A law with two peaks: the normal law alone is off by a factor of 2 between them."""
    rng = np.random.Generator(np.random.Philox(2))
    estimates = np.where(rng.random(200_000) < 0.5, -3.0, 0.0) + 0.6 * rng.standard_normal(200_000)
    half = 0.5 * estimates.std()
    law = stats.norm(-3, 0.6), stats.norm(0, 0.6)
    near = sum(0.5 * (one.cdf(-1.5 + half) - one.cdf(-1.5 - half)) for one in law)
    found = likelihood(estimates, -1.5)
    assert found.method == "counted"
    # The normal start is symmetric about -1.5, so the count decides up to its shape.
    start = stats.norm(-1.5, estimates.std())
    wanted = math.log(near / (start.cdf(-1.5 + half) - start.cdf(-1.5 - half)))
    assert found.log_density - start.logpdf(-1.5) == pytest.approx(wanted, abs=4 * found.error)
    assert wanted < -0.2


def test_far_away_the_normal_law_says_so_and_failures_are_left_out():
    estimates = normals(1, 2_000)[0]
    found = likelihood(np.append(estimates, [np.nan] * 50), -6.0)
    assert (found.method, found.near) == ("normal law", 0)
    assert found == likelihood(estimates, -6.0)


@pytest.mark.parametrize("estimates", [np.array([1.0, 2.0]), np.ones(50), np.full(9, np.nan)])
def test_what_has_no_density_has_none(estimates):
    found = likelihood(estimates, 1.0)
    assert found.method == "not defined" and math.isnan(found.log_density)


def test_joint_density_matches_its_law():
    """Claim: two correlated estimates are placed as one pair, with an error that holds.
    Exact: the bivariate normal law. 200 runs of 1,000; tolerance 4 errors, and 20% of the error.
    Detects: two results taken for independent (log density off by 4).
    """
    covariance = np.array([[0.92, 0.5], [0.5, 0.78]])
    rng = np.random.Generator(np.random.Philox(4))
    pairs = rng.standard_normal((200, 1_000, 2)) @ np.linalg.cholesky(covariance).T
    at = np.array([-1.2, -2.4])
    found = [joint_likelihood(one, at) for one in pairs]
    logs = np.array([one.log_density for one in found])
    exact = stats.multivariate_normal(cov=covariance).logpdf(at)
    assert logs.mean() == pytest.approx(exact, abs=4 * logs.std() / math.sqrt(200) + 0.01)
    assert np.mean([one.error for one in found]) == pytest.approx(logs.std(), rel=0.2)
    apart = sum(stats.norm(0, math.sqrt(covariance[i, i])).logpdf(at[i]) for i in (0, 1))
    assert abs(apart - exact) > 0.2


def test_a_ratio_has_the_errors_of_both_and_the_best_is_one():
    first, second = (likelihood(normals(1, 4_000)[0], x) for x in (-1.4, -3.0))
    ratio, error = second.relative_to(first)
    assert first.relative_to(first) == (1.0, 0.0)
    assert ratio == pytest.approx(math.exp(second.log_density - first.log_density))
    assert error == pytest.approx(ratio * math.hypot(first.error, second.error))
