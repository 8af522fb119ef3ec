"""ANCOVA with a random baseline: the published case, limits, and the integral itself."""

import numpy as np
import pytest

from trialsim.theory.ancova import ancova_power, ancova_power_balanced
from trialsim.theory.noncentral_t import rejection_probability


def test_power_matches_published_value():
    assert ancova_power(64, 65, 0.4, 1.0, 0.55) == pytest.approx(0.76681, abs=1e-4)


@pytest.mark.parametrize(
    ("n1", "n2", "covariates"), [(2, 2, 1), (2, 3, 1), (4, 4, 3), (10, 20, 5), (60, 65, 1)]
)
def test_integral_matches_an_adaptive_rule_over_the_beta_law(n1, n2, covariates):
    from scipy.integrate import quad
    from scipy.stats import beta

    df = n1 + n2 - 2 - covariates
    ncp = 0.9 / np.sqrt((1 - 0.5**2) * (1 / n1 + 1 / n2))
    law = beta((n1 + n2 - 1 - covariates) / 2, covariates / 2)
    expected, _ = quad(
        lambda v: rejection_probability(ncp * np.sqrt(law.ppf(v)), df), 0, 1, epsabs=1e-9
    )
    power = ancova_power(n1, n2, 0.9, 1.0, 0.5, covariates)
    assert power == pytest.approx(expected, abs=1e-7)


def test_no_effect_rejects_at_alpha():
    for covariates in (1, 2, 7):
        power = ancova_power(8, 9, 0.0, 2.0, 0.6, covariates, alpha=0.03)
        assert power == pytest.approx(0.03, abs=1e-12)
        assert ancova_power(8, 9, 0.0, 2.0, 0.6, covariates, 0.03, 1) == pytest.approx(0.03)


def test_chance_imbalance_costs_power_and_less_in_larger_trials():
    n = np.array([10, 30, 100, 1000])
    difference = 2 / np.sqrt(n)
    loss = ancova_power_balanced(n, n, difference, 1.0, 0.5) - ancova_power(
        n, n, difference, 1.0, 0.5
    )
    assert np.all(loss > 0)
    assert np.all(np.diff(loss) < 0)
    assert loss[-1] < 5e-4


def test_a_useless_covariate_costs_power_and_a_useful_one_gains():
    powers = ancova_power(40, 40, 0.5, 1.0, np.array([0.0, 0.3, 0.6, 0.9]))
    assert np.all(np.diff(powers) > 0)
    more = ancova_power(40, 40, 0.5, 1.0, 0.3, np.array([1, 2, 5, 10]))
    assert np.all(np.diff(more) < 0)


def test_power_depends_on_neither_units_nor_the_sign_of_the_correlation():
    reference = ancova_power(20, 25, 0.5, 1.0, 0.6)
    assert ancova_power(20, 25, 5.0, 10.0, -0.6) == pytest.approx(reference, abs=1e-14)
    assert ancova_power(25, 20, -0.5, 1.0, 0.6) == pytest.approx(reference, abs=1e-14)


def test_arguments_broadcast():
    table = ancova_power(np.array([[20], [50]]), 30, np.array([0.2, 0.4, 0.8]), 1.0, 0.5)
    assert table.shape == (2, 3)
    assert table[1, 2] == pytest.approx(ancova_power(50, 30, 0.8, 1.0, 0.5), abs=1e-14)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((20, 20, 0.5, 1.0, 1.0), "multiple_r"),
        ((20, 20, 0.5, 0.0, 0.5), "sd"),
        ((20, 20, 0.5, 1.0, 0.5, 0), "covariates"),
        ((2, 2, 0.5, 1.0, 0.5, 2), "3 participants more"),
        ((0, 20, 0.5, 1.0, 0.5), "n_control"),
        ((20, 20, np.nan, 1.0, 0.5), "difference"),
    ],
)
def test_impossible_designs_are_refused_by_name(arguments, name):
    for power in (ancova_power, ancova_power_balanced):
        with pytest.raises(ValueError, match=name):
            power(*arguments)
