"""Type S and type M: published values, the direct integral, and the limits of each."""

import numpy as np
import pytest
import scipy.special as special

from trialsim.theory.exaggeration import ncp_at_power, type_m, type_s
from trialsim.theory.noncentral_t import rejection_probability


@pytest.mark.parametrize(
    ("power", "exaggeration", "half_a_digit"),
    [
        (0.80, 1.12, 0.005),
        (0.50, 1.41, 0.005),
        (0.30, 1.81, 0.005),
        (0.22, 2.14, 0.005),
        (0.20, 2.26, 0.005),
        (0.10, 3.71, 0.005),
        (0.06, 8.0, 0.05),
    ],
)
def test_type_m_matches_stated_values(power, exaggeration, half_a_digit):
    """Exaggeration of a z test by its power, after Gelman and Carlin 2014, to the digits given."""
    assert type_m(ncp_at_power(power)) == pytest.approx(exaggeration, abs=half_a_digit)


def test_one_in_five_significant_results_has_the_wrong_sign_at_power_006():
    assert type_s(ncp_at_power(0.06)) == pytest.approx(0.20, abs=0.005)


@pytest.mark.parametrize("ncp", [0.05, 0.5, 1.2, 3.0, 6.0])
def test_z_test_matches_the_direct_integral(ncp):
    """The estimate's own normal density, cut at the critical value, on a fine grid."""
    z = 1.959963984540054
    grid = np.linspace(0, 20, 400_001)
    right = np.exp(-((z + grid - ncp) ** 2) / 2)
    wrong = np.exp(-((z + grid + ncp) ** 2) / 2)
    share = np.trapezoid(wrong) / np.trapezoid(right + wrong)
    mean = np.trapezoid((z + grid) * (right + wrong)) / np.trapezoid(right + wrong)
    assert type_s(ncp) == pytest.approx(share, rel=1e-7)
    assert type_m(ncp) == pytest.approx(mean / ncp, rel=1e-7)


@pytest.mark.parametrize("df", [1, 2, 3, 10, 127])
def test_t_test_matches_the_average_over_its_standard_error(df):
    """The z formula with critical value c s, averaged over the quantiles of s."""
    from scipy.stats import chi2, t

    # Midpoints of 400,000 equal shares of the chi-square law: an error far below the tolerance.
    s = np.sqrt(chi2.ppf((np.arange(400_000) + 0.5) / 400_000, df) / df)
    cut = t.isf(0.025, df) * s
    for ncp in (0.3, 1.5, 4.0):
        right, wrong = special.ndtr(ncp - cut), special.ndtr(-ncp - cut)
        density = np.exp(-((cut - ncp) ** 2) / 2) + np.exp(-((cut + ncp) ** 2) / 2)
        power = (right + wrong).mean()
        mean = (ncp * (right - wrong) + density / np.sqrt(2 * np.pi)).mean()
        assert type_s(ncp, df) == pytest.approx(wrong.mean() / power, rel=1e-4)
        assert type_m(ncp, df) == pytest.approx(mean / power / ncp, rel=1e-4)


def test_no_effect_is_a_coin_flip_exaggerated_without_bound():
    assert type_s(0.0, 38) == pytest.approx(0.5, abs=1e-12)
    assert type_m(0.0, 38) == np.inf


def test_high_power_leaves_neither_error():
    assert type_s(9.0) == pytest.approx(0, abs=1e-15)
    assert type_m(9.0) == pytest.approx(1, abs=1e-9)
    assert type_m(60.0, 1998) == pytest.approx(1, abs=1e-12)


def test_both_fall_as_the_effect_grows_and_ignore_its_sign():
    ncp = np.linspace(0.1, 8, 80)
    assert np.all(np.diff(type_s(ncp, 50)) < 0)
    assert np.all(np.diff(type_m(ncp, 50)) < 0)
    np.testing.assert_array_equal(type_m(-ncp, 50), type_m(ncp, 50))
    np.testing.assert_array_equal(type_s(-ncp, 50), type_s(ncp, 50))


def test_many_df_approach_the_z_test():
    assert type_m(1.0, 1e6) == pytest.approx(type_m(1.0), rel=1e-5)
    mixed = type_m(1.0, [np.inf, 38])
    assert mixed[0] == type_m(1.0)
    assert mixed[1] == type_m(1.0, 38)


@pytest.mark.parametrize("df", [1, 5, 127, np.inf])
@pytest.mark.parametrize("power", [0.06, 0.5, 0.999])
def test_ncp_at_power_has_that_power(power, df):
    assert rejection_probability(ncp_at_power(power, df), df) == pytest.approx(power, abs=1e-10)


@pytest.mark.parametrize("power", [0.05, 0.01, 1.0])
def test_a_power_that_no_effect_has_is_refused(power):
    with pytest.raises(ValueError, match="power"):
        ncp_at_power(power)
