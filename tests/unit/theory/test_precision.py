"""Expected interval widths: tables of quality control, and the laws behind them."""

import math

import numpy as np
import pytest

from trialsim.theory.precision import (
    ancova_width,
    mean_sd_factor,
    t_test_width,
    welch_width,
    width_from,
)


@pytest.mark.parametrize(
    ("n", "c4"), [(2, 0.7979), (3, 0.8862), (5, 0.9400), (10, 0.9727), (25, 0.9896)]
)
def test_mean_of_an_sd_matches_tables_of_quality_control(n, c4):
    """c4 of control charts (Montgomery, Statistical Quality Control, appendix VI)."""
    assert mean_sd_factor(n - 1) == pytest.approx(c4, abs=5e-5)


def test_mean_of_an_sd_is_stable_for_many_degrees_of_freedom():
    """1 - 1 / (4 df) + 1 / (32 df^2), Stirling's series."""
    for df in (1e3, 1e6):
        expected = 1 - 1 / (4 * df) + 1 / (32 * df**2)
        assert mean_sd_factor(df) == pytest.approx(expected, abs=1e-8)
    assert mean_sd_factor(math.inf) == 1


def test_width_of_a_t_interval():
    """n 5 and 6: 2 t(0.975; 9) c4(10) sqrt(1/5 + 1/6), with t 2.262157 and c4 0.972659."""
    expected = 2 * 2.262157 * 0.972659 * 3.0 * math.sqrt(1 / 5 + 1 / 6)
    assert t_test_width(5, 6, 3.0) == pytest.approx(expected, rel=1e-6)
    # The interval at 90% has t(0.95; 9) 1.833113.
    assert t_test_width(5, 6, 3.0, 0.9) == pytest.approx(expected * 1.833113 / 2.262157, rel=1e-6)


def test_known_sd_gives_the_normal_width():
    assert width_from(1.5, math.inf) == pytest.approx(2 * 1.959963984540054 * 1.5, rel=1e-12)


def test_welch_with_equal_arms_and_sds_is_the_pooled_width():
    assert welch_width(30, 30, 2.0, 2.0) == pytest.approx(t_test_width(30, 30, 2.0), rel=1e-12)
    assert welch_width(10, 60, 2.0, 2.0) > t_test_width(10, 60, 2.0)


@pytest.mark.parametrize(("n0", "n1", "p"), [(10, 12, 1), (5, 5, 2), (64, 65, 1), (20, 30, 4)])
def test_ancova_width_is_the_mean_over_chance_imbalance(n0, n1, p):
    """E[(1 - q)^(-1/2)] by an adaptive rule over the beta law, times the width given balance."""
    from scipy.integrate import quad
    from scipy.stats import beta

    df = n0 + n1 - 2 - p
    law = beta((df + 1) / 2, p / 2)
    inflation, _ = quad(lambda v: law.ppf(v) ** -0.5, 0, 1, epsabs=1e-10, limit=300)
    error = 5.5 * math.sqrt(1 - 0.55**2) * math.sqrt(1 / n0 + 1 / n1)
    expected = inflation * width_from(error, df)
    assert ancova_width(n0, n1, 5.5, 0.55, p) == pytest.approx(expected, rel=1e-7)


def test_half_width_of_a_published_design():
    """64 an arm, SD 5.5, r 0.55: plus or minus 1.6 points; 300 an arm: 0.7."""
    assert ancova_width(64, 64, 5.5, 0.55) / 2 == pytest.approx(1.6, abs=0.05)
    assert ancova_width(300, 300, 5.5, 0.55) / 2 == pytest.approx(0.7, abs=0.05)


def test_arguments_broadcast_and_senseless_ones_are_refused():
    n = np.array([10, 20, 40])
    for width in (t_test_width, welch_width, lambda a, b: ancova_width(a, b, 1.0, 0.3)):
        values = width(n, n)
        assert values.shape == (3,)
        assert np.all(np.diff(values) < 0)
    with pytest.raises(ValueError, match="n_control"):
        t_test_width(1, 10)
    with pytest.raises(ValueError, match="level"):
        t_test_width(10, 10, level=1.0)
    with pytest.raises(ValueError, match="covariates"):
        ancova_width(2, 2, 1.0, 0.5, 2)
    with pytest.raises(ValueError, match="multiple_r"):
        ancova_width(20, 20, 1.0, 1.0)
