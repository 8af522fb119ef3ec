"""The noncentral t tails: against the noncentral F law, a direct integral, and the normal limit."""

import numpy as np
import pytest
import scipy.special as special

from trialsim.theory.noncentral_t import critical_t, rejection_probability, tail_probabilities

NCP = np.array([0, 0.1, 0.5, 1, 2, 3, 3.4, 4, 5, 6, 7, 8, 8.4, 8.6, 12, 40, 150])
DF = np.array([1, 2, 3, 5, 10, 38, 127, 1998])


def lower_tail_by_integration(ncp, df, critical):
    """P(T < -critical) over the density of s = chi_df / sqrt(df), by an adaptive rule."""
    from scipy.integrate import quad
    from scipy.stats import chi

    root = np.sqrt(df)

    def integrand(s):
        return root * chi.pdf(root * s, df) * special.ndtr(-ncp - critical * s)

    lower, upper = chi.ppf(1e-17, df) / root, chi.isf(1e-17, df) / root
    value, _ = quad(integrand, lower, upper, epsabs=1e-18, epsrel=1e-10, limit=500)
    return value


@pytest.mark.parametrize("alpha", [0.2, 0.05, 0.01, 0.001])
def test_two_sided_power_matches_noncentral_f(alpha):
    """T^2 is noncentral F(1, df, ncp^2), which scipy computes by another series (NaN at 40)."""
    ncp, df = np.meshgrid(NCP[NCP < 20], DF)
    critical = -special.stdtrit(df, alpha / 2)
    expected = 1 - special.ncfdtr(1, df, ncp**2, critical**2)
    power = rejection_probability(ncp, df, alpha)
    np.testing.assert_allclose(power, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("ncp", [3.4, 5.0, 7.5])
@pytest.mark.parametrize("df", [3, 38, 1998])
def test_far_tail_matches_direct_integral(ncp, df):
    """In this range nctdtr may be NaN, and the tail (up to 3e-4 at critical 0) is not nothing."""
    for critical in (0.0, 0.5, 2.0):
        _, lower = tail_probabilities(ncp, df, critical)
        expected = lower_tail_by_integration(ncp, df, critical)
        assert lower == pytest.approx(expected, rel=1e-6, abs=1e-17)


@pytest.mark.parametrize(("ncp", "critical"), [(12.0, 13.0), (40.0, 60.0), (150.0, 140.0)])
@pytest.mark.parametrize("df", [1, 3, 38, 1998])
def test_near_tail_of_a_large_ncp_matches_direct_integral(ncp, critical, df):
    """P(T > c) is the lower tail's integral with the sign of ncp changed."""
    upper, _ = tail_probabilities(ncp, df, critical)
    assert upper == pytest.approx(lower_tail_by_integration(-ncp, df, critical), abs=1e-9)


@pytest.mark.parametrize(
    ("ncp", "df", "critical"),
    [(16.0, 127, 1e4), (25.15, 400, 300), (16.9, 1998, 64), (101864.60471116575, 1, 1e4),
     (110742.4178992773, 10, 1e4), (33.925, 1_000_000, 64)],
)  # fmt: skip
def test_near_tail_where_nctdtr_has_no_number(ncp, df, critical):
    """Found by trying; Phi(ncp - c s) is 1 up to s = ncp / c, give or take 8.5 / c."""
    from scipy.integrate import quad
    from scipy.stats import chi2

    upper, _ = tail_probabilities(ncp, df, critical)
    # By parts: the density of Z times P(s < (ncp - Z) / c).
    expected, _ = quad(
        lambda z: np.exp(-(z**2) / 2) * chi2.cdf(df * max((ncp - z) / critical, 0) ** 2, df),
        -9, 9, epsabs=1e-12,
    )  # fmt: skip
    assert upper == pytest.approx(expected / np.sqrt(2 * np.pi), abs=1e-9)


@pytest.mark.parametrize("ncp", [3e9, 1e12, 1e15])
def test_a_huge_effect_is_found(ncp):
    assert rejection_probability(ncp, np.array([1, 3, 127, 1e6])) == pytest.approx(1, abs=1e-9)


def test_far_tail_is_below_its_normal_bound():
    """P(T < -c) <= Phi(-ncp), the bound by which a tail is set to 0 from 8.5 upwards."""
    ncp, df = np.meshgrid(NCP, DF)
    for critical in (0.0, 0.3, 2.0, 50.0):
        _, lower = tail_probabilities(ncp, df, critical)
        assert np.all(lower >= 0)
        assert np.all(lower <= special.ndtr(-ncp) * (1 + 1e-10) + 1e-17)


def test_power_with_1000_per_arm_is_finite_and_increases():
    """`scipy.stats.nct.cdf` gave NaN at 0.5 SD and 1,000 per arm."""
    difference = np.linspace(0, 3, 301)
    power = rejection_probability(difference * np.sqrt(500), 1998)
    assert np.all(np.isfinite(power))
    assert power[0] == pytest.approx(0.05, abs=1e-12)
    assert np.all(np.diff(power) >= 0)
    assert np.all(np.diff(power)[difference[1:] < 0.2] > 0)
    assert power[50] == 1.0


def test_one_sided_power_in_the_wrong_direction_is_small_and_not_nan():
    power = rejection_probability(np.array([-4.0, -5.0, -22.0]), 1998, sides=1)
    critical = critical_t(1998, sides=1)
    expected = [lower_tail_by_integration(m, 1998, critical) for m in (4.0, 5.0)]
    assert power[:2] == pytest.approx(expected, rel=1e-6)
    assert power[2] == 0.0


def test_no_effect_rejects_at_alpha():
    for alpha in (0.2, 0.05, 1e-4):
        assert rejection_probability(0.0, DF, alpha) == pytest.approx(alpha, rel=1e-9)
        assert rejection_probability(0.0, DF, alpha, 1) == pytest.approx(alpha, rel=1e-9)


def test_sign_of_the_effect_swaps_the_tails():
    upper, lower = tail_probabilities(NCP, 38, 2.0)
    upper_of_minus, lower_of_minus = tail_probabilities(-NCP, 38, 2.0)
    np.testing.assert_allclose(upper, lower_of_minus, rtol=0, atol=1e-14)
    np.testing.assert_allclose(lower, upper_of_minus, rtol=0, atol=1e-14)


def test_infinite_df_is_the_z_test():
    z = 1.959963984540054
    expected = special.ndtr(2.5 - z) + special.ndtr(-2.5 - z)
    assert rejection_probability(2.5, np.inf) == pytest.approx(expected, abs=1e-15)
    assert rejection_probability(2.5, 1e7) == pytest.approx(expected, abs=1e-6)
    mixed = rejection_probability(2.5, [np.inf, 38])
    assert mixed[0] == rejection_probability(2.5, np.inf)
    assert mixed[1] == rejection_probability(2.5, 38)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((1.0, 10, 0.0), "alpha"),
        ((1.0, 10, 1.0), "alpha"),
        ((1.0, 10, 0.6, 1), "alpha"),
        ((1.0, 10, 0.05, 3), "sides"),
        ((1.0, 0.5), "df"),
        ((np.nan, 10), "ncp"),
        ((np.inf, 10), "ncp"),
    ],
)
def test_impossible_arguments_are_refused_by_name(arguments, name):
    with pytest.raises(ValueError, match=name):
        rejection_probability(*arguments)


def test_a_negative_critical_value_is_refused():
    with pytest.raises(ValueError, match="critical"):
        tail_probabilities(1.0, 10, -1.0)
