"""What correlation of scores follows from a latent one, and back."""

from math import factorial

import numpy as np
import pytest
from scipy import integrate, stats

from trialsim.kernels.beta_binomial import cut_points, overdispersion
from trialsim.kernels.latent_normal import (
    TERMS,
    covariance,
    latent_correlation,
    step_coefficients,
)

NORMAL = np.array([1.0])
CORRELATIONS = [-0.6, -0.1, 0.0, 0.3, 0.57, 0.8]


def margin(n, mean, sd):
    cuts = cut_points(n, mean, overdispersion(n, mean, sd))
    return step_coefficients(cuts[np.isfinite(cuts)], 1.0), sd


PAIRS = {
    "rmdq at two visits": (margin(24, 10.45, 5.3), margin(24, 6.89, 4.6)),
    "rmdq and vas": (margin(24, 10.45, 5.3), margin(100, 60, 20)),
    "floor and middle": (margin(24, 2, 2.5), margin(24, 12, 5)),
    "normal and rmdq": ((NORMAL, 1.0), margin(24, 10.45, 5.3)),
}


@pytest.mark.parametrize("k", [1, 2, 3, 7])
def test_coefficients_of_steps_match_their_integral(k):
    """a_k is the integral of score times normalised Hermite polynomial times density."""
    cuts, step = np.array([-0.8, 0.1, 1.4]), 0.5
    polynomial = np.polynomial.hermite_e.HermiteE.basis(k)

    def above(cut):
        def integrand(z):
            return polynomial(z) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)

        return integrate.quad(integrand, cut, np.inf)[0]

    expected = step * sum(above(cut) for cut in cuts) / np.sqrt(factorial(k))
    assert step_coefficients(cuts, step)[k - 1] == pytest.approx(expected, rel=1e-9)


def test_as_many_coefficients_as_asked_for():
    assert step_coefficients(np.array([0.3]), 1.0).shape == (TERMS,)
    assert step_coefficients(np.array([0.3]), 1.0, terms=7).shape == (7,)


@pytest.mark.parametrize("rho", [-0.7, -0.2, 0.4, 0.8])
def test_covariance_of_steps_matches_the_bivariate_normal(rho):
    """For two scores it is the sum over pairs of cuts of P(both above) less the product."""
    first, second = np.array([-1.0, 0.2, 0.9]), np.array([-0.3, 1.5])
    law = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    expected = sum(
        2.0 * (law.cdf([-a, -b]) - stats.norm.sf(a) * stats.norm.sf(b))
        for a in first
        for b in second
    )
    found = covariance(step_coefficients(first, 1.0), step_coefficients(second, 2.0), rho)
    assert found == pytest.approx(expected, abs=1e-4)


def test_covariance_of_normals_is_the_latent_correlation():
    assert covariance(NORMAL, 3 * NORMAL, 0.4) == pytest.approx(1.2)
    assert covariance(NORMAL, margin(24, 12, 5)[0], 0.0) == 0.0


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("wanted", CORRELATIONS)
def test_latent_correlation_round_trip(pair, wanted):
    (a, sd_a), (b, sd_b) = PAIRS[pair]
    rho, reached = latent_correlation(a, b, wanted * sd_a * sd_b)
    assert reached / (sd_a * sd_b) == pytest.approx(wanted, abs=1e-9)
    assert covariance(a, b, rho) == reached
    # Discreteness and unlike margins only ever weaken a correlation.
    assert abs(rho) >= abs(wanted) - 1e-9


def test_what_is_out_of_reach_gives_the_nearest():
    (a, sd_a), (b, sd_b) = PAIRS["floor and middle"]
    for wanted, end in ((0.999, 0.9999), (-0.999, -0.9999)):
        rho, reached = latent_correlation(a, b, wanted * sd_a * sd_b)
        assert rho == pytest.approx(end, abs=1e-9)
        assert abs(reached) < 0.999 * sd_a * sd_b
