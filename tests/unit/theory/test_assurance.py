"""Assurance: the published case, the integral it stands for, and its limits."""

import math

import numpy as np
import pytest

from trialsim.theory.assurance import assurance, favourable_assurance
from trialsim.theory.noncentral_t import rejection_probability


def test_published_case():
    """Effect 2.5, prior SD 1, standard error 0.960, normal test, both tails."""
    assert assurance(2.5, 1.0, 0.960) == pytest.approx(0.673, abs=5e-4)
    assert assurance(2.5, 0.0, 0.960) == pytest.approx(0.740, abs=5e-4)


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("df", [3, 40, np.inf])
@pytest.mark.parametrize(("difference", "prior_sd"), [(2.5, 1.0), (0.0, 2.0), (1.0, 5.0)])
def test_it_is_the_mean_of_power_over_the_prior(difference, prior_sd, df, sides):
    """By a Gauss-Hermite rule with 200 nodes over the prior."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    truths = difference + prior_sd * nodes
    power = rejection_probability(truths / 0.96, df, 0.05, sides)
    expected = (power * weights).sum() / weights.sum()
    assert assurance(difference, prior_sd, 0.96, df, 0.05, sides) == pytest.approx(
        expected, abs=1e-7
    )


def test_no_spread_returns_power_exactly():
    difference = np.array([0.0, 0.5, 3.0])
    power = rejection_probability(difference / 0.7, 20)
    np.testing.assert_array_equal(assurance(difference, 0.0, 0.7, 20), power)


def test_a_prior_around_none_finds_as_often_in_either_direction():
    """A prior as wide as the error: 2 Phi(-1.959964 / sqrt(2)) = erfc(1.959964 / 2) in all."""
    both = math.erfc(1.959963984540054 / 2)
    assert favourable_assurance(0.0, 1.0, 1.0) == pytest.approx(both / 2, abs=1e-12)
    assert assurance(0.0, 1.0, 1.0) == pytest.approx(both, abs=1e-12)


def test_a_huge_trial_is_assured_of_the_prior_probability_of_benefit():
    """Phi(2.5): with no error every positive truth is found."""
    assert favourable_assurance(2.5, 1.0, 1e-9) == pytest.approx(0.993790, abs=1e-6)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((1, -1, 1), "prior_sd"), ((1, np.inf, 1), "prior_sd"), ((1, 1, 0), "error"),
     ((np.nan, 1, 1), "difference")],
)  # fmt: skip
def test_senseless_priors_are_refused_by_name(arguments, name):
    with pytest.raises(ValueError, match=name):
        assurance(*arguments)
