"""Two means: published powers and sizes, and identities of the three power functions."""

import numpy as np
import pytest

from trialsim.theory.two_means import (
    critical_difference,
    pooled_power_unequal_variance,
    t_test_power,
    t_test_sample_size,
    t_test_sample_size_fractional,
    welch_power,
    z_total,
)


def test_power_matches_published_values():
    assert t_test_power(64, 65, 0.4) == pytest.approx(0.61576, abs=1e-4)
    assert t_test_power(64, 64, 0.5) == pytest.approx(0.8015, abs=5e-5)


@pytest.mark.parametrize(
    ("difference", "sd", "power", "per_arm"),
    [
        (0.5, 1.0, 0.8, 64),
        (0.5, 1.0, 0.9, 86),
        (0.2, 1.0, 0.8, 394),
        (2.0, 5.5, 0.8, 120),
        (2.0, 5.5, 0.9, 160),
        (-2.0, 5.5, 0.9, 160),
    ],
)
def test_sample_size_matches_published_values(difference, sd, power, per_arm):
    assert t_test_sample_size(difference, sd, power) == (per_arm, per_arm)


@pytest.mark.parametrize("ratio", [0.25, 0.3, 0.5, 1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("difference", [0.3, 0.6, 1.7, 6.0])
def test_sample_size_is_the_smallest_that_has_the_power(difference, ratio):
    """Found again by trying every control arm from 2 upwards."""
    n_control = np.arange(2, 800)
    n_treatment = np.maximum(2, np.ceil(ratio * n_control - 1e-9))
    enough = t_test_power(n_control, n_treatment, difference) >= 0.8
    first = int(np.argmax(enough))
    expected = (int(n_control[first]), int(n_treatment[first]))
    assert enough[first]
    assert t_test_sample_size(difference, ratio=ratio) == expected


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("ratio", [0.5, 1.0, 3.0])
def test_fractional_size_has_exactly_the_power(ratio, sides):
    sizes = t_test_sample_size_fractional(0.35, 1.2, 0.85, 0.04, sides, ratio)
    assert sizes[1] == pytest.approx(ratio * sizes[0], rel=1e-12)
    assert t_test_power(*sizes, 0.35, 1.2, 0.04, sides) == pytest.approx(0.85, abs=1e-9)


def test_a_huge_effect_needs_the_smallest_arms():
    assert t_test_sample_size_fractional(50.0) == (2.0, 2.0)
    assert t_test_sample_size(50.0, ratio=3.0) == (2, 6)


def test_normal_approximation_is_the_textbook_formula():
    """2 (1.959964 + 0.841621)^2 / d^2 per arm; 9/8 of the total with two to one."""
    total = 4 * (1.959963984540054 + 0.8416212335729143) ** 2 / 0.5**2
    assert z_total(0.5) == pytest.approx(total, rel=1e-12)
    assert z_total(5.0, 10.0, ratio=2.0) == pytest.approx(total * 9 / 8, rel=1e-12)
    assert z_total(5.0, 10.0, ratio=0.5) == pytest.approx(total * 9 / 8, rel=1e-12)


def test_critical_difference_is_where_p_is_alpha():
    """t 0.975 with 127 df is 1.978820 (tables); one-sided 0.95 with 127 df is 1.656940."""
    error = 5.5 * np.sqrt(1 / 64 + 1 / 65)
    assert critical_difference(64, 65, 5.5) == pytest.approx(1.978820 * error, rel=1e-6)
    assert critical_difference(64, 65, 5.5, sides=1) == pytest.approx(1.656940 * error, rel=1e-6)


@pytest.mark.parametrize("n", [(20, 20), (12, 30), (3, 50)])
def test_pooled_power_with_equal_variances_is_the_noncentral_t(n):
    power = pooled_power_unequal_variance(*n, 0.6, 1.3, 1.3)
    assert power == pytest.approx(t_test_power(*n, 0.6, 1.3), abs=1e-12)
    one_sided = pooled_power_unequal_variance(*n, 0.6, 1.3, 1.3, sides=1)
    assert one_sided == pytest.approx(t_test_power(*n, 0.6, 1.3, sides=1), abs=1e-12)


@pytest.mark.parametrize("power", [welch_power, pooled_power_unequal_variance])
def test_power_does_not_depend_on_units_or_names_of_arms(power):
    reference = power(12, 30, 0.7, 1.0, 3.0)
    assert power(12, 30, 7.0, 10.0, 30.0) == pytest.approx(reference, abs=1e-13)
    assert power(30, 12, -0.7, 3.0, 1.0) == pytest.approx(reference, abs=1e-13)


def test_pooled_and_welch_are_the_same_statistic_with_equal_arms():
    """With equal arms only the df differ, and Welch's are the smaller: less power, little less."""
    pooled = pooled_power_unequal_variance(40, 40, 0.6, 1.0, 1.5)
    welch = welch_power(40, 40, 0.6, 1.0, 1.5)
    assert 0 < pooled - welch < 0.01


def test_welch_keeps_alpha_where_pooled_does_not():
    """Smaller arm with 3 times the SD: the pooled test rejects far too often, Welch nearly 5%."""
    assert pooled_power_unequal_variance(30, 12, 0.0, 1.0, 3.0) > 0.15
    assert welch_power(30, 12, 0.0, 1.0, 3.0) == pytest.approx(0.05, abs=0.003)


@pytest.mark.parametrize("n", [(2, 2), (2, 100), (4, 500), (1000, 1000)])
def test_welch_integral_has_converged(n):
    """Against an adaptive rule over the beta density itself."""
    from scipy.integrate import quad
    from scipy.stats import beta, t

    from trialsim.theory.noncentral_t import tail_probabilities

    n1, n2 = n
    df1, df2 = n1 - 1, n2 - 1
    error = np.sqrt(4 / n1 + 1 / n2)
    law = beta(df1 / 2, df2 / 2)

    def rejects(u):
        part1, part2 = 4 * u / df1 / n1, (1 - u) / df2 / n2
        df = (part1 + part2) ** 2 / (part1**2 / df1 + part2**2 / df2)
        threshold = t.isf(0.025, df) * np.sqrt((df1 + df2) * (part1 + part2)) / error
        return sum(tail_probabilities(0.8 / error, df1 + df2, threshold))

    # In v = F(u) the integrand is bounded also where the beta density is not.
    expected, _ = quad(lambda v: rejects(law.ppf(v)), 0, 1, epsabs=1e-8, limit=200)
    assert welch_power(n1, n2, 0.8, 2.0, 1.0) == pytest.approx(expected, abs=1e-6)


def test_arguments_broadcast():
    difference = np.array([0.0, 0.3, 0.6])
    n = np.array([[20], [50]])
    for power in (t_test_power, welch_power, pooled_power_unequal_variance):
        table = power(n, 30, difference)
        assert table.shape == (2, 3)
        assert table[1, 2] == pytest.approx(power(50, 30, 0.6), abs=1e-14)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: t_test_power(0, 10, 0.5), "n_control"),
        (lambda: t_test_power(1, 1, 0.5), "3 participants"),
        (lambda: t_test_power(10, 10, 0.5, sd=0.0), "sd"),
        (lambda: welch_power(1, 10, 0.5), "n1"),
        (lambda: welch_power(10, 10, 0.5, 1.0, -1.0), "sd2"),
        (lambda: t_test_sample_size(0.0), "difference"),
        (lambda: t_test_sample_size(0.5, power=0.04), "power"),
        (lambda: t_test_sample_size(0.5, power=1.0), "power"),
        (lambda: t_test_sample_size(0.5, ratio=0.0), "ratio"),
        (lambda: t_test_sample_size(0.5, sd=-1.0), "sd"),
        (lambda: z_total(0.5, ratio=-1.0), "ratio"),
    ],
)
def test_impossible_designs_are_refused_by_name(call, name):
    with pytest.raises(ValueError, match=name):
        call()
