"""Beta-binomial margins against SciPy's, and their moments against what was asked for."""

import numpy as np
import pytest
from scipy import special, stats

from trialsim.kernels.beta_binomial import (
    cut_points,
    overdispersion,
    sd_from_overdispersion,
    sd_limits,
)

MARGINS = [
    (24, 10.45, 5.3),
    (24, 6.89, 4.6),
    (24, 0.7, 1.6),
    (24, 23.5, 0.9),
    (100, 50, 26.7),
    (100, 3, 6),
    (8, 4, 3.6),
    (2, 0.5, 0.7),
]


def mass_between(cuts):
    """Probability of every score, each from the tail that keeps its digits."""
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    lower, upper = special.ndtr(edges), special.ndtr(-edges)
    return np.where(edges[:-1] < 0, np.diff(lower), -np.diff(upper))


@pytest.mark.evidence(
    "outcomes.bounded_integer",
    kind="double programming",
    claim="The chance of every score equals SciPy's to a relative 1e-9.",
    source="SciPy 1.13 or later: stats.betabinom",
)
@pytest.mark.parametrize(("n", "mean", "sd"), MARGINS)
def test_mass_matches_scipy(n, mean, sd):
    t = overdispersion(n, mean, sd)
    p = mean / n
    law = stats.betabinom(n, p * (1 - t) / t, (1 - p) * (1 - t) / t)
    cuts = cut_points(n, mean, t)
    assert cuts.shape == (n,)
    assert np.all(np.diff(cuts) > 0)
    mass = law.pmf(np.arange(n + 1))
    np.testing.assert_allclose(mass_between(cuts), mass, rtol=1e-9, atol=1e-15)
    # Added up here from either end: SciPy's own upper tail is 1 minus the lower one.
    np.testing.assert_allclose(special.ndtr(cuts), np.cumsum(mass)[:-1], rtol=1e-9)
    np.testing.assert_allclose(special.ndtr(-cuts), np.cumsum(mass[::-1])[::-1][1:], rtol=1e-9)


@pytest.mark.parametrize(("n", "mean", "sd"), MARGINS)
def test_mean_and_sd_are_those_asked_for(n, mean, sd):
    mass = mass_between(cut_points(n, mean, overdispersion(n, mean, sd)))
    k = np.arange(n + 1)
    assert mass @ k == pytest.approx(mean, rel=1e-10)
    assert np.sqrt(mass @ (k - mass @ k) ** 2) == pytest.approx(sd, rel=1e-10)


@pytest.mark.parametrize("mean", [0.02, 12.0, 23.9])
@pytest.mark.parametrize("t", [0.0, 1e-12, 1e-7])
def test_without_overdispersion_it_is_binomial(mean, t):
    law = stats.binom(24, mean / 24)
    cuts = cut_points(24, mean, t)
    k = np.arange(24)
    # Far out even t of 1e-7 counts: the binomial law is then right to 1e-6 of the whole.
    close = {"rtol": 1e-9, "atol": 0} if t < 1e-9 else {"rtol": 0, "atol": 1e-6}
    for ends, tail in ((cuts, law.cdf(k)), (-cuts, law.sf(k))):
        is_normal = tail > 1e-200
        np.testing.assert_allclose(special.ndtr(ends)[is_normal], tail[is_normal], **close)


@pytest.mark.parametrize(("n", "mean", "sd"), MARGINS)
def test_overdispersion_and_sd_are_inverse(n, mean, sd):
    assert sd_from_overdispersion(n, mean, overdispersion(n, mean, sd)) == pytest.approx(sd)
    low, high = sd_limits(n, mean)
    assert low <= sd <= high
    assert sd_from_overdispersion(n, mean, 0) == pytest.approx(low)
    assert sd_from_overdispersion(n, mean, 1) == pytest.approx(high)
    assert overdispersion(n, mean, low) == pytest.approx(0, abs=1e-12)
    assert overdispersion(n, mean, high) == pytest.approx(1)


def test_a_scale_of_one_step_has_no_overdispersion():
    assert overdispersion(1, 0.3, 0.9) == 0.0
    np.testing.assert_allclose(cut_points(1, 0.3, 0.0), special.ndtri([0.7]))
