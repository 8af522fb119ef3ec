"""Change scores: the published case, and when they beat the follow-up alone."""

import pytest

from trialsim.theory.change_score import change_score_power, change_sd
from trialsim.theory.two_means import t_test_power


def test_power_matches_published_value():
    assert change_score_power(64, 65, 0.4, 1.0, 0.55) == pytest.approx(0.66140, abs=1e-4)


def test_correlation_of_a_half_gains_and_loses_nothing():
    follow_up = t_test_power(50, 40, 3.0, 8.0)
    assert change_score_power(50, 40, 3.0, 8.0, 0.5) == pytest.approx(follow_up, abs=1e-12)
    assert change_score_power(50, 40, 3.0, 8.0, 0.4) < follow_up - 0.01
    assert change_score_power(50, 40, 3.0, 8.0, 0.6) > follow_up + 0.01


def test_different_sds_follow_the_variance_of_a_difference():
    """3-4-5 triangle: uncorrelated scores with SD 3 and 4 have a change with SD 5."""
    assert change_sd(3.0, 4.0, 0.0) == pytest.approx(5.0, rel=1e-14)
    power = change_score_power(30, 30, 4.0, 3.0, 0.0, sd_follow_up=4.0)
    assert power == pytest.approx(t_test_power(30, 30, 4.0, 5.0), abs=1e-13)
    swapped = change_score_power(30, 30, 4.0, 3.0, 0.0, sd_baseline=4.0)
    assert swapped == pytest.approx(power, abs=1e-13)


def test_a_nearly_perfect_correlation_does_not_cancel():
    assert change_sd(1.0, 1.0, 1 - 1e-12) == pytest.approx((2e-12) ** 0.5, rel=1e-3)


@pytest.mark.parametrize("rho", [-1.0, 1.0, 1.2])
def test_an_impossible_correlation_is_refused(rho):
    with pytest.raises(ValueError, match="correlation"):
        change_score_power(20, 20, 0.5, 1.0, rho)
